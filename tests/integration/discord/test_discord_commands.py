"""Slash commands: registered, acknowledged in time, and answered to their author alone, with discord.py's client."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.base import Button, IncomingMessage, RenderedPart, ReplyAddress
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.interactions import FAILED
from adapters.errors import (
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_interactions import DEFERRED_MESSAGE, EPHEMERAL, Interaction
from tests.fakes.discord_rest import Failure, rate_limit
from tests.fakes.discord_server import FakeDiscord, custom_ids
from tests.fakes.discord_world import FORUM
from tests.fakes.until import until

PART = RenderedPart("thirty days")
MORE = RenderedPart("or forty")
EDIT_ORIGINAL = "PATCH /webhooks/.*/@original"
FOLLOW_UP = "POST /webhooks/[0-9]+/[^/]+$"


async def asked(fake: FakeDiscord, inbox: Inbox, **where: object) -> tuple[Interaction, IncomingMessage]:
    interaction = await fake.command("ask", "how long?", **where)  # type: ignore[arg-type]
    return interaction, (await inbox.first(len(inbox.messages) + 1))[-1]


def registrations(fake: FakeDiscord) -> list[str]:
    return [call.split(" ")[0] for call in fake.rest.calls if call.endswith("/commands")]


async def restarted(fake: FakeDiscord, adapter: DiscordAdapter) -> Inbox:
    await adapter.close()
    inbox = Inbox()
    await adapter.start(inbox)
    return inbox


# -- registration


async def test_commands_are_registered_once(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Discord is asked at each start, and told only what it does not know as it is."""
    await until(lambda: len(fake.rest.interactions.registered) == 4)
    assert {command["name"] for command in fake.rest.interactions.registered} == {"ask", "human", "forget", "sources"}
    assert registrations(fake) == ["GET", *["POST"] * 4]
    await restarted(fake, adapter)
    await until(lambda: registrations(fake)[5:] == ["GET"])
    await fake.post("a sign that nothing follows", direct=True)
    assert registrations(fake)[5:] == ["GET"]


async def test_changed_command_is_registered_anew_and_a_foreign_one_stays(fake: FakeDiscord) -> None:
    """A bot account may have had other commands before, whose code may be elsewhere."""
    fake.rest.interactions.registered = [
        {"id": "1", "name": "roll", "description": "Rolls a die", "type": 1},
        {"id": "2", "name": "ask", "description": "An older wording", "type": 1},
    ]
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url)
    await adapter.start(Inbox())
    await until(lambda: len(fake.rest.interactions.registered) == 5)
    await adapter.close()
    known = {command["name"]: command["description"] for command in fake.rest.interactions.registered}
    assert known["roll"] == "Rolls a die"
    assert known["ask"] != "An older wording"


@pytest.mark.parametrize("status", [403, 503, 0])
async def test_failed_registration_stops_nothing(
    fake: FakeDiscord, adapter: DiscordAdapter, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """Without commands there still are mentions."""
    fake.rest.failures.append(Failure("GET /applications/.*/commands", status, times=5))
    inbox = Inbox()
    await adapter.start(inbox)
    action = "discord_commands_unregistered"
    await until(lambda: any(record.__dict__.get("action") == action for record in caplog.records))
    await fake.post("hello", mention=True)
    await inbox.first()


# -- in


@pytest.mark.parametrize("name", ["ask", "human", "forget", "sources"])
async def test_command_is_acknowledged_at_once_for_its_author_alone(fake: FakeDiscord, inbox: Inbox, name: str) -> None:
    """Its author sees "is thinking…" while the message is being stored, and nobody else sees anything."""
    inbox.hold()
    interaction = await fake.command(name, "how long?" if name == "ask" else "")
    await inbox.first()
    assert interaction.response == DEFERRED_MESSAGE
    assert all(message["flags"] & EPHEMERAL for message in interaction.messages)
    inbox.release()


async def test_words_behind_a_command_arrive_as_people_read_them(fake: FakeDiscord, inbox: Inbox) -> None:
    """Markup becomes names, and the assistant's own mention nothing."""
    bot, general = fake.world.bot["id"], fake.world.general
    await fake.command("human", f"<@{bot}> see <#{general}>")
    [message] = await inbox.first()
    assert (message.text, message.command) == ("see #general", "human")


@pytest.mark.parametrize("place", ["channel", "thread", "forum", "direct"])
async def test_command_has_the_address_of_its_place(fake: FakeDiscord, inbox: Inbox, place: str) -> None:
    """As a message written there; its own id stands for the message."""
    where = {"thread": fake.world.general, "forum": fake.world.add_channel("questions", FORUM)["id"]}
    parent = where.get(place, "")
    thread = fake.world.add_thread(parent, fake.world.new_id(), "t", fake.world.bot["id"])["id"] if parent else ""
    interaction, message = await asked(fake, inbox, channel=thread, direct=place == "direct")
    address, own_id = message.address, interaction.payload["id"]
    alice = fake.world.user("alice")
    chat = fake.world.direct_channel(alice)["id"]
    expected = {
        "channel": (fake.world.guild_id, fake.world.general, own_id, False),
        "thread": (fake.world.guild_id, parent, thread, False),
        "forum": (fake.world.guild_id, parent, thread, False),
        "direct": ("@me", chat, "", True),
    }[place]
    assert (address.workspace, address.channel, address.thread, address.is_direct) == expected
    assert (address.message_id, address.visible_to) == (own_id, alice["id"])


async def test_command_that_could_not_be_stored_is_told_to_its_author(
    fake: FakeDiscord, adapter: DiscordAdapter
) -> None:
    """After the last retry "is thinking…" gives way to a word."""
    inbox = Inbox()
    inbox.fails = True
    await adapter.start(inbox)
    interaction = await fake.command("human")
    await until(lambda: interaction.words)
    assert interaction.words == [FAILED]
    assert len(inbox.messages) == 3


async def test_command_that_is_not_stored_at_the_end_is_told_to_its_author(fake: FakeDiscord) -> None:
    """A restart while the store is away leaves nobody waiting for an answer that never comes."""
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, retry_delays_s=(600,))
    inbox = Inbox()
    inbox.fails = True
    await adapter.start(inbox)
    interaction = await fake.command("human")
    await inbox.first()
    await adapter.close()
    assert interaction.words == [FAILED]


async def test_command_that_discord_gave_up_is_not_stored(fake: FakeDiscord, inbox: Inbox) -> None:
    """Its author was told that the application did not respond, and will repeat it."""
    fake.rest.interactions.answer_within_s = 0
    await fake.command("human")
    await until(lambda: any(call.endswith("/callback") for call in fake.rest.calls))
    fake.rest.interactions.answer_within_s = 3
    _, message = await asked(fake, inbox)
    assert inbox.messages == [message]


async def test_redelivered_command_has_the_same_key(fake: FakeDiscord, inbox: Inbox) -> None:
    """It is acknowledged already, and stored again under its key."""
    interaction, first = await asked(fake, inbox)
    await fake.gateway.dispatch("INTERACTION_CREATE", interaction.payload)
    assert (await inbox.first(2))[1].event_key == first.event_key


# -- out


async def test_answer_takes_the_place_of_the_wait(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """The first part is the original response, the others follow it; buttons too, and nothing unfurls or pings."""
    interaction, message = await asked(fake, inbox)
    first = await adapter.send(message.address, RenderedPart("@everyone", (Button("up", "Good"),)), "1")
    second = await adapter.send(message.address, MORE, "2")
    assert [m["id"] for m in interaction.messages] == [first.message_id, second.message_id]
    assert interaction.words == ["@everyone", "or forty"]
    assert [custom_ids(m) for m in interaction.messages] == [["llamadesk:up"], []]
    assert all(m["flags"] & 4 for m in interaction.messages)
    assert interaction.allowed_mentions == [[], []]


async def test_answer_is_written_by_another_process(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """All that is needed is in the address."""
    interaction, message = await asked(fake, inbox)
    await restarted(fake, adapter)
    await adapter.send(ReplyAddress.from_json(message.address.to_json()), PART, "1")
    assert interaction.words == ["thirty days"]


async def test_repeat_of_a_part_shows_it_once(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """What this process has shown it knows by its key."""
    interaction, message = await asked(fake, inbox)
    for key, part in (("1", PART), ("2", MORE)):
        sent = await adapter.send(message.address, part, key)
        assert sent == await adapter.send(message.address, part, key, may_be_shown=True)
    assert interaction.words == ["thirty days", "or forty"]


async def test_first_part_with_a_lost_answer_is_found(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Discord tells what stands in the place of the wait."""
    interaction, message = await asked(fake, inbox)
    fake.rest.failures.append(Failure(EDIT_ORIGINAL, 0, accepted=True))
    with pytest.raises(DeliveryUnknown):
        await adapter.send(message.address, PART, "1")
    sent = await adapter.send(message.address, PART, "1", may_be_shown=True)
    assert sent.message_id == interaction.messages[0]["id"]
    assert interaction.words == ["thirty days"]


async def test_further_part_with_a_lost_answer_is_not_shown_again(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Nobody can tell whether it is there: better once than twice."""
    interaction, message = await asked(fake, inbox)
    await adapter.send(message.address, PART, "1")
    fake.rest.failures.append(Failure(FOLLOW_UP, 0, accepted=True))
    with pytest.raises(DeliveryUnknown):
        await adapter.send(message.address, MORE, "2")
    with pytest.raises(DeliveryUnknown):
        await adapter.send(message.address, MORE, "2", may_be_shown=True)
    assert interaction.words == ["thirty days", "or forty"]


@pytest.mark.parametrize(
    ("failure", "error"), [(Failure(FOLLOW_UP, 503), PlatformUnavailable), (rate_limit(FOLLOW_UP, 77), RateLimited)]
)
async def test_further_part_that_was_not_taken_is_shown_by_the_next_try(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, failure: Failure, error: type[Exception]
) -> None:
    """What surely failed may be repeated."""
    interaction, message = await asked(fake, inbox)
    await adapter.send(message.address, PART, "1")
    fake.rest.failures.append(replace(failure))
    with pytest.raises(error):
        await adapter.send(message.address, MORE, "2")
    await adapter.send(message.address, MORE, "2", may_be_shown=True)
    assert interaction.words == ["thirty days", "or forty"]


async def test_answer_after_a_quarter_of_an_hour_comes_as_a_direct_message(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Discord takes no more answers then; a repeat is known by its nonce, and later by the history."""
    interaction, message = await asked(fake, inbox)
    interaction.is_over = True
    chat = fake.world.direct_channel(fake.world.user("alice"))["id"]
    sent = await adapter.send(message.address, PART, "1")
    await restarted(fake, adapter)
    assert sent == await adapter.send(message.address, PART, "1")
    assert [m["content"] for m in fake.messages(chat)] == ["thirty days"]
    assert interaction.words == []


async def test_direct_message_with_a_lost_answer_is_found(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """The direct chat has a history."""
    interaction, message = await asked(fake, inbox)
    interaction.is_over = True
    fake.world.remembers_nonces = False
    fake.rest.failures.append(Failure("POST /channels/.*/messages$", 0, accepted=True))
    with pytest.raises(DeliveryUnknown):
        await adapter.send(message.address, PART, "1")
    sent = await adapter.send(message.address, PART, "1", may_be_shown=True)
    chat = fake.world.direct_channel(fake.world.user("alice"))["id"]
    assert [m["id"] for m in fake.messages(chat)] == [sent.message_id]


async def test_part_of_another_process_that_can_not_be_asked_for_is_unknown(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """The process died while it sent, and Discord answers no more about that command."""
    interaction, message = await asked(fake, inbox)
    interaction.is_over = True
    with pytest.raises(DeliveryUnknown):
        await adapter.send(message.address, PART, "1", may_be_shown=True)


async def test_who_takes_no_direct_messages_is_given_up(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """There is no other way to this person, who may see what others wrote."""
    interaction, message = await asked(fake, inbox)
    interaction.is_over = True
    fake.world.closed_to_bots.add(message.author_id)
    with pytest.raises(DeliveryRefused, match="no direct messages"):
        await adapter.send(message.address, PART, "1")


async def test_failed_look_at_the_wait_can_be_repeated(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Nothing was shown by a question to Discord, whatever became of its answer."""
    interaction, message = await asked(fake, inbox)
    await adapter.send(message.address, PART, "1")
    fake.rest.failures.append(Failure("GET /webhooks/", 0, times=2))
    with pytest.raises(PlatformUnavailable):
        await adapter.send(message.address, MORE, "2")
    await adapter.send(message.address, MORE, "2", may_be_shown=True)
    assert interaction.words == ["thirty days", "or forty"]


async def test_worn_out_command_is_no_revoked_token(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Discord says 401 to both; only the bot's own token stops the platform."""
    interaction, message = await asked(fake, inbox)
    interaction.is_over = True
    try:
        await adapter.send(message.address, PART, "1")
    except AuthenticationFailed:
        pytest.fail("the bot's token is good")
    await fake.post("hello", mention=True)
    await inbox.first(2)
