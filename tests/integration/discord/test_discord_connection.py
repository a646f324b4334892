"""Starting, interruptions and the end of the connection, with discord.py's real client."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import discord.gateway
import discord.http
import pytest

from adapters.base import IncomingEvent, IncomingMessage, Missed
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.history import MAX_MISSED_MESSAGES
from adapters.errors import AdapterConfigurationError, AuthenticationFailed, PlatformUnavailable
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_gateway import DISALLOWED_INTENTS, WRONG_TOKEN
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.until import until


def texts(messages: list[IncomingMessage]) -> list[str]:
    return [message.text for message in messages]


async def test_missing_intent_says_where_to_switch_it_on(fake: FakeDiscord, adapter: DiscordAdapter) -> None:
    """The commonest mistake of a new bot is named with its remedy."""
    fake.gateway.intents_allowed = False
    with pytest.raises(AdapterConfigurationError, match="Message Content Intent"):
        await adapter.start(Inbox())


async def test_token_refused_by_the_gateway_names_the_setting(fake: FakeDiscord, adapter: DiscordAdapter) -> None:
    """A token may be revoked between login and connection."""
    fake.gateway.token = "another"
    with pytest.raises(AuthenticationFailed, match="DISCORD_BOT_TOKEN"):
        await adapter.start(Inbox())


@pytest.mark.parametrize("token", ["", "  "])
async def test_missing_token_names_the_setting(token: str) -> None:
    """No connection is tried without a token."""
    with pytest.raises(AuthenticationFailed, match="DISCORD_BOT_TOKEN"):
        await DiscordAdapter(token).start(Inbox())


async def test_outage_at_login_is_told_apart(fake: FakeDiscord, adapter: DiscordAdapter) -> None:
    """A server error at start is no fault of the configuration, and starting again works."""
    fake.rest.failures.append(Failure("GET /users/@me", 503))
    with pytest.raises(PlatformUnavailable):
        await adapter.start(Inbox())
    await adapter.start(Inbox())


async def test_unreachable_api_names_the_setting(fake: FakeDiscord, unused_tcp_port: int) -> None:
    """A wrong address is told at start."""
    adapter = DiscordAdapter(fake.token, f"http://127.0.0.1:{unused_tcp_port}/api/v10", fake.gateway_url)
    with pytest.raises(PlatformUnavailable, match="DISCORD_API_URL"):
        await adapter.start(Inbox())


async def test_unreachable_gateway_names_the_setting(fake: FakeDiscord, unused_tcp_port: int) -> None:
    """discord.py tries once more before it gives up on a first connection; the start fails with our own error."""
    adapter = DiscordAdapter(fake.token, fake.api_url, f"ws://127.0.0.1:{unused_tcp_port}/")
    with pytest.raises(PlatformUnavailable, match="DISCORD_GATEWAY_URL"):
        await adapter.start(Inbox())


async def test_servers_of_discord_py_are_restored(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """While connected discord.py talks to the configured server, afterwards to Discord again."""
    assert fake.api_url == discord.http.Route.BASE
    assert fake.gateway_url == str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    await adapter.close()
    assert discord.http.Route.BASE == "https://discord.com/api/v10"
    assert str(discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


async def test_broken_connection_is_resumed_without_a_gap(fake: FakeDiscord, inbox: Inbox) -> None:
    """What was written while the line was down is replayed once."""
    await fake.post("before")
    await inbox.first(1)
    fake.gateway.drop()
    await fake.post("meanwhile")
    await inbox.first(2)
    await fake.post("after")
    assert texts(await inbox.first(3)) == ["before", "meanwhile", "after"]
    assert (fake.gateway.identified, fake.gateway.resumed) == (1, 1)


async def test_request_to_reconnect_is_followed(fake: FakeDiscord, inbox: Inbox) -> None:
    """Discord moves clients between its machines several times a day."""
    await fake.gateway.ask_to_reconnect()
    await fake.post("hello")
    await inbox.first(1)
    await fake.post("again")
    assert texts(await inbox.first(2)) == ["hello", "again"]


async def test_messages_of_a_lost_session_are_read_from_the_history(fake: FakeDiscord, inbox: Inbox) -> None:
    """When Discord has forgotten the session, channels and threads are asked for what is newer."""
    root = await fake.post("in channel", mention=True)
    await fake.post("in thread", in_thread_of=root["id"])
    await inbox.first(2)
    fake.gateway.forget_sessions()
    await fake.post("missed in channel")
    await fake.post("missed in thread", in_thread_of=root["id"])
    await fake.gateway.close_all()
    found = await inbox.first(4)
    assert sorted(texts(found)[2:]) == ["missed in channel", "missed in thread"]
    assert found[1].address.thread == next(m for m in found if m.text == "missed in thread").address.thread
    await fake.post("after")
    assert texts(await inbox.first(5))[4] == "after"
    assert fake.gateway.identified == 2


async def test_messages_of_a_server_outage_are_read_from_its_history(fake: FakeDiscord, inbox: Inbox) -> None:
    """Discord takes single servers away and brings them back, without breaking the connection."""
    await fake.post("before")
    await inbox.first(1)
    await fake.gateway.dispatch("GUILD_DELETE", {"id": fake.world.guild_id, "unavailable": True})
    fake.world.add_message(fake.world.general, fake.world.user("alice"), "meanwhile")
    await fake.gateway.dispatch("GUILD_CREATE", fake.world.guild())
    await fake.post("a question in private", direct=True)
    assert sorted(texts(await inbox.first(3))) == ["a question in private", "before", "meanwhile"]


async def test_forbidden_history_does_not_stop_the_others(fake: FakeDiscord, inbox: Inbox) -> None:
    """One channel without the permission to read it costs that channel only."""
    root = await fake.post("in channel", mention=True)
    await fake.post("in thread", in_thread_of=root["id"])
    await inbox.first(2)
    fake.gateway.forget_sessions()
    await fake.post("unreadable")
    await fake.post("readable", in_thread_of=root["id"])
    fake.rest.failures.append(Failure(f"GET /channels/{fake.world.general}/messages", 403))
    await fake.gateway.close_all()
    assert texts(await inbox.first(3))[2] == "readable"


async def test_first_direct_messages_of_somebody_unknown_are_found_with_the_next(fake: FakeDiscord) -> None:
    """Discord lists no direct channels: what was written in a new one while nobody was connected is read, in order, as
    soon as its writer writes again."""
    since = datetime.now(UTC)
    await fake.post("anybody there?", direct=True)
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url)
    inbox = Inbox()
    await adapter.start(inbox, Missed(since))
    await fake.post("hello?", direct=True)
    assert texts(await inbox.first(2)) == ["anybody there?", "hello?"]
    await fake.post("well?", direct=True)
    assert texts(await inbox.first(3))[2] == "well?"
    await adapter.close()


async def test_messages_since_a_time_are_read_at_start(fake: FakeDiscord) -> None:
    """What was written while nobody was connected reaches a new process, which is told since when to read."""
    since = datetime.now(UTC)
    await fake.post("while away", mention=True)
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url)
    inbox = Inbox()
    await adapter.start(inbox, Missed(since))
    assert texts(await inbox.first(1)) == ["while away"]
    await adapter.close()


async def test_long_absence_is_read_page_by_page(fake: FakeDiscord, adapter: DiscordAdapter) -> None:
    """Discord gives 100 messages a call: the busy channel is read to its end, in order."""
    since = datetime.now(UTC)
    for number in range(250):
        fake.world.add_message(fake.world.general, fake.world.user("alice"), f"number {number}")
    inbox = Inbox()
    await adapter.start(inbox, Missed(since))
    ids = [int(message.address.message_id) for message in await inbox.first(250)]
    assert sorted(ids) == sorted(int(message["id"]) for message in fake.world.messages[fake.world.general])


async def test_absence_too_long_to_read_is_told(
    fake: FakeDiscord, adapter: DiscordAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator learns that people were left without an answer."""
    since = datetime.now(UTC)
    for number in range(MAX_MISSED_MESSAGES + 1):
        fake.world.add_message(fake.world.general, fake.world.user("alice"), f"number {number}")
    inbox = Inbox()
    await adapter.start(inbox, Missed(since))
    await until(lambda: any(record.__dict__.get("action") == "discord_history_cut" for record in caplog.records))
    await inbox.first(MAX_MISSED_MESSAGES)


async def test_message_in_a_thread_not_yet_known_gets_its_parent(fake: FakeDiscord, inbox: Inbox) -> None:
    """A thread that was archived when the adapter connected is looked up once somebody writes in it."""
    root = await fake.post("question", mention=True)
    thread = fake.world.add_thread(fake.world.general, root["id"], "old", fake.world.bot["id"])
    await fake.post("one more thing", channel=thread["id"])
    message = (await inbox.first(2))[1]
    assert (message.address.channel, message.address.thread) == (fake.world.general, thread["id"])


async def test_message_that_could_not_be_stored_is_delivered_again(fake: FakeDiscord, adapter: DiscordAdapter) -> None:
    """Discord sends nothing twice, so the adapter itself tries again."""
    attempts: list[str] = []
    stored = asyncio.Event()

    async def fails_once(event: IncomingEvent) -> None:
        assert isinstance(event, IncomingMessage)
        attempts.append(event.event_key)
        if len(attempts) == 1:
            raise ConnectionError("the database is away")
        stored.set()

    await adapter.start(fails_once)
    await fake.post("hello", mention=True)
    await asyncio.wait_for(stored.wait(), timeout=20)
    assert len(attempts) == 2
    assert len(set(attempts)) == 1


@pytest.mark.parametrize(
    ("code", "error"), [(WRONG_TOKEN, AuthenticationFailed), (DISALLOWED_INTENTS, AdapterConfigurationError)]
)
@pytest.mark.usefixtures("inbox")
async def test_end_of_the_connection_surfaces(
    fake: FakeDiscord, adapter: DiscordAdapter, caplog: pytest.LogCaptureFixture, code: int, error: type[Exception]
) -> None:
    """A token revoked, or an intent withdrawn, while running is logged once and told to who waits for the end."""
    await fake.gateway.close_all(code)
    with pytest.raises(error):
        await asyncio.wait_for(adapter.wait_closed(), timeout=20)
    ended = [record for record in caplog.records if record.__dict__.get("action") == "discord_connection_ended"]
    assert [record.levelno for record in ended] == [logging.ERROR]
    assert fake.token not in caplog.text


async def test_closing_is_no_failure(adapter: DiscordAdapter, inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    """Who waits for the end gets no error when it was wanted."""
    ended = asyncio.create_task(adapter.wait_closed())
    await adapter.close()
    await asyncio.wait_for(ended, timeout=20)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_adapter_can_be_started_again(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """After `close` a new `start` makes a new connection."""
    await adapter.close()
    again = Inbox()
    await adapter.start(again)
    await fake.post("hello", mention=True)
    assert texts(await again.first(1)) == ["hello"]


async def test_heartbeats_are_sent(fake: FakeDiscord, adapter: DiscordAdapter) -> None:
    """Discord ends a connection that does not beat; discord.py beats from a thread of its own."""
    fake.gateway.heartbeat_interval_ms = 20
    await adapter.start(Inbox())
    async with asyncio.timeout(20), fake.gateway.beaten:
        await fake.gateway.beaten.wait_for(lambda: fake.gateway.heartbeats >= 3)
