"""A conversation in human hands: the agents are told, the assistant keeps silent, hears all of it, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from adapters.base import IncomingMessage, ReplyAddress
from adapters.errors import PlatformUnavailable
from assistant.admission import UNLIMITED, Admission
from assistant.conversations.handoffs import Agents, Handoffs
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Handoff, TakeBack, Trace
from assistant.database import AsyncPool
from assistant.gateway import Gateway
from assistant.manners import Manners
from assistant.phrases import ENGLISH
from assistant.queue import WakeUpQueue
from assistant.sender import MAX_ATTEMPTS
from tests.fakes.platform import FakePlatform, Shown
from tests.fakes.until import until
from tests.integration.assistant.running_desk import Desk

AGENTS = Agents(ReplyAddress("fake", "", "C2", thread="", message_id="0", is_direct=True))
NOTICE = "Ada needs you."
HANDED_OFF = Answer("I've told them.", "handed_off", (), Trace(), deed=Handoff("asked", NOTICE, "Give back"))
BACK = Answer("I'm back.", "commanded", (), Trace(), deed=TakeBack("Over."))


@pytest.fixture
async def desk(database_url: str, redis_url: str, queue: WakeUpQueue, platform: FakePlatform) -> AsyncIterator[Desk]:
    """A desk with human agents in the channel C2, at work."""
    desk = Desk(database_url, redis_url, platform, AGENTS)
    desk.answers.scripted |= {"human!": HANDED_OFF, "": BACK}
    async with Gateway(database_url, queue, {"fake": platform}, Manners(), agents=AGENTS).running():
        desk.start_worker()
        yield desk
        assert await asyncio.to_thread(desk.stop_worker)


async def handed_off(desk: Desk) -> IncomingMessage:
    """Let a customer call a human; gives what was said."""
    message = await desk.say("human!")
    await desk.sees("I've told them.", shown_notice(message))
    return message


def shown_notice(message: IncomingMessage) -> str:
    """What the agents read: with the address of the conversation."""
    return f"{NOTICE}\n\nhttps://fake.example/{message.address.channel}/{message.address.message_id}"


def notice(desk: Desk) -> Shown:
    [shown] = [shown for shown in desk.platform.shown if shown.text.startswith(NOTICE)]
    return shown


def states(sql: psycopg.Connection) -> list[tuple[object, ...]]:
    return sql.execute("select text, role, state from messages order by id").fetchall()


async def agent_says(desk: Desk, text: str) -> IncomingMessage:
    """Let an agent write in the thread below the notice."""
    message = desk.platform.message(text, channel="C2", thread=notice(desk).message_id, author="A1")
    await desk.platform.people_say(message)
    return message


async def test_agents_are_told_with_a_link(desk: Desk) -> None:
    """In their channel, with a button that gives the conversation back."""
    await handed_off(desk)
    assert notice(desk).address.channel == "C2"
    assert notice(desk).buttons == ("resume",)


async def test_assistant_keeps_silent_while_a_human_has_the_conversation(desk: Desk, sql: psycopg.Connection) -> None:
    """Whatever is said there; other conversations go on."""
    first = await handed_off(desk)
    await desk.say("hello?", first.address.thread)
    await desk.platform.people_say(
        desk.platform.message("I am human", thread=first.address.thread, author="A1", mention_other=True)
    )
    await desk.say("thanks", first.address.thread)
    await desk.say("elsewhere")
    await desk.sees("I've told them.", shown_notice(first), "re: elsewhere")
    assert states(sql) == [
        ("human!", "customer", "answered"),
        ("hello?", "customer", "overheard"),
        ("I am human", "agent", "overheard"),
        ("thanks", "customer", "overheard"),
        ("elsewhere", "customer", "answered"),
    ]


async def test_agents_words_below_the_notice_reach_the_customer_once(desk: Desk) -> None:
    """However often the platform delivers them; corrected and withdrawn ones, too."""
    first = await handed_off(desk)
    said = await agent_says(desk, "It is on its wya.")
    await desk.platform.people_say(said)
    await until(lambda: "It is on its wya." in desk.platform.texts_at(first.address))
    corrected = desk.platform.message(
        "It is on its way.", message_id=said.address.message_id, channel="C2", thread=said.address.thread, author="A1"
    )
    await desk.platform.people_edit(corrected)
    await until(lambda: desk.platform.texts_at(first.address) == ["I've told them.", "It is on its way."])
    await desk.platform.people_delete(corrected)
    await until(lambda: desk.platform.texts_at(first.address) == ["I've told them."])


async def test_agents_corrected_words_are_tried_anew(desk: Desk, sql: psycopg.Connection) -> None:
    """However often it was tried to show the old ones."""
    first = await handed_off(desk)
    said = await agent_says(desk, "It is on its wya.")
    await until(lambda: "It is on its wya." in desk.platform.texts_at(first.address))
    await until(lambda: sql.execute("select from deliveries where state <> 'sent'").fetchone() is None)
    sql.execute("update deliveries set attempts = %s", [MAX_ATTEMPTS])
    desk.platform.failures = [PlatformUnavailable("away")]
    await desk.platform.people_edit(replace(said, text="It is on its way."))
    await until(lambda: desk.platform.texts_at(first.address) == ["I've told them.", "It is on its way."])


async def test_private_customers_words_reach_the_agents(desk: Desk) -> None:
    """They can't read a one-to-one chat: they get what is said there, in their thread."""
    await desk.platform.people_say(desk.platform.message("human!", direct=True))
    await until(lambda: any(shown.text.startswith(NOTICE) for shown in desk.platform.shown))
    await desk.platform.people_say(desk.platform.message("My order is lost", direct=True))
    thread = ReplyAddress("fake", "", "C2", notice(desk).message_id, notice(desk).message_id)
    await until(lambda: desk.platform.texts_at(thread) == ["**Person U1**: My order is lost"])
    assert "https://" not in notice(desk).text


@pytest.mark.parametrize("way", ["button", "words", "command", "customer"])
async def test_assistant_comes_back_when_told(desk: Desk, way: str) -> None:
    """By the button or a word of the agents, or by the customer; it knows what was said meanwhile."""
    first = await handed_off(desk)
    await agent_says(desk, "It is on its way.")
    await until(lambda: "It is on its way." in desk.platform.texts_at(first.address))
    if way == "button":
        await desk.platform.people_press(notice(desk), "resume", "A1")
    elif way == "customer":
        await desk.say("/resume", first.address.thread)
    else:
        await agent_says(desk, "hand back" if way == "words" else "/resume")
    await until(lambda: "I'm back." in desk.platform.texts_at(first.address))
    await desk.say("and then?", first.address.thread)
    await until(lambda: "re: and then?" in desk.platform.texts_at(first.address))
    said = [(turn.role, turn.text) for turn in desk.answers.histories["and then?"]]
    assert said == [("customer", "human!"), ("agent", "It is on its way.")]
    thread = ReplyAddress("fake", "", "C2", notice(desk).message_id, notice(desk).message_id)
    await until(lambda: desk.platform.texts_at(thread) == ["Over."])


async def test_agents_wait_for_no_reply_to_their_order(desk: Desk, async_pool: AsyncPool, queue: WakeUpQueue) -> None:
    """The customer gets it: nothing is to show in the agents' thread that somebody is at it."""
    first = await handed_off(desk)
    handoffs = Handoffs(async_pool, Manners(), AGENTS)
    admission = Admission(Inbox(async_pool, Manners(), AGENTS), handoffs, Manners(), UNLIMITED, lambda: 0)
    order = desk.platform.message("/resume", channel="C2", thread=notice(desk).message_id, author="A1")
    taken = await admission.take(order)
    assert taken.message_id is not None
    assert taken.asked_at is None
    queue.wake(taken.message_id)
    await until(lambda: "I'm back." in desk.platform.texts_at(first.address))


async def test_what_is_asked_behind_the_word_that_ends_it_is_answered(desk: Desk) -> None:
    """Also before the assistant has come back: it is not the human's any more."""
    first = await handed_off(desk)
    await desk.say("for the human", first.address.thread)
    coming_back = desk.answers.hold("")
    await desk.platform.people_press(notice(desk), "resume", "A1")
    assert await asyncio.to_thread(desk.answers.wait_begun, "")
    await desk.say("and then?", first.address.thread)
    coming_back.set()
    await until(lambda: "re: and then?" in desk.platform.texts_at(first.address))
    assert "re: for the human" not in desk.platform.texts_at(first.address)


async def test_pressing_the_button_twice_gives_back_once(desk: Desk) -> None:
    """Also when the platform delivers the press again."""
    first = await handed_off(desk)
    for press_id in ("P1", "P1", "P2"):
        await desk.platform.people_press(notice(desk), "resume", "A1", press_id)
    await desk.say("and then?", first.address.thread)
    await until(lambda: "re: and then?" in desk.platform.texts_at(first.address))
    assert desk.platform.texts_at(first.address).count("I'm back.") == 1


async def test_nobody_is_left_alone_when_no_human_comes(
    desk: Desk, async_pool: AsyncPool, sql: psycopg.Connection
) -> None:
    """After the set time the assistant answers what was asked meanwhile."""
    first = await handed_off(desk)
    await desk.say("hello?", first.address.thread)
    sql.execute("update handoffs set due_at = now() - interval '1 second'")
    await until(lambda: "re: hello?" in desk.platform.texts_at(first.address))
    assert sql.execute("select closed_by from handoffs").fetchone() == ("time",)


async def test_silent_customer_is_told_that_nobody_came(desk: Desk, sql: psycopg.Connection) -> None:
    """Whoever waits hears something."""
    first = await handed_off(desk)
    sql.execute("update handoffs set due_at = now() - interval '1 second'")
    await until(lambda: ENGLISH.nobody_came in desk.platform.texts_at(first.address))


async def test_end_of_a_humans_time_is_no_news(desk: Desk, sql: psycopg.Connection) -> None:
    """The customer was answered: the assistant is simply there again."""
    first = await handed_off(desk)
    await agent_says(desk, "It is on its way.")
    await until(lambda: "It is on its way." in desk.platform.texts_at(first.address))
    sql.execute("update handoffs set due_at = now() - interval '1 second'")
    await until(lambda: sql.execute("select closed_by from handoffs").fetchone() == ("time",))
    await desk.say("and then?", first.address.thread)
    await until(lambda: "re: and then?" in desk.platform.texts_at(first.address))
    assert ENGLISH.nobody_came not in desk.platform.texts_at(first.address)


async def test_words_keep_the_humans_time_from_running_out(desk: Desk, sql: psycopg.Connection) -> None:
    """Each word begins it anew."""
    first = await handed_off(desk)
    sql.execute("update handoffs set due_at = now() + interval '5 seconds'")
    await desk.say("hello?", first.address.thread)
    row = sql.execute("select due_at > now() + interval '1 minute' from handoffs").fetchone()
    assert row == (True,)


async def test_answer_is_void_once_a_human_is_in_the_conversation(
    async_pool: AsyncPool, desk: Desk, sql: psycopg.Connection
) -> None:
    """What was not shown yet when the human came is not shown any more: the state counts at the moment of sending."""
    first = await handed_off(desk)
    sql.execute(
        "insert into deliveries (conversation_id, platform, workspace, reply_address, text, due_at)"
        " select conversation_id, platform, workspace, reply_address, 'I say so', now() + interval '1 hour'"
        " from deliveries where is_reply"
    )
    await desk.platform.people_say(desk.platform.message("I am human", thread=first.address.thread, author="A1"))
    sql.execute("update deliveries set due_at = now() where text = 'I say so'")
    await until(lambda: sql.execute("select state from deliveries where text = 'I say so'").fetchone() == ("sent",))
    assert desk.platform.texts_at(first.address) == ["I've told them."]


async def test_changed_question_is_not_answered_while_a_human_has_it(desk: Desk) -> None:
    """The human reads it as it stands."""
    asked = await desk.say("how lnog?")
    await until(lambda: desk.platform.texts_at(asked.address) == ["re: how lnog?"])
    await desk.say("human!", asked.address.thread)
    await until(lambda: "I've told them." in desk.platform.texts_at(asked.address))
    corrected = desk.platform.message("how long?", message_id=asked.address.message_id, mention=True)
    await desk.platform.people_edit(corrected)
    await desk.say("elsewhere")
    await until(lambda: any(shown.text == "re: elsewhere" for shown in desk.platform.shown))
    assert desk.platform.texts_at(asked.address) == ["re: how lnog?", "I've told them."]


async def test_human_is_called_once(desk: Desk, sql: psycopg.Connection) -> None:
    """Who calls again is told again; the agents are not."""
    first = await handed_off(desk)
    await desk.platform.people_say(desk.platform.command("human!", "human", author="U1"))
    await until(lambda: len(desk.platform.shown_at(first.address, "U1")) + len(desk.platform.shown) > 2)
    assert sql.execute("select count(*) from handoffs").fetchone() == (1,)
    assert notice(desk).text


async def test_agents_talk_below_a_closed_notice_is_theirs(desk: Desk, sql: psycopg.Connection) -> None:
    """Nothing of it reaches anybody."""
    first = await handed_off(desk)
    await desk.platform.people_press(notice(desk), "resume", "A1")
    await until(lambda: "I'm back." in desk.platform.texts_at(first.address))
    await agent_says(desk, "what a day")
    await desk.say("elsewhere")
    await until(lambda: any(shown.text == "re: elsewhere" for shown in desk.platform.shown))
    assert sql.execute("select count(*) from messages where text = 'what a day'").fetchone() == (0,)


def test_terminal_has_no_humans_behind_it() -> None:
    """Nobody waits there for an hour."""
    assert not AGENTS.serve("terminal")
    assert AGENTS.serve("slack")
    assert not Agents().serve("slack")


async def test_pressing_what_is_nobodys_does_nothing(async_pool: AsyncPool, platform: FakePlatform) -> None:
    """A button below a message that the store does not know (another installation's) finds no conversation."""
    shown = Shown("M404", platform.message("x").address, "x", "k", ("up", "down", "human", "resume"))
    handoffs = Handoffs(async_pool, Manners(), AGENTS)
    words: list[str | None] = []

    async def on_event(event: object) -> str | None:
        message_id, word = await handoffs.press(event)  # type: ignore[arg-type]
        assert message_id is None
        words.append(word)
        return word

    await platform.start(on_event)
    for button in shown.buttons:
        await platform.people_press(shown, button)
    assert words == [ENGLISH.nothing_to_rate, ENGLISH.nothing_to_rate, "", ""]
