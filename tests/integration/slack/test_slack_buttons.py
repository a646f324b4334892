"""Buttons below replies: how they are posted, and what a press does."""

from __future__ import annotations

import pytest

from adapters.base import Button, RenderedPart, ReplyAddress
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_harness import SlackHarness
from tests.fakes.slack_interactions import press_payload
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure
from tests.fakes.slack_workspace import Json
from tests.fakes.until import until

PART = RenderedPart("thirty days", (Button("up", "👍" * 100), Button("human", "Talk to a human")))


async def replied(slack: FakeSlack, harness: SlackHarness, channel: str = "C1") -> ReplyAddress:
    """Give the address of a question, which has its reply with buttons."""
    ts = await slack.post("how long?", channel=channel)
    thread = "" if channel.startswith("D") else ts
    address = ReplyAddress("slack", "T1", channel, thread, ts, is_direct=not thread)
    await harness.adapter.send(address, PART, "key")
    return address


def payload(slack: FakeSlack, address: ReplyAddress, url: str = "") -> Json:
    [message] = slack.messages(address.channel, address.thread)
    return press_payload(message, "llamadesk_up", slack.workspace.new_ts(), "U1", url)


async def test_buttons_leave_the_text_as_it_is(slack: FakeSlack, harness: SlackHarness, inbox: Inbox) -> None:
    """They stand in an attachment: blocks of the message's own would take the place of its text."""
    address = await replied(slack, harness)
    [message] = slack.messages("C1", address.thread)
    [attachment] = message.attachments
    assert message.text == "thirty days"
    assert sorted(attachment) == ["blocks", "fallback"]
    labels = [element["text"]["text"] for element in attachment["blocks"][0]["elements"]]  # type: ignore[index]
    assert labels == ["👍" * 75, "Talk to a human"]


async def test_press_is_acknowledged_once_it_is_stored(slack: FakeSlack, harness: SlackHarness) -> None:
    """Until then its button shows that it runs; when it fails, Slack tells the presser."""
    inbox = Inbox()
    inbox.fails = True
    await harness.start(inbox)
    address = await replied(slack, harness)
    [message] = slack.messages("C1", address.thread)
    assert not (await slack.press(message.ts, "llamadesk_up")).acknowledged
    inbox.fails = False
    assert (await slack.press(message.ts, "llamadesk_up")).acknowledged
    assert len(inbox.presses) == 2


async def test_same_press_again_has_its_id(slack: FakeSlack, harness: SlackHarness, inbox: Inbox) -> None:
    """A delivery that comes twice counts once."""
    address = await replied(slack, harness)
    again = payload(slack, address)
    await slack.deliver_press(again)
    await slack.deliver_press(again)
    first, second = inbox.presses
    assert first == second


async def test_word_is_shown_in_the_thread_to_the_presser_alone(
    slack: FakeSlack, harness: SlackHarness, inbox: Inbox
) -> None:
    """Markup in it is text."""
    inbox.word = "Thanks & <!channel>"
    address = await replied(slack, harness)
    [message] = slack.messages("C1", address.thread)
    await slack.press(message.ts, "llamadesk_up", "U2")
    [shown] = slack.private("C1", "U2", address.thread)
    assert "<!channel>" not in shown
    assert slack.private("C1", "U1", address.thread) == []


async def test_word_reaches_who_is_not_in_the_channel(slack: FakeSlack, harness: SlackHarness, inbox: Inbox) -> None:
    """Who only looks into a public channel can press, and gets the word through the press's own address."""
    inbox.word = "Thank you"
    slack.workspace.absent.add(("C1", "U2"))
    address = await replied(slack, harness)
    [message] = slack.messages("C1", address.thread)
    await slack.press(message.ts, "llamadesk_up", "U2")
    assert slack.private("C1", "U2", address.thread) == ["Thank you"]
    assert len(slack.answer_urls.called) == 1


@pytest.mark.parametrize(
    "failure",
    [Failure("internal_error"), Failure("ratelimited", 429, "30"), Failure(cuts=True), Failure(hangs=True)],
    ids=repr,
)
async def test_press_counts_though_its_word_is_not_shown(failure: Failure) -> None:
    """A press that is stored is acknowledged in time, whatever becomes of the word."""
    async with FakeSlack() as slack:
        harness = SlackHarness(slack)
        inbox = Inbox()
        inbox.word = "Thank you"
        await harness.start(inbox)
        address = await replied(slack, harness)
        [message] = slack.messages("C1", address.thread)
        slack.fail_next("chat.postEphemeral", failure)
        assert (await slack.press(message.ts, "llamadesk_up")).acknowledged
        await harness.close()


async def test_word_goes_to_no_address_but_slacks(slack: FakeSlack, harness: SlackHarness, inbox: Inbox) -> None:
    """The press counts; its forged address is not called."""
    inbox.word = "Thank you"
    slack.workspace.absent.add(("C1", "U1"))
    address = await replied(slack, harness)
    delivery = await slack.deliver_press(payload(slack, address, url="http://127.0.0.1:9/x"))
    assert delivery.acknowledged
    assert len(inbox.presses) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": [{"action_id": "approve", "action_ts": "1.1"}]},
        {"actions": {"action_id": "llamadesk_up"}},
        {"container": None, "channel": None},
        {"user": {}},
    ],
    ids=["kind", "none", "other app's", "no list", "nowhere", "nobody"],
)
async def test_other_interactions_never_arrive(
    slack: FakeSlack, harness: SlackHarness, inbox: Inbox, changes: Json
) -> None:
    """Only a press of one of our buttons is one."""
    address = await replied(slack, harness)
    await slack.deliver_press(payload(slack, address) | changes)
    await slack.deliver_press(payload(slack, address))
    await until(lambda: inbox.presses)
    assert len(inbox.presses) == 1
