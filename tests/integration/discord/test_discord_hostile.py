"""A gateway that is deaf, mad or malicious, and a token that is taken away, with discord.py's real client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.base import RenderedPart
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.client import HEARTBEAT_TIMEOUT_S
from adapters.errors import AuthenticationFailed, DeliveryRefused, PlatformUnavailable
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord

HOSTILE: list[Any] = [None, [], {}, 7, "\u0000", {"id": None}, {"id": "x" * 10_000}, {"id": -1, "guild_id": {}}]
EVENTS = ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "INTERACTION_CREATE"]
OTHERS = ["GUILD_CREATE", "GUILD_DELETE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_LIST_SYNC", "NO_SUCH_EVENT"]


async def still_connected(fake: FakeDiscord, inbox: Inbox, text: str = "still there?") -> None:
    await fake.post(text, mention=True)
    await inbox.until(lambda: any(message.text == text for message in inbox.messages))


# -- deaf


async def test_deaf_gateway_is_noticed(fake: FakeDiscord) -> None:
    """A connection that is open and says nothing is left for a new one, which gets what was missed."""
    fake.gateway.heartbeat_interval_ms = 50
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, heartbeat_timeout_s=0.4)
    inbox = Inbox()
    await adapter.start(inbox)
    await still_connected(fake, inbox, "before")
    fake.gateway.go_deaf()
    await fake.post("said to the deaf", mention=True)
    await inbox.first(2)
    assert fake.gateway.resumed == 1
    assert [message.text for message in inbox.messages] == ["before", "said to the deaf"]
    await adapter.close()


def test_silence_is_borne_for_a_beat_and_no_longer_than_it_takes_to_notice_in_time() -> None:
    """Discord beats every 41.25 s; closing a dead socket takes discord.py up to 30 s, and 90 s is all there is."""
    assert 41.25 + 5 < HEARTBEAT_TIMEOUT_S < 90 - 30


async def test_gateway_that_is_deaf_from_the_start_is_told(fake: FakeDiscord) -> None:
    """It accepts the connection and never says hello: the start fails in its time."""
    fake.gateway.says_hello = False
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, start_timeout_s=0.3)
    with pytest.raises(PlatformUnavailable):
        await adapter.start(Inbox())


# -- a token that is taken away


async def test_token_revoked_while_running_ends_at_the_reconnect(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Discord closes the connection, and takes the token no more (4004): who waits for the end learns why."""
    fake.gateway.token = fake.rest.token = "a new one"
    fake.gateway.forget_sessions()
    fake.gateway.drop()
    with pytest.raises(AuthenticationFailed, match="DISCORD_BOT_TOKEN"):
        await asyncio.wait_for(adapter.wait_closed(), timeout=30)


@pytest.mark.parametrize("call", ["send", "edit", "retract", "show_working"])
async def test_token_refused_by_a_call_ends_the_adapter(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, call: str
) -> None:
    """The connection may live on for hours, but nobody gets an answer any more."""
    await fake.post("hello", mention=True)
    address = (await inbox.first())[0].address
    sent = await adapter.send(address, RenderedPart("x"), "1")
    fake.rest.token = "a new one"
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "send": lambda: adapter.send(address, RenderedPart("y"), "2"),
        "edit": lambda: adapter.edit(address, sent.message_id, RenderedPart("y")),
        "retract": lambda: adapter.retract(address, sent.message_id),
        "show_working": lambda: adapter.show_working(address),
    }
    ended = asyncio.create_task(adapter.wait_closed())
    with pytest.raises(AuthenticationFailed):
        await calls[call]()
    with pytest.raises(AuthenticationFailed, match="DISCORD_BOT_TOKEN"):
        await asyncio.wait_for(ended, timeout=20)
    with pytest.raises(AuthenticationFailed):
        await adapter.send(address, RenderedPart("y"), "2")


async def test_adapter_with_a_new_token_starts_again(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """The refusal of before is forgotten."""
    await fake.post("hello", mention=True)
    address = (await inbox.first())[0].address
    fake.rest.failures.append(Failure("POST .*/threads$", 401))
    with pytest.raises(AuthenticationFailed):
        await adapter.send(address, RenderedPart("x"), "1")
    await adapter.close()
    await adapter.start(Inbox())
    await adapter.send(address, RenderedPart("x"), "1")


# -- mad


@pytest.mark.parametrize("event", EVENTS + OTHERS)
async def test_garbage_of_any_event_ends_nothing(fake: FakeDiscord, inbox: Inbox, event: str) -> None:
    """Neither discord.py nor the adapter stumbles for longer than that event takes."""
    for data in HOSTILE:
        await fake.gateway.garbage(event, data)
    await still_connected(fake, inbox)
    assert fake.gateway.identified == 1
    assert len(inbox.messages) == 1


@pytest.mark.parametrize("field", ["author", "content", "timestamp", "mentions", "type", "attachments", "member"])
async def test_message_with_any_broken_field_ends_nothing(fake: FakeDiscord, inbox: Inbox, field: str) -> None:
    """Each field in turn is missing, empty, of another kind, or too long."""
    good = fake.world.add_message(fake.world.general, fake.world.user("alice"), "hello")
    await fake.gateway.garbage("MESSAGE_CREATE", {key: good[key] for key in good.keys() - {field}})
    for broken in (None, [], {}, -1, "x", [None], {"id": None}, "9" * 400):
        await fake.gateway.garbage("MESSAGE_CREATE", good | {field: broken})
    await still_connected(fake, inbox)
    assert fake.gateway.identified == 1


@pytest.mark.parametrize("field", ["data", "token", "channel", "member", "user", "message", "application_id", "type"])
async def test_interaction_with_any_broken_field_ends_nothing(fake: FakeDiscord, inbox: Inbox, field: str) -> None:
    """Presses and commands that can't be read are nobody's."""
    message = fake.world.add_message(fake.world.general, fake.world.bot, "x")
    alice = fake.world.user("alice")
    press = await fake.rest.interactions.press("another's", message, alice)
    command = await fake.rest.interactions.command("another's", {}, alice, fake.world.channels[fake.world.general])
    press.payload["data"]["custom_id"] = "llamadesk:up"
    command.payload["data"]["name"] = "ask"
    for good in (press.payload, command.payload):
        await fake.gateway.garbage("INTERACTION_CREATE", {key: good[key] for key in good.keys() - {field}})
        for broken in (*HOSTILE, {"custom_id": []}, {"name": {}, "options": 7}):
            await fake.gateway.garbage("INTERACTION_CREATE", good | {field: broken})
    await still_connected(fake, inbox)
    assert fake.gateway.identified == 1


@pytest.mark.parametrize("frame", ["", "{", "null", "[]", '{"op": 0, "t": [], "d": 1}'])
async def test_frame_that_is_none_begins_a_new_session(fake: FakeDiscord, inbox: Inbox, frame: str) -> None:
    """What was written until then is read from the history; nobody has to restart anything."""
    await still_connected(fake, inbox, "before")
    await fake.gateway.raw(frame)
    fake.gateway.forget_sessions()
    await fake.post("meanwhile", mention=True)
    await inbox.until(lambda: any(message.text == "meanwhile" for message in inbox.messages))


@pytest.mark.parametrize("frame", ["{}", '{"op": {}}', '{"op": 99, "d": []}', '{"op": 11, "d": {}, "s": null}'])
async def test_frame_of_no_known_kind_is_passed_over(fake: FakeDiscord, inbox: Inbox, frame: str) -> None:
    """Discord may say more than is understood."""
    await fake.gateway.raw(frame)
    await still_connected(fake, inbox)
    assert fake.gateway.identified == 1


async def test_deleted_channel_costs_its_own_reply_alone(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """The reply has no place any more; others have theirs."""
    channel = fake.world.add_channel("temporary", 0)
    await fake.gateway.dispatch("CHANNEL_CREATE", channel)
    await fake.post("hello", mention=True, channel=channel["id"])
    address = (await inbox.first())[0].address
    del fake.world.channels[channel["id"]]
    await fake.gateway.dispatch("CHANNEL_DELETE", channel)
    with pytest.raises(DeliveryRefused):
        await adapter.send(address, RenderedPart("x"), "1")
    await still_connected(fake, inbox)
