"""Connections that end for good: the token is refused, or somebody closes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.base import SelfClosing
from adapters.errors import AuthenticationFailed
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_harness import SlackHarness, SlackHttpHarness
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure
from tests.fakes.until import until


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(ack_timeout_s=1.0, retry_after_s=(0.0, 0.1)) as slack:
        yield slack


@pytest.fixture
async def adapter(slack: FakeSlack) -> AsyncIterator[SlackAdapter]:
    adapter = SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)
    yield adapter
    await adapter.close()


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive", "not_allowed_token_type"])
async def test_refused_token_ends_the_connection(slack: FakeSlack, error: str) -> None:
    """Nothing gets better by trying on: whoever waits is told which setting to correct, and Slack is left alone."""
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url, ping_interval_s=0.05)
    assert isinstance(adapter, SelfClosing)
    await adapter.start(Inbox())
    slack.fail_next("apps.connections.open", *[Failure(error)] * 50)
    async with asyncio.timeout(30):
        await slack.socket_mode.drop()
        with pytest.raises(AuthenticationFailed, match="SLACK_APP_TOKEN"):
            await adapter.wait_closed()
    await until(lambda: not any("Connection." in repr(task) for task in asyncio.all_tasks()))  # nobody is left to try
    assert slack.web_api.calls["apps.connections.open"] == 2
    await adapter.close()
    with pytest.raises(AuthenticationFailed):
        await adapter.wait_closed()


async def test_link_that_slack_disabled_ends_when_the_token_is_refused(slack: FakeSlack) -> None:
    """As Slack says it: it asks to disconnect, and has no address any more."""
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url, ping_interval_s=0.05)
    await adapter.start(Inbox())
    slack.fail_next("apps.connections.open", *[Failure("account_inactive")] * 5)
    async with asyncio.timeout(30):
        await slack.socket_mode.disconnect("link_disabled")
        with pytest.raises(AuthenticationFailed):
            await adapter.wait_closed()
    await adapter.close()


@pytest.mark.parametrize("mode", ["socket", "http"])
@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_uninstalled_app_ends(slack: FakeSlack, kind: str, mode: str) -> None:
    """Slack tells so once, and no event comes any more: without that, an HTTP endpoint would wait for ever."""
    harness = SlackHarness(slack) if mode == "socket" else SlackHttpHarness(slack)
    await harness.start(Inbox())
    assert isinstance(harness.adapter, SlackAdapter)
    slack.fail_next("auth.test", Failure("account_inactive"))
    tokens = {"oauth": [], "bot": ["UBOT"]} if kind == "tokens_revoked" else {}
    event = {"type": kind, "tokens": tokens}
    slack.send_events("end", [{"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}])
    async with asyncio.timeout(30):
        with pytest.raises(AuthenticationFailed, match="SLACK_BOT_TOKEN"):
            await harness.adapter.wait_closed()
    await slack.settled("end")
    assert slack.acknowledged("end")
    await harness.close()


async def test_revoking_of_another_token_ends_nothing(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """An app has tokens of users, too: Slack is asked whether the bot's is still good."""
    inbox = Inbox()
    await adapter.start(inbox)
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}
    slack.send_events("other", [{"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}])
    await slack.settled("other")
    await slack.post("hello", channel="DU1")
    await inbox.first()
    assert slack.web_api.calls["auth.test"] == 2


async def test_wait_closed_returns_after_close(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """Whoever closed it knows why."""
    await adapter.wait_closed()
    await adapter.start(Inbox())
    waiting = asyncio.create_task(adapter.wait_closed())
    await slack.socket_mode.round_trip()
    assert not waiting.done()
    await adapter.close()
    async with asyncio.timeout(10):
        await waiting
