"""Slash commands: how they are acknowledged, and how their author alone is answered."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from adapters.base import Button, RenderedPart, ReplyAddress
from adapters.errors import (
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_answer_urls import MAX_ANSWERS
from tests.fakes.slack_harness import SlackHarness
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure

PART = RenderedPart("thirty days")


@pytest.fixture
def adapter(slack: FakeSlack) -> SlackAdapter:
    """Not connected: what goes out needs no socket."""
    return SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)


def asked(slack: FakeSlack, channel: str = "C1", url: str | None = None) -> ReplyAddress:
    """Give the address of a command."""
    url = slack.answer_urls.new("commands", channel, "U1") if url is None else url
    return ReplyAddress("slack", "T1", channel, "", "1.2.abc", visible_to="U1", interaction=url)


# -- in


async def test_command_is_acknowledged_once_it_is_stored(slack: FakeSlack, harness: SlackHarness) -> None:
    """While it is being stored its author sees that it runs; nobody is told of success too early."""
    inbox = Inbox()
    inbox.hold()
    await harness.start(inbox)
    trigger = await slack.command("/ask", "how long?")
    await inbox.first()
    assert not slack.acknowledged(trigger)
    inbox.release()
    await slack.settled(trigger)
    assert slack.acknowledged(trigger)


async def test_failed_command_is_told_to_its_author(slack: FakeSlack, harness: SlackHarness) -> None:
    """Slack says that the command failed, and never delivers it again."""
    inbox = Inbox()
    inbox.fails = True
    await harness.start(inbox)
    trigger = await slack.command("/forget")
    await slack.settled(trigger)
    assert not slack.acknowledged(trigger)
    assert len(inbox.messages) == 1


async def test_command_names_people_as_messages_do(slack: FakeSlack, harness: SlackHarness, inbox: Inbox) -> None:
    """The author and who is mentioned have their names."""
    await slack.command("/human", "<@U2|bob> knows &amp; <https://x.example|x>", user="U1")
    [message] = await inbox.first()
    assert (message.author_name, message.text) == ("Ada", "@Bob knows & x (https://x.example)")
    assert message.mentions_others


@pytest.mark.parametrize("channel", ["DU1", "CNOTIN", "DOTHERS"])
async def test_command_is_answered_wherever_it_is_given(
    slack: FakeSlack, harness: SlackHarness, inbox: Inbox, channel: str
) -> None:
    """In the assistant's own direct chat, in a channel it isn't in, and between two other people."""
    await slack.command("/ask", "how long?", channel=channel)
    address = ReplyAddress.from_json((await inbox.first())[0].address.to_json())
    assert address.is_direct == channel.startswith("D")
    await harness.adapter.send(address, PART, "key")
    assert slack.private(channel, "U1") == ["thirty days"]
    assert slack.messages(channel) == []


async def test_other_commands_never_arrive(slack: FakeSlack, harness: SlackHarness, inbox: Inbox) -> None:
    """An app can have commands that are not the assistant's."""
    trigger = await slack.command("/deploy", "now")
    await slack.settled(trigger)
    await slack.command("/ask", "now?")
    assert [message.text for message in await inbox.first()] == ["now?"]


# -- out


async def test_ephemeral_message_comes_first(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """It works at any time and any number of times, so the command's address is not used up."""
    for number in range(MAX_ANSWERS + 1):
        assert (await adapter.send(asked(slack), PART, f"key-{number}")).message_id
    assert slack.private("C1", "U1") == ["thirty days"] * (MAX_ANSWERS + 1)
    assert slack.answer_urls.called == []


async def test_private_reply_has_buttons_where_it_has_an_id(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """A press names the message: where that has no id, there is nothing to press."""
    part = RenderedPart("thirty days", (Button("up", "Yes"),))
    await adapter.send(asked(slack), part, "key")
    slack.workspace.absent.add(("C1", "U1"))
    assert (await adapter.send(asked(slack), part, "key")).message_id == ""
    first, second = slack.workspace.ephemerals
    assert (len(first.attachments), len(second.attachments)) == (1, 0)


@pytest.mark.parametrize("thread", ["", "1700000001.000001"])
async def test_private_reply_to_a_message_stands_in_its_thread(
    slack: FakeSlack, adapter: SlackAdapter, thread: str
) -> None:
    """It appears beside what was asked."""
    address = ReplyAddress("slack", "T1", "C1", thread, "1700000001.000001", visible_to="U2")
    await adapter.send(address, PART, "key")
    assert slack.private("C1", "U2", thread) == ["thirty days"]


async def test_private_reply_without_a_way_is_refused(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """Not in the channel, and no command's address: nobody can be shown anything."""
    with pytest.raises(DeliveryRefused, match="not_in_channel"):
        await adapter.send(asked(slack, "CNOTIN", url=""), PART, "key")


@pytest.mark.parametrize(
    "url", ["https://evil.example/commands/1", "http://127.0.0.1:1/commands/1", "file:///etc/passwd", "hooks.slack.com"]
)
async def test_no_address_but_slacks_is_called(slack: FakeSlack, adapter: SlackAdapter, url: str) -> None:
    """Whatever came with a command, no other server is asked."""
    with pytest.raises(DeliveryRefused, match="not_in_channel"):
        await adapter.send(asked(slack, "CNOTIN", url), PART, "key")


async def test_redirect_is_not_followed(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """Slack's addresses answer by themselves; one that leads elsewhere is not gone after."""
    slack.answer_urls.answers.append(web.Response(status=302, headers={"Location": "/commands/elsewhere"}))
    with pytest.raises(DeliveryRefused):
        await adapter.send(asked(slack, "CNOTIN"), PART, "key")
    assert len(slack.answer_urls.called) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (web.Response(status=429, headers={"Retry-After": "7"}), RateLimited),
        (web.Response(status=404, text='{"ok":false,"error":"used_url"}'), DeliveryRefused),
        (web.Response(status=500), DeliveryUnknown),
        (web.Response(status=502, text="<html>" * 100_000), DeliveryUnknown),
        (None, DeliveryUnknown),
    ],
    ids=["rate limit", "used up", "failure", "proxy", "cut"],
)
async def test_failed_answer_tells_what_to_do(
    slack: FakeSlack, adapter: SlackAdapter, answer: web.Response | None, expected: type[AdapterError]
) -> None:
    """As with any other call."""
    slack.answer_urls.answers.append(answer)
    with pytest.raises(expected) as caught:
        await adapter.send(asked(slack, "CNOTIN"), PART, "key")
    assert type(caught.value) is expected
    assert getattr(caught.value, "retry_after_s", 7.0) == 7.0


async def test_command_that_is_too_old_is_refused(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """After half an hour there is no way to its author, where the assistant isn't in the channel."""
    slack.answer_urls.are_expired = True
    with pytest.raises(DeliveryRefused, match="give it again"):
        await adapter.send(asked(slack, "CNOTIN"), PART, "key")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("ratelimited", 429, "7"), RateLimited),
        (Failure(cuts=True, after_effect=True), DeliveryUnknown),
        (Failure("", 502), DeliveryUnknown),
        (Failure("internal_error"), DeliveryUnknown),
        (Failure("service_unavailable", 503), PlatformUnavailable),
    ],
    ids=repr,
)
async def test_failed_ephemeral_message_is_not_sent_another_way(
    slack: FakeSlack, adapter: SlackAdapter, failure: Failure, expected: type[AdapterError]
) -> None:
    """Only what Slack refused for sure goes through the command's address: nothing is shown twice."""
    slack.fail_next("chat.postEphemeral", failure)
    with pytest.raises(expected):
        await adapter.send(asked(slack), PART, "key")
    assert slack.answer_urls.called == []


async def test_revoked_token_still_answers_a_command(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """The command's address needs no token."""
    slack.fail_next("chat.postEphemeral", Failure("token_revoked"), Failure("token_revoked"))
    await adapter.send(asked(slack), PART, "key")
    assert slack.private("C1", "U1") == ["thirty days"]
    with pytest.raises(AuthenticationFailed):
        await adapter.send(asked(slack, url=""), PART, "key")


async def test_private_reply_that_may_be_shown_is_not_shown_again(slack: FakeSlack, adapter: SlackAdapter) -> None:
    """Nobody can look for it."""
    with pytest.raises(DeliveryUnknown):
        await adapter.send(asked(slack), PART, "key", may_be_shown=True)
    assert slack.private("C1", "U1") == []


async def test_command_has_no_link_and_shows_no_work(slack: FakeSlack, harness: SlackHarness, inbox: Inbox) -> None:
    """It stands nowhere: there is nothing to lead to, and nothing to react to."""
    await slack.command("/ask", "how long?")
    address = (await inbox.first())[0].address
    calls = dict(slack.web_api.calls)
    async with asyncio.timeout(5):
        await harness.adapter.show_working(address)
    assert harness.adapter.permalink(address) == ""
    assert dict(slack.web_api.calls) == calls
