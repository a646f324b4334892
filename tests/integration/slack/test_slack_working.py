"""Showing that a question is being worked at, with what the workspace lets the app do."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from adapters.base import RenderedPart, ReplyAddress
from adapters.errors import AdapterError, AuthenticationFailed, PlatformUnavailable, RateLimited
from adapters.slack.adapter import SlackAdapter
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure
from tests.fakes.slack_workspace import Message

STATUS, REACT, UNREACT = "assistant.threads.setStatus", "reactions.add", "reactions.remove"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def adapter(slack: FakeSlack) -> SlackAdapter:
    """Not connected: what goes out needs no socket."""
    return SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)


def asked(slack: FakeSlack, channel: str = "C1") -> ReplyAddress:
    ts = slack.workspace.new_ts()
    slack.workspace.add(Message(channel, ts, "U1", "how long?"))
    direct = channel.startswith("D")
    return ReplyAddress("slack", "T1", channel, "" if direct else ts, ts, is_direct=direct)


def working(slack: FakeSlack, address: ReplyAddress) -> bool:
    return slack.is_working(address.channel, address.thread, address.message_id)


async def test_thread_has_a_status(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """It needs no scope beyond that for writing, and ends by itself."""
    address = asked(slack)
    await adapter.show_working(address)
    assert slack.workspace.statuses[("C1", address.thread)]
    await adapter.send(address, RenderedPart("thirty days"), "key")
    assert not working(slack, address)
    assert slack.web_api.calls[REACT] == slack.web_api.calls[UNREACT] == 0


async def test_direct_chat_has_a_reaction(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """There is no thread: the question itself shows it, until the reply is there."""
    address = asked(slack, "DU1")
    for _ in range(2):
        await adapter.show_working(address)
    assert working(slack, address)
    await adapter.send(address, RenderedPart("thirty days"), "key")
    assert not working(slack, address)
    await adapter.send(address, RenderedPart("or forty"), "key-1")
    assert slack.web_api.calls[UNREACT] == 1


@pytest.mark.parametrize("error", ["missing_scope", "not_allowed_token_type", "unknown_method", "feature_not_enabled"])
async def test_what_is_not_granted_is_remembered_and_told_once(
    slack: FakeSlack, adapter: SlackAdapter, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    """First the status, then the reaction, then nothing; none of it is a fault, and none is asked for again."""
    slack.fail_next(STATUS, Failure(error))
    address = asked(slack)
    with caplog.at_level(logging.WARNING):
        await adapter.show_working(address)
        assert working(slack, address)
        slack.fail_next(UNREACT, Failure(error))
        await adapter.show_working(address, is_working=False)
        for _ in range(2):
            await adapter.show_working(asked(slack))
            await adapter.show_working(asked(slack, "DU1"))
    told = [record for record in caplog.records if "does not let" in record.message]
    assert [getattr(record, "method", "") for record in told] == [STATUS, REACT]
    assert (slack.web_api.calls[STATUS], slack.web_api.calls[REACT], slack.web_api.calls[UNREACT]) == (1, 1, 1)


async def test_refusal_in_one_place_counts_there_alone(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """A channel without statuses has the reaction; the next channel is asked anew."""
    slack.fail_next(STATUS, Failure("channel_type_not_supported"))
    first, second = asked(slack), asked(slack, "C2")
    await adapter.show_working(first)
    await adapter.show_working(second)
    assert list(slack.workspace.statuses) == [("C2", second.thread)]
    assert [place[0] for place in slack.workspace.reactions] == ["C1"]


async def test_question_that_is_gone_shows_nothing(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """Whoever deleted it waits for nothing."""
    await adapter.show_working(ReplyAddress("slack", "T1", "C1", "1600000000.000001", "1600000000.000001"))
    assert (slack.workspace.statuses, slack.workspace.reactions) == ({}, set())


@pytest.mark.parametrize("channel", ["C1", "DU1"])
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("ratelimited", 429, "7"), RateLimited),
        (Failure("invalid_auth"), AuthenticationFailed),
        (Failure("", 502), PlatformUnavailable),
        (Failure(cuts=True), PlatformUnavailable),
    ],
    ids=repr,
)
async def test_failure_is_told_as_adapter_error(
    slack: FakeSlack, adapter: SlackAdapter, channel: str, failure: Failure, expected: type[AdapterError]
) -> None:
    """The caller decides whether to try again; the wait that Slack asks for is told."""
    slack.fail_next(REACT if channel == "DU1" else STATUS, failure)
    address = asked(slack, channel)
    with pytest.raises(expected):
        await adapter.show_working(address)
    await adapter.show_working(address)
    assert working(slack, address)


async def test_reply_is_sent_though_the_reaction_stays(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """A reply that is shown is no failed one."""
    address = asked(slack, "DU1")
    await adapter.show_working(address)
    slack.fail_next(UNREACT, Failure("ratelimited", 429, "30"))
    sent = await adapter.send(address, RenderedPart("thirty days"), "key")
    assert sent.message_id
    await adapter.show_working(address, is_working=False)
    assert not working(slack, address)
