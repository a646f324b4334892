"""Socket Mode over time: connections that end, and events that come again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack.adapter import PING_INTERVAL_S, SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(ack_timeout_s=1.0, retry_after_s=(0.0, 0.1)) as slack:
        yield slack


@pytest.fixture
async def adapter(slack: FakeSlack) -> AsyncIterator[SlackAdapter]:
    adapter = SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)
    yield adapter
    await adapter.close()


@pytest.mark.parametrize("ending", ["disconnect", "drop"])
async def test_connection_that_ends_is_renewed(slack: FakeSlack, adapter: SlackAdapter, ending: str) -> None:
    """Slack ends every connection after some hours, with or without a word: the next one opens by itself."""
    inbox = Inbox()
    await adapter.start(inbox)
    await getattr(slack.socket_mode, ending)()
    async with asyncio.timeout(30):
        await slack.socket_mode.opened_in_all(2)
    await slack.post("still there?", channel="DU1")
    await inbox.first()
    assert slack.web_api.calls["apps.connections.open"] == 2


async def test_every_attempt_to_connect_has_an_address_of_its_own(slack: FakeSlack) -> None:
    """An address of Slack's is good for one attempt: after a failed one the next gets through, and nobody is deaf."""
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url, ping_interval_s=0.05)
    inbox = Inbox()
    await adapter.start(inbox)
    slack.socket_mode.accepts_connections = False
    async with asyncio.timeout(30):
        await slack.socket_mode.drop()
        await slack.socket_mode.refused_in_all(2)
        slack.socket_mode.accepts_connections = True
        await slack.socket_mode.opened_in_all(2)
    assert len(set(slack.socket_mode.refused)) == len(slack.socket_mode.refused)
    await slack.post("still there?", channel="DU1")
    await inbox.first()
    await adapter.close()


@pytest.mark.parametrize(
    "failure", [Failure("internal_error", 500), Failure("", 502), Failure(cuts=True)], ids=["error", "proxy", "cut"]
)
async def test_connection_comes_back_after_the_web_api_failed(slack: FakeSlack, failure: Failure) -> None:
    """No address to be had is a reason to ask again, whatever the answer was."""
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url, ping_interval_s=0.05)
    inbox = Inbox()
    await adapter.start(inbox)
    slack.fail_next("apps.connections.open", failure, failure)
    async with asyncio.timeout(30):
        await slack.socket_mode.drop()
        await slack.socket_mode.opened_in_all(2)
    await slack.post("still there?", channel="DU1")
    await inbox.first()
    await adapter.close()


async def test_deaf_connection_is_noticed_and_renewed(slack: FakeSlack) -> None:
    """One that stays open, and answers no ping, is given up after four of them at the latest: 40 s by default."""
    assert PING_INTERVAL_S * 4 < 90
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url, ping_interval_s=0.1)
    inbox = Inbox()
    await adapter.start(inbox)
    slack.socket_mode.is_deaf = True
    async with asyncio.timeout(30):
        await slack.socket_mode.opened_in_all(2)
        slack.socket_mode.is_deaf = False
        await slack.post("still there?", channel="DU1")
        await inbox.first()
    await adapter.close()


async def test_reconnection_waits_as_long_as_slack_asks(slack: FakeSlack) -> None:
    """A limit on new addresses is honoured, though the interval is shorter."""
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url, ping_interval_s=0.05)
    await adapter.start(Inbox())
    slack.fail_next("apps.connections.open", Failure("ratelimited", 429, "1"))
    started = asyncio.get_running_loop().time()
    async with asyncio.timeout(30):
        await slack.socket_mode.drop()
        await slack.socket_mode.opened_in_all(2)
    assert asyncio.get_running_loop().time() - started >= 1
    assert slack.web_api.calls["apps.connections.open"] == 3
    await adapter.close()


async def test_close_while_it_reconnects_leaves_nothing(slack: FakeSlack) -> None:
    """A platform that is away does not keep the process from shutting down."""
    before = asyncio.all_tasks()
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url, ping_interval_s=0.05)
    await adapter.start(Inbox())
    slack.socket_mode.accepts_connections = False
    async with asyncio.timeout(30):
        await slack.socket_mode.disconnect()
        await slack.socket_mode.refused_in_all(1)
        await adapter.close()
        await asyncio.gather(*(task for task in asyncio.all_tasks() - before if "Connection" in repr(task)))


async def test_close_lets_an_event_be_stored(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """What was begun is ended, and not cut off in the middle."""
    inbox = Inbox()
    inbox.hold()
    await adapter.start(inbox)
    await slack.post("hello", channel="DU1")
    await inbox.first()
    closing = asyncio.create_task(adapter.close())
    inbox.release()
    async with asyncio.timeout(20):
        await closing
    assert [message.text for message in inbox.messages] == ["hello"]


async def test_refused_event_comes_again_until_it_is_stored(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """The platform's own retry brings back what the store could not take."""
    inbox = Inbox()
    inbox.fails = True
    await adapter.start(inbox)
    ts = await slack.post("hello", channel="DU1")
    await inbox.first(1)
    inbox.fails = False
    await inbox.first(2)
    await slack.settled(ts)
    assert slack.acknowledged(ts)
    assert len({message.event_key for message in inbox.messages}) == 1


async def test_events_that_are_no_messages_are_acknowledged(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """A kind that nobody asked for is not delivered for ever."""
    inbox = Inbox()
    await adapter.start(inbox)
    event = {"type": "reaction_added", "user": "U1", "item": {}}
    slack.send_events("none", [{"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}])
    await slack.settled("none")
    assert slack.acknowledged("none")
    assert inbox.messages == []


async def test_author_has_a_name(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """People are shown as they show themselves."""
    inbox = Inbox()
    await adapter.start(inbox)
    await slack.post("<@U2> said so", channel="DU1")
    [message] = await inbox.first()
    assert (message.author_name, message.text) == ("Ada", "@Bob said so")


async def test_message_arrives_though_names_can_not_be_had(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """A name is no reason to lose a message."""
    slack.fail_next("users.info", Failure("missing_scope"))
    inbox = Inbox()
    await adapter.start(inbox)
    await slack.post("hello", channel="DU1")
    [message] = await inbox.first()
    assert message.author_name == "U1"


async def test_no_call_to_slack_stands_between_event_and_callback(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """`auth.test` is asked at start only; with the author known, an event costs no call at all."""
    inbox = Inbox()
    await adapter.start(inbox)
    await slack.post("one", channel="DU1")
    await inbox.first(1)
    calls = dict(slack.web_api.calls)
    await slack.post("two", channel="DU1")
    await inbox.first(2)
    assert dict(slack.web_api.calls) == calls
    assert calls["auth.test"] == 1
