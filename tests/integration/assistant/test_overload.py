"""More than can be answered: told, delayed or refused, never lost in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from adapters.base import IncomingEvent, IncomingMessage
from assistant import phrases
from assistant.admission import Admission, AdmissionLimits
from assistant.conversations.handoffs import UNATTENDED, Handoffs
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Trace
from assistant.conversations.notices import Notices
from assistant.conversations.store import ConversationStore
from assistant.database import AsyncPool
from assistant.gateway import Gateway
from assistant.manners import Manners
from assistant.queue import WakeUpQueue
from tests.fakes.platform import FakePlatform
from tests.fakes.until import until

PLACE = phrases.ENGLISH.waiting


@pytest.fixture
def notices(async_pool: AsyncPool) -> Notices:
    return Notices(async_pool, Manners())


@pytest.fixture
def handoffs(async_pool: AsyncPool) -> Handoffs:
    return Handoffs(async_pool, Manners(), UNATTENDED)


async def take(admission: Admission, event: IncomingEvent) -> int | None:
    """Take the event; gives the message that a worker is woken for."""
    return (await admission.take(event)).message_id


def let_wait(sql: psycopg.Connection) -> None:
    sql.execute("update messages set received_at = received_at - interval '1 minute'")


def told(sql: psycopg.Connection) -> list[str]:
    return [text for (text,) in sql.execute("select text from deliveries order by message_id").fetchall()]


async def test_whoever_waits_long_is_told_the_place_in_line_once(
    inbox: Inbox, platform: FakePlatform, notices: Notices, sql: psycopg.Connection
) -> None:
    """In the order of storing; somebody who came just now is not told yet."""
    for _ in range(3):
        await inbox.accept(platform.message("hello", mention=True))
    let_wait(sql)
    await inbox.accept(platform.message("hello", mention=True))
    assert await notices.tell_waiting() == 3
    assert await notices.tell_waiting() == 0
    assert told(sql) == [PLACE.format(place=place) for place in (1, 2, 3)]


async def test_conversation_hears_of_its_place_once(
    inbox: Inbox, platform: FakePlatform, notices: Notices, sql: psycopg.Connection
) -> None:
    """A notice behind another one's would be a reply out of order."""
    root = platform.message("one", mention=True)
    await inbox.accept(root)
    await inbox.accept(platform.message("two", thread=root.address.thread))
    let_wait(sql)
    assert await notices.tell_waiting() == 1


async def test_question_that_is_being_answered_gets_no_notice(
    inbox: Inbox, platform: FakePlatform, notices: Notices, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Its reply is on the way."""
    accepted = await inbox.accept(platform.message("one", mention=True))
    let_wait(sql)
    assert accepted.message_id is not None
    assert store.take(accepted.message_id) is not None
    assert await notices.tell_waiting() == 0


async def test_platforms_that_can_not_edit_get_no_notice(
    async_pool: AsyncPool, platform: FakePlatform, notices: Notices, sql: psycopg.Connection
) -> None:
    """The reply could not take its place."""
    inbox = Inbox(async_pool, Manners(), editable=["other"])
    await inbox.accept(platform.message("one", mention=True))
    let_wait(sql)
    assert await notices.tell_waiting() == 0


async def test_answer_takes_the_place_of_the_notice(
    database_url: str,
    queue: WakeUpQueue,
    store: ConversationStore,
    notices: Notices,
    sql: psycopg.Connection,
) -> None:
    """People see one message, which changes."""
    platform = FakePlatform()
    async with Gateway(database_url, queue, {"fake": platform}, Manners()).running():
        await platform.people_say(platform.message("one", mention=True))
        let_wait(sql)
        await notices.tell_waiting()
        await until(lambda: [shown.text for shown in platform.shown] == [PLACE.format(place=1)])
        row = sql.execute("select id from messages").fetchone()
        assert row is not None
        work = store.take(row[0])
        assert work is not None
        store.reply(work, Answer("hi", "answered", (), Trace()))
        await until(lambda: [shown.text for shown in platform.shown] == ["hi"])
    assert [seen.kind for seen in platform.history] == ["shown", "edited"]


async def test_flood_of_one_person_is_delayed_then_refused_once(
    inbox: Inbox, handoffs: Handoffs, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """Everything is stored; the first refusal is told, and nobody else is held up."""
    admission = Admission(inbox, handoffs, Manners(), AdmissionLimits(per_person=3), lambda: 0)
    woken = [await take(admission, platform.message(str(number), mention=True)) for number in range(10)]
    assert [message_id is not None for message_id in woken] == [True] * 3 + [False] * 7
    states = sql.execute("select state, due_at > now() from messages order by id").fetchall()
    assert (
        states
        == [("pending", False)] * 3 + [("pending", True)] * 3 + [("answered", False)] + [("overheard", False)] * 3
    )
    assert told(sql) == [phrases.ENGLISH.busy]
    assert await take(admission, platform.message("hello", mention=True, author="U2")) is not None


async def test_channel_has_its_own_limit(inbox: Inbox, handoffs: Handoffs, platform: FakePlatform) -> None:
    """Many people at once in one channel don't starve the other channels."""
    admission = Admission(inbox, handoffs, Manners(), AdmissionLimits(per_channel=2), lambda: 0)
    woken = [
        await take(admission, platform.message("hello", mention=True, author=f"U{number}", channel=channel))
        for channel in ("C1", "C2")
        for number in range(3)
    ]
    assert [message_id is not None for message_id in woken] == [True, True, False] * 2


async def test_full_queue_refuses_with_a_word(
    inbox: Inbox, handoffs: Handoffs, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """As many wait as may: the next one hears at once that it is no use."""
    waiting = 0
    admission = Admission(inbox, handoffs, Manners(), AdmissionLimits(max_waiting=5), lambda: waiting)
    assert await take(admission, platform.message("one", mention=True)) is not None
    waiting = 5
    assert await take(admission, platform.message("two", mention=True)) is None
    assert told(sql) == [phrases.ENGLISH.busy]
    waiting = 4
    assert await take(admission, platform.message("three", mention=True)) is not None


async def test_twins_count_once(inbox: Inbox, handoffs: Handoffs, platform: FakePlatform) -> None:
    """What the platform delivers again is no new question."""
    admission = Admission(inbox, handoffs, Manners(), AdmissionLimits(per_person=1), lambda: 0)
    message = platform.message("one", mention=True)
    assert await take(admission, message) is not None
    assert [await take(admission, message) for _ in range(3)] == [None] * 3


def changed(message: IncomingMessage, text: str) -> IncomingMessage:
    return replace(message, text=text, edited_at=datetime.now(UTC))


async def test_changes_of_what_still_waits_cost_nothing(
    inbox: Inbox, handoffs: Handoffs, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """One answer is owed, however often the question is changed meanwhile."""
    admission = Admission(inbox, handoffs, Manners(), AdmissionLimits(per_person=1), lambda: 0)
    message = platform.message("one", mention=True)
    woken = [await take(admission, event) for event in (message, *(changed(message, f"no. {n}") for n in range(5)))]
    assert len(set(woken)) == 1
    assert woken[0] is not None
    assert sql.execute("select text, state, due_at <= now() from messages").fetchall() == [("no. 4", "pending", True)]


async def test_changes_of_answered_questions_count(
    inbox: Inbox, handoffs: Handoffs, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """Each costs a generation. Beyond the limit the reply stays as it is, and nobody behind it has to wait."""
    admission = Admission(inbox, handoffs, Manners(), AdmissionLimits(per_person=2), lambda: 0)
    message = platform.message("one", mention=True)
    message_id = await take(admission, message)
    outcomes = []
    for number in range(5):
        if message_id is not None:
            work = store.take(message_id)
            assert work is not None
            store.reply(work, Answer("reply", "answered", (), Trace()))
        message_id = await take(admission, changed(message, f"no. {number}"))
        outcomes.append((message_id is not None, *sql.execute("select state, due_at > now() from messages").fetchall()))
        sql.execute("update messages set due_at = now()")
        if outcomes[-1][1] == ("pending", True):
            [(message_id,)] = sql.execute("select id from messages").fetchall()
    assert outcomes == [
        (True, ("pending", False)),
        (False, ("pending", True)),
        (False, ("pending", True)),
        (False, ("answered", False)),
        (False, ("answered", False)),
    ]
    assert told(sql) == ["reply"]


async def test_change_that_becomes_a_question_is_a_question(
    inbox: Inbox, handoffs: Handoffs, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """It passes no limit that a new message would not pass."""
    admission = Admission(inbox, handoffs, Manners(), AdmissionLimits(per_person=1), lambda: 0)
    posts = [platform.message(f"no. {number}") for number in range(3)]
    woken = [await take(admission, changed(replace(post, mentions_assistant=True), "now you")) for post in posts]
    assert [message_id is not None for message_id in woken] == [True, False, False]
    assert told(sql) == [phrases.ENGLISH.busy]
