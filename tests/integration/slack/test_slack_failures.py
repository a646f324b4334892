"""What Slack and the network can do to a call, and what the caller is told."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.base import RenderedPart, ReplyAddress
from adapters.errors import (
    AdapterConfigurationError,
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure

ADDRESS = ReplyAddress("slack", "T1", "C1", "1700000001.000001", "1700000001.000001")
PART = RenderedPart("thirty days")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


def socket_adapter(slack: FakeSlack, **settings: Any) -> SlackAdapter:
    given = {"bot_token": slack.bot_token, "app_token": slack.app_token, "api_url": slack.api_url}
    return SlackAdapter(**{**given, **settings})


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("ratelimited", 429, "7"), RateLimited),
        (Failure("ratelimited", 200), RateLimited),
        (Failure("", 429, "7"), RateLimited),
        (Failure("invalid_auth"), AuthenticationFailed),
        (Failure("token_revoked"), AuthenticationFailed),
        (Failure("account_inactive"), AuthenticationFailed),
        (Failure("channel_not_found"), DeliveryRefused),
        (Failure("not_in_channel"), DeliveryRefused),
        (Failure("is_archived"), DeliveryRefused),
        (Failure("msg_too_long"), DeliveryRefused),
        (Failure("service_unavailable", 503), PlatformUnavailable),
        (Failure("internal_error", 500), DeliveryUnknown),
        (Failure("fatal_error", 200), DeliveryUnknown),
        (Failure("", 502), DeliveryUnknown),
        (Failure("", 200), DeliveryUnknown),
        (Failure(cuts=True), DeliveryUnknown),
        (Failure(cuts=True, after_effect=True), DeliveryUnknown),
        (Failure("", 504, after_effect=True), DeliveryUnknown),
    ],
    ids=repr,
)
async def test_failed_send_tells_what_to_do(slack: FakeSlack, failure: Failure, expected: type[AdapterError]) -> None:
    """Each failure has the class by which the caller decides whether to send again; nothing is posted twice."""
    slack.fail_next("chat.postMessage", failure)
    with pytest.raises(expected) as caught:
        await socket_adapter(slack).send(ADDRESS, PART, "key")
    assert type(caught.value) is expected
    assert slack.web_api.calls["chat.postMessage"] == 1
    assert len(slack.messages("C1", ADDRESS.thread)) == int(failure.after_effect)


@pytest.mark.parametrize(("header", "expected_s"), [("7", 7.0), ("", 30.0), ("soon", 30.0), ("-1", 30.0)])
async def test_wait_is_what_slack_asked_for(slack: FakeSlack, header: str, expected_s: float) -> None:
    """An odd or missing Retry-After gives a cautious default."""
    slack.fail_next("chat.postMessage", Failure("ratelimited", 429, header))
    with pytest.raises(RateLimited) as caught:
        await socket_adapter(slack).send(ADDRESS, PART, "key")
    assert caught.value.retry_after_s == expected_s


async def test_hanging_send_ends_as_unknown(slack: FakeSlack) -> None:
    """A call has a deadline, after which nobody knows what became of it."""
    slack.fail_next("chat.postMessage", Failure(hangs=True))
    started = time.monotonic()
    with pytest.raises(DeliveryUnknown):
        await socket_adapter(slack, timeout_s=1).send(ADDRESS, PART, "key")
    assert time.monotonic() - started < 10


async def test_unreachable_slack_is_unavailable() -> None:
    """Nothing left the house: the caller may try again."""
    adapter = SlackAdapter("xoxb-x", app_token="xapp-x", api_url="http://127.0.0.1:1/api/")
    with pytest.raises(PlatformUnavailable, match="SLACK_API_URL"):
        await adapter.send(ADDRESS, PART, "key")
    with pytest.raises(PlatformUnavailable, match="SLACK_API_URL"):
        await adapter.start(Inbox())


async def test_message_carries_its_key_and_unfurls_nothing(slack: FakeSlack) -> None:
    """The key is found again in the history; links make no request of their own."""
    sent = await socket_adapter(slack).send(ADDRESS, PART, "delivery-5")
    [message] = slack.messages("C1", ADDRESS.thread)
    assert sent.message_id == message.ts
    assert message.metadata == {"event_type": "llamadesk_reply", "event_payload": {"key": "delivery-5"}}
    assert message.options == {"unfurl_links": "false", "unfurl_media": "false"}


@pytest.mark.parametrize(
    ("settings", "expected", "named"),
    [
        ({"bot_token": "xoxp-user"}, AuthenticationFailed, "SLACK_BOT_TOKEN"),
        ({"bot_token": "xoxb-wrong"}, AuthenticationFailed, "SLACK_BOT_TOKEN"),
        ({"app_token": "xoxb-mixed-up"}, AuthenticationFailed, "SLACK_APP_TOKEN"),
        ({"app_token": "xapp-wrong"}, AuthenticationFailed, "SLACK_APP_TOKEN"),
        ({"app_token": ""}, AdapterConfigurationError, "SLACK_APP_TOKEN.*SLACK_SIGNING_SECRET"),
    ],
)
async def test_wrong_setting_is_named_at_start(
    slack: FakeSlack, settings: dict[str, str], expected: type[AdapterError], named: str
) -> None:
    """The message says which setting to correct, and never shows its value."""
    adapter = socket_adapter(slack, **settings)
    with pytest.raises(expected, match=named) as caught:
        await adapter.start(Inbox())
    await adapter.close()
    assert all(value not in str(caught.value) for value in settings.values() if value)


@pytest.mark.parametrize("failure", [Failure("", 502), Failure("internal_error", 500), Failure(cuts=True)])
async def test_slack_failing_at_start_is_unavailable(slack: FakeSlack, failure: Failure) -> None:
    """An outage is not a wrong token."""
    slack.fail_next("auth.test", failure)
    with pytest.raises(PlatformUnavailable):
        await socket_adapter(slack).start(Inbox())


async def test_socket_that_never_opens_is_unavailable(slack: FakeSlack) -> None:
    """The Web API works and the socket does not: start ends with an error, not never."""
    slack.socket_mode.accepts_connections = False
    with pytest.raises(PlatformUnavailable, match="Socket Mode"):
        await socket_adapter(slack, connect_timeout_s=0.5).start(Inbox())
