"""A reply that grows: one message, posted and edited, whatever happens in between."""

from __future__ import annotations

import pytest

from adapters.base import Button, RenderedPart, ReplyAddress
from adapters.errors import DeliveryUnknown
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure
from tests.fakes.slack_workspace import Message

FIRST, MORE = RenderedPart("Within", is_preview=True), RenderedPart("Within *thir", is_preview=True)
FINAL = RenderedPart("Within *thirty* days. [1]", (Button("up", "Yes"),))


def adapter(slack: FakeSlack) -> SlackAdapter:
    """Not connected: what goes out needs no socket."""
    return SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)


@pytest.fixture(params=["C1", "DU1"])
def address(slack: FakeSlack, request: pytest.FixtureRequest) -> ReplyAddress:
    channel, ts = request.param, slack.workspace.new_ts()
    slack.workspace.add(Message(channel, ts, "U1", "how long?"))
    direct = channel.startswith("D")
    return ReplyAddress("slack", "T1", channel, "" if direct else ts, ts, is_direct=direct)


async def test_another_process_can_end_what_one_began(slack: FakeSlack, address: ReplyAddress) -> None:
    """Nothing about a growing reply is kept in memory."""
    sent = await adapter(slack).send(address, FIRST, "key")
    await adapter(slack).edit(address, sent.message_id, MORE)
    await adapter(slack).edit(address, sent.message_id, FINAL)
    [message] = slack.messages(address.channel, address.thread)
    assert (message.text, len(message.attachments)) == (FINAL.text, 1)


async def test_lost_beginning_is_found_and_grows_on(slack: FakeSlack, address: ReplyAddress) -> None:
    """It has its key from the first word on, also beside another reply that is growing in that thread."""
    await adapter(slack).send(address, RenderedPart("Another", is_preview=True), "another-key")
    slack.fail_next("chat.postMessage", Failure(cuts=True, after_effect=True))
    with pytest.raises(DeliveryUnknown):
        await adapter(slack).send(address, FIRST, "key")
    sent = await adapter(slack).send(address, MORE, "key", may_be_shown=True)
    await adapter(slack).edit(address, sent.message_id, FINAL)
    assert [message.text for message in slack.messages(address.channel, address.thread)] == ["Another", FINAL.text]


async def test_growing_reply_is_seen_by_everybody(slack: FakeSlack, address: ReplyAddress) -> None:
    """No stream for one recipient is opened: Slack's streams show the others but their beginning until they end."""
    sent = await adapter(slack).send(address, FIRST, "key")
    await adapter(slack).edit(address, sent.message_id, MORE)
    assert dict(slack.web_api.calls) == {"chat.postMessage": 1, "chat.update": 1}
    assert [message.text for message in slack.messages(address.channel, address.thread)] == [MORE.text]


async def test_link_leads_to_the_question(slack: FakeSlack, address: ReplyAddress) -> None:
    """As the workspace's address is learned at the start; before that, there is none."""
    ours = adapter(slack)
    assert ours.permalink(address) == ""
    await ours.start(Inbox())
    place = f"{address.channel}/p{address.message_id.replace('.', '')}"
    assert ours.permalink(address) == f"https://shop.slack.com/archives/{place}"
    await ours.close()
