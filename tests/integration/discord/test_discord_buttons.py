"""Buttons below replies, and what pressing them does, with discord.py's real client."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from adapters.base import Button, RenderedPart, ReplyAddress
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.interactions import FAILED
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_interactions import DEFERRED_UPDATE, MESSAGE, Interaction
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord, custom_ids
from tests.fakes.discord_world import FORUM, VOICE
from tests.fakes.until import until

PART = RenderedPart("thirty days", (Button("up", "It helped"), Button("human", "Talk to a human")))


async def answered(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, **where: Any) -> tuple[ReplyAddress, str]:
    """Give the address of a question, and the id of its reply with buttons."""
    await fake.post("how long?", mention=True, **where)
    address = (await inbox.first(len(inbox.messages) + 1))[-1].address
    return address, (await adapter.send(address, PART, f"key-{address.message_id}")).message_id


async def acknowledged(interaction: Interaction) -> int:
    await until(lambda: interaction.response is not None)
    return interaction.response or 0


def label(fake: FakeDiscord, message_id: str, number: int) -> str:
    text: str = fake.world.message(message_id)["components"][0]["components"][number]["label"]
    return text


async def test_buttons_have_their_words(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Their labels are those of the conversation's language, as long as Discord takes them."""
    address, _ = await answered(fake, adapter, inbox)
    long = RenderedPart("x", (Button("up", "è" * 200), Button("down", "non")))
    sent = await adapter.send(address, long, "long")
    assert label(fake, sent.message_id, 0) == "è" * 80
    assert label(fake, sent.message_id, 1) == "non"


@pytest.mark.parametrize("place", ["new thread", "thread", "forum", "no thread", "voice channel", "direct"])
async def test_press_has_the_address_of_its_question(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, place: str
) -> None:
    """Wherever the reply stands, the press belongs to the same conversation as the question."""
    where: dict[str, Any] = {}
    if place == "thread":
        where["in_thread_of"] = (await fake.post("first"))["id"]
        await inbox.first()
    elif place == "forum":
        forum = fake.world.add_channel("questions", FORUM)["id"]
        where["channel"] = fake.world.add_thread(forum, fake.world.new_id(), "t", fake.world.bot["id"])["id"]
    elif place == "voice channel":
        where["channel"] = fake.world.add_channel("Lounge", VOICE)["id"]
    elif place == "direct":
        where["direct"] = True
    fake.world.threads_forbidden = place == "no thread"
    address, message_id = await answered(fake, adapter, inbox, **where)
    interaction = await fake.press(message_id, "up", author="bob")
    await acknowledged(interaction)
    [press] = inbox.presses
    assert (press.workspace, press.channel, press.thread) == (address.workspace, address.channel, address.thread)
    assert (press.message_id, press.is_direct) == (message_id, address.is_direct)
    assert (press.author_id, press.author_name) == (fake.world.user("bob")["id"], "bob")


async def test_press_below_a_private_answer_belongs_to_its_command(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """The answer of a slash command has buttons as well."""
    await fake.command("ask", "how long?")
    address = (await inbox.first())[0].address
    sent = await adapter.send(address, PART, "1")
    await acknowledged(await fake.press(sent.message_id, "human"))
    [press] = inbox.presses
    assert (press.channel, press.thread, press.message_id) == (address.channel, address.thread, sent.message_id)


async def test_press_without_a_word_changes_nothing(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Discord is told that it was taken, and the presser sees no error."""
    _, message_id = await answered(fake, adapter, inbox)
    interaction = await fake.press(message_id, "up")
    assert await acknowledged(interaction) == DEFERRED_UPDATE
    assert interaction.messages == []


async def test_press_is_acknowledged_only_after_it_was_stored(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """While it is being stored Discord has no answer; its word comes with the answer."""
    _, message_id = await answered(fake, adapter, inbox)
    inbox.word = "Thank you!"
    inbox.hold()
    interaction = await fake.press(message_id, "up")
    await inbox.until(lambda: bool(inbox.presses))
    assert interaction.response is None
    inbox.release()
    assert await acknowledged(interaction) == MESSAGE
    assert interaction.words == ["Thank you!"]


async def test_press_that_could_not_be_stored_is_told(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """The presser knows that it did not count, and can press again."""
    _, message_id = await answered(fake, adapter, inbox)
    inbox.fails = True
    interaction = await fake.press(message_id, "up")
    assert await acknowledged(interaction) == MESSAGE
    assert interaction.words == [FAILED]


async def test_redelivered_press_has_the_same_id(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """It can be told from another press; that it is acknowledged already costs nothing."""
    _, message_id = await answered(fake, adapter, inbox)
    interaction = await fake.press(message_id, "up")
    await acknowledged(interaction)
    await fake.gateway.dispatch("INTERACTION_CREATE", interaction.payload)
    await inbox.until(lambda: len(inbox.presses) == 2)
    assert len({press.press_id for press in inbox.presses}) == 1
    await acknowledged(await fake.press(message_id, "up"))
    assert len({press.press_id for press in inbox.presses}) == 2


async def test_button_of_before_a_restart_works(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Nothing is kept in memory for it."""
    _, message_id = await answered(fake, adapter, inbox)
    await adapter.close()
    again = Inbox()
    await adapter.start(again)
    await acknowledged(await fake.press(message_id, "human"))
    assert [press.button for press in again.presses] == ["human"]


@pytest.mark.parametrize("custom_id", ["up", "llamadesk:", "llamadesk:rm -rf", "llamadesk:up ", "other:up", "x" * 100])
async def test_unknown_button_is_left_alone(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, custom_id: str
) -> None:
    """It is another program's, and so is the answer."""
    _, message_id = await answered(fake, adapter, inbox)
    message = fake.world.message(message_id)
    foreign = await fake.rest.interactions.press(custom_id, message, fake.world.user("alice"))
    await acknowledged(await fake.press(message_id, "up"))
    assert foreign.response is None
    assert len(inbox.presses) == 1


async def test_edit_takes_buttons_away_or_changes_them(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """What an edit does not have is not there any more."""
    address, message_id = await answered(fake, adapter, inbox)
    await adapter.edit(address, message_id, replace(PART, buttons=PART.buttons[:1]))
    assert custom_ids(fake.world.message(message_id)) == ["llamadesk:up"]
    await adapter.edit(address, message_id, RenderedPart("thirty days"))
    assert custom_ids(fake.world.message(message_id)) == []


async def test_slow_press_is_acknowledged_in_time(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Discord gives three seconds: after two it is told that an answer may come, and the word follows it."""
    _, message_id = await answered(fake, adapter, inbox)
    inbox.word = "Thank you!"
    inbox.hold()
    interaction = await fake.press(message_id, "up")
    assert await acknowledged(interaction) == DEFERRED_UPDATE
    assert interaction.words == []
    inbox.release()
    await until(lambda: interaction.words)
    assert interaction.words == ["Thank you!"]


async def test_answer_that_discord_does_not_take_ends_nothing(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """The press is stored, and the next one is answered."""
    _, message_id = await answered(fake, adapter, inbox)
    inbox.word = "Thank you!"
    fake.rest.failures.append(Failure("POST /interactions/.*/callback", 403))
    await fake.press(message_id, "up")
    action = "discord_interaction_unanswered"
    await until(lambda: any(record.__dict__.get("action") == action for record in caplog.records))
    assert await acknowledged(await fake.press(message_id, "up")) == MESSAGE
    assert len(inbox.presses) == 2


async def test_close_lets_a_press_be_stored(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """A restart loses no word of thanks."""
    _, message_id = await answered(fake, adapter, inbox)
    inbox.hold()
    interaction = await fake.press(message_id, "up")
    await inbox.until(lambda: bool(inbox.presses))
    closing = asyncio.create_task(adapter.close())
    await asyncio.sleep(0)
    inbox.release()
    await asyncio.wait_for(closing, timeout=20)
    assert interaction.response == DEFERRED_UPDATE
