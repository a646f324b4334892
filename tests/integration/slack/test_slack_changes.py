"""Looking for a reply that may be shown, and changing one that is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.base import RenderedPart, ReplyAddress
from adapters.errors import (
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from adapters.slack.adapter import SlackAdapter
from adapters.slack.history import MAX_PAGES
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure
from tests.fakes.slack_workspace import BOT_ID, BOT_USER, Message

PART = RenderedPart("thirty days")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def adapter(slack: FakeSlack) -> SlackAdapter:
    """Not connected: what goes out needs no socket."""
    return SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)


@pytest.fixture
async def address(slack: FakeSlack) -> ReplyAddress:
    """A question in a channel, whose reply stands in its thread."""
    ts = slack.workspace.new_ts()
    slack.workspace.add(Message("C1", ts, "U1", "how long?"))
    return ReplyAddress("slack", "T1", "C1", ts, ts)


def talk(slack: FakeSlack, address: ReplyAddress, count: int) -> None:
    for number in range(count):
        message = Message(address.channel, slack.workspace.new_ts(), "U1", f"and {number}", address.thread)
        slack.workspace.add(message)


@pytest.mark.parametrize("place", ["thread", "direct"])
@pytest.mark.parametrize("newer", [0, 7])
async def test_reply_is_found_pages_away(
    slack: FakeSlack, adapter: SlackAdapter, address: ReplyAddress, place: str, newer: int
) -> None:
    """However people went on talking since: the key in the metadata leads to it, in threads and direct chats."""
    slack.web_api.page_size = 3
    if place == "direct":
        address = replace(address, channel="DU1", thread="", is_direct=True)
    talk(slack, address, 5)
    sent = await adapter.send(address, PART, "key")
    talk(slack, address, newer)
    assert sent == await adapter.send(address, PART, "key", may_be_shown=True)
    assert len(slack.messages(address.channel, address.thread)) == 1


async def test_key_of_somebody_else_is_not_ours(slack: FakeSlack, adapter: SlackAdapter, address: ReplyAddress) -> None:
    """Another app can post any metadata; only the assistant's own message counts."""
    metadata: dict[str, object] = {"event_type": "llamadesk_reply", "event_payload": {"key": "key"}}
    forged = Message("C1", slack.workspace.new_ts(), "UROBOT", "forged", address.thread, "BROBOT", metadata)
    slack.workspace.add(forged)
    await adapter.send(address, PART, "key", may_be_shown=True)
    assert [message.text for message in slack.messages("C1", address.thread)] == ["thirty days"]


async def test_other_keys_are_other_replies(slack: FakeSlack, adapter: SlackAdapter, address: ReplyAddress) -> None:
    """Equal text is not the same reply."""
    await adapter.send(address, PART, "key-1")
    await adapter.send(address, PART, "key-2", may_be_shown=True)
    assert len(slack.messages("C1", address.thread)) == 2


async def test_look_up_has_an_end(slack: FakeSlack, adapter: SlackAdapter, address: ReplyAddress) -> None:
    """What cannot be looked through is told as unknown, and nothing is posted."""
    slack.web_api.page_size = 1
    talk(slack, address, MAX_PAGES + 1)
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "key", may_be_shown=True)
    assert slack.web_api.calls["conversations.replies"] == MAX_PAGES
    assert slack.web_api.calls["chat.postMessage"] == 0


async def test_without_may_be_shown_nothing_is_looked_up(
    slack: FakeSlack, adapter: SlackAdapter, address: ReplyAddress
) -> None:
    """The first send costs one call."""
    await adapter.send(address, PART, "key")
    assert dict(slack.web_api.calls) == {"chat.postMessage": 1}


async def test_reply_to_a_deleted_thread_was_not_shown(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """No thread, no message in it: whether one can be posted now is the post's own matter."""
    address = ReplyAddress("slack", "T1", "C1", "1600000000.000001", "1600000000.000001")
    await adapter.send(address, PART, "key", may_be_shown=True)
    assert slack.web_api.calls["chat.postMessage"] == 1


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("ratelimited", 429, "7"), RateLimited),
        (Failure("invalid_auth"), AuthenticationFailed),
        (Failure("internal_error", 500), PlatformUnavailable),
        (Failure("", 502), PlatformUnavailable),
        (Failure("", 200), PlatformUnavailable),
        (Failure(cuts=True), PlatformUnavailable),
        (Failure("channel_not_found"), DeliveryRefused),
    ],
    ids=repr,
)
async def test_failed_look_up_posts_nothing(
    slack: FakeSlack, adapter: SlackAdapter, address: ReplyAddress, failure: Failure, expected: type[AdapterError]
) -> None:
    """Who could not look does not guess."""
    slack.fail_next("conversations.replies", failure, failure)  # aiohttp repeats a GET by itself
    with pytest.raises(expected):
        await adapter.send(address, PART, "key", may_be_shown=True)
    assert slack.web_api.calls["chat.postMessage"] == 0


@pytest.mark.parametrize("method", ["chat.update", "chat.delete"])
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("ratelimited", 429, "7"), RateLimited),
        (Failure("token_revoked"), AuthenticationFailed),
        (Failure("cant_update_message"), DeliveryRefused),
        (Failure("cant_delete_message"), DeliveryRefused),
        (Failure("edit_window_closed"), DeliveryRefused),
        (Failure("msg_too_long"), DeliveryRefused),
        (Failure("channel_not_found"), DeliveryRefused),
        (Failure("service_unavailable", 503), PlatformUnavailable),
        (Failure("internal_error", 500), PlatformUnavailable),
        (Failure("", 502), PlatformUnavailable),
        (Failure(cuts=True), PlatformUnavailable),
        (Failure(cuts=True, after_effect=True), PlatformUnavailable),
    ],
    ids=repr,
)
async def test_failed_change_tells_what_to_do(
    adapter: SlackAdapter, slack: FakeSlack, method: str, failure: Failure, expected: type[AdapterError]
) -> None:
    """A change may be repeated, so a lost answer is no more than a reason to try again."""
    address = ReplyAddress("slack", "T1", "DU1", "", "1600000000.000001", is_direct=True)
    sent = await adapter.send(address, PART, "key")
    slack.fail_next(method, failure)
    edits = method == "chat.update"
    change = adapter.edit(address, sent.message_id, PART) if edits else adapter.retract(address, sent.message_id)
    with pytest.raises(expected) as caught:
        await change
    assert caught.value.retryable == issubclass(expected, PlatformUnavailable | RateLimited)


async def test_edited_reply_keeps_its_key(slack: FakeSlack, adapter: SlackAdapter, address: ReplyAddress) -> None:
    """It is found again after the edit, and its text is taken as it is."""
    sent = await adapter.send(address, PART, "key")
    await adapter.edit(address, sent.message_id, RenderedPart("&lt;!here&gt; sixty days"))
    assert sent == await adapter.send(address, PART, "key", may_be_shown=True)
    [message] = slack.messages("C1", address.thread)
    assert (message.user, message.bot_id, message.text) == (BOT_USER, BOT_ID, "&lt;!here&gt; sixty days")


async def test_unreachable_slack_is_unavailable_to_changes(address: ReplyAddress) -> None:
    """Nothing left the house."""
    adapter = SlackAdapter("xoxb-x", app_token="xapp-x", api_url="http://127.0.0.1:1/api/")
    with pytest.raises(PlatformUnavailable, match="SLACK_API_URL"):
        await adapter.edit(address, "1.1", PART)
    with pytest.raises(PlatformUnavailable, match="SLACK_API_URL"):
        await adapter.retract(address, "1.1")
