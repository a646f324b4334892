"""HTTP mode: what the endpoint answers to Slack, and to others."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from adapters.base import WebhookAdapter
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_delivery import signed_headers
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_workspace import Json, Message, event_payloads

QUESTION = Message("C1", "1700000001.000001", "U1", f"{FakeSlack.bot_mention} hello")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
async def adapter(slack: FakeSlack) -> AsyncIterator[SlackAdapter]:
    adapter = SlackAdapter(slack.bot_token, signing_secret=slack.signing_secret, api_url=slack.api_url)
    yield adapter
    await adapter.close()


async def status(adapter: SlackAdapter, body: bytes) -> int:
    return (await adapter.handle_webhook(signed_headers(FakeSlack.signing_secret, body), body)).status


def encoded(payload: Json) -> bytes:
    return json.dumps(payload).encode()


async def test_is_a_webhook_adapter(adapter: SlackAdapter) -> None:
    """The gateway finds out by the port whether to listen for it."""
    assert isinstance(adapter, WebhookAdapter)


async def test_url_verification_is_answered(adapter: SlackAdapter) -> None:
    """Slack asks for its challenge when the operator enters the address, also before the adapter has started."""
    body = encoded({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"})
    answer = await adapter.handle_webhook(signed_headers(FakeSlack.signing_secret, body), body)
    assert (answer.status, answer.body) == (200, "3eZbrw1aB")


async def test_forged_event_never_arrives(adapter: SlackAdapter) -> None:
    """A request signed with another secret is refused, and nothing of it is read."""
    inbox = Inbox()
    await adapter.start(inbox)
    body = encoded(event_payloads(QUESTION)[0])
    answer = await adapter.handle_webhook(signed_headers("other-secret", body), body)
    assert (answer.status, inbox.messages) == (401, [])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"'])
async def test_malformed_body_is_a_bad_request(adapter: SlackAdapter, body: bytes) -> None:
    """It is no server error: nothing would get better by sending it again."""
    await adapter.start(Inbox())
    assert await status(adapter, body) == 400


async def test_stored_event_is_200_and_failed_one_503(adapter: SlackAdapter) -> None:
    """Slack delivers again what was answered with 5xx."""
    inbox = Inbox()
    await adapter.start(inbox)
    body = encoded(event_payloads(QUESTION)[0])
    assert await status(adapter, body) == 200
    inbox.fails = True
    assert await status(adapter, body) == 503
    assert len(inbox.messages) == 2


async def test_event_before_start_is_to_come_again(adapter: SlackAdapter) -> None:
    """Nobody could store it yet."""
    assert await status(adapter, encoded(event_payloads(QUESTION)[0])) == 503


@pytest.mark.parametrize(
    ("event", "expected"),
    [(None, 400), (5, 400), ("text", 400), ([], 400), ({}, 200), ({"type": 7}, 200), ({"type": "message"}, 200)],
)
async def test_odd_event_does_not_reach_the_callback(adapter: SlackAdapter, event: object, expected: int) -> None:
    """A signed body with a strange event is answered, and is no message."""
    inbox = Inbox()
    await adapter.start(inbox)
    assert await status(adapter, encoded({"type": "event_callback", "team_id": "T1", "event": event})) == expected
    assert inbox.messages == []


async def test_socket_mode_offers_no_endpoint(slack: FakeSlack) -> None:
    """With an app token there is nothing to post to."""
    adapter = SlackAdapter(slack.bot_token, slack.app_token, slack.signing_secret, slack.api_url)
    assert await status(adapter, b"{}") == 404
