"""Against a server that we did not write, with the scopes of the manifest and no others.

It (0.11) has the Web API and strict scopes. It sends no events to an address of ours: a person's message is stored
there, read as it gives it, and posted to the adapter as an event, signed. It has no statuses, takes any token, and
answers no GET: neither names nor a reply that may be shown are looked for.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import Button, IncomingMessage, RenderedPart, Reply, ReplyAddress
from adapters.errors import DeliveryRefused
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_delivery import signed_headers
from tests.fakes.slack_emulator import (
    BOT_TOKEN,
    BOT_USER,
    CHANNEL,
    PERSON,
    PERSON_TOKEN,
    TEAM,
    missing,
    slack_emulator,
)

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "it is there")
SECRET = "emulated-signing-secret"
MANIFEST = yaml.safe_load(resources.files("adapters.slack").joinpath("manifest.yaml").read_text())


@pytest.fixture(scope="module")
def api_url() -> Iterator[str]:
    with slack_emulator(MANIFEST["oauth_config"]["scopes"]["bot"]) as url:
        yield url


@pytest.fixture
async def person(api_url: str) -> AsyncWebClient:
    """Somebody who writes."""
    return AsyncWebClient(token=PERSON_TOKEN, base_url=api_url)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def adapter(api_url: str, inbox: Inbox) -> AsyncIterator[SlackAdapter]:
    adapter = SlackAdapter(BOT_TOKEN, signing_secret=SECRET, api_url=api_url)
    await adapter.start(inbox)
    yield adapter
    await adapter.close()


async def messages(person: AsyncWebClient, channel: str) -> list[dict[str, Any]]:
    """Give what stands in the channel, threads included, oldest first."""
    answer = await person.api_call("conversations.history", json={"channel": channel})
    roots: list[dict[str, Any]] = answer["messages"]
    found = []
    for root in reversed(roots):
        thread = await person.api_call("conversations.replies", json={"channel": channel, "ts": root["ts"]})
        found.extend(thread["messages"])
    return found


async def ask(person: AsyncWebClient, adapter: SlackAdapter, inbox: Inbox, channel: str = CHANNEL) -> IncomingMessage:
    """Let the person ask, and give the question as it arrived."""
    text = "how long?" if channel.startswith("D") else f"<@{BOT_USER}> how long?"
    ts = (await person.chat_postMessage(channel=channel, text=text))["ts"]
    [message] = [message for message in await messages(person, channel) if message["ts"] == ts]
    event = {**message, "channel": channel, "channel_type": "im" if channel.startswith("D") else "channel"}
    body = json.dumps({"type": "event_callback", "team_id": TEAM, "event": event}).encode()
    answer = await adapter.handle_webhook(signed_headers(SECRET, body), body)
    assert answer.status == 200
    return inbox.messages[-1]


async def test_question_has_a_reply_that_is_edited_and_taken_back(
    person: AsyncWebClient, adapter: SlackAdapter, inbox: Inbox
) -> None:
    """The whole way: in a thread below the question, with buttons that go with the edit."""
    question = await ask(person, adapter, inbox)
    assert (question.text, question.author_id, question.mentions_assistant) == ("how long?", PERSON, True)
    address = ReplyAddress.from_json(question.address.to_json())
    [part] = adapter.render(Reply("Within **thirty** days.", buttons=(Button("up", "Yes"), Button("human", "No"))))
    sent = await adapter.send(address, part, "delivery-1")
    [reply] = [message for message in await messages(person, CHANNEL) if message["user"] == BOT_USER]
    assert (reply["ts"], reply["text"], reply["thread_ts"]) == (sent.message_id, part.text, address.thread)
    assert reply["metadata"]["event_payload"] == {"key": "delivery-1"}
    actions = reply["attachments"][0]["blocks"][0]["elements"]
    assert [action["action_id"] for action in actions] == ["llamadesk_up", "llamadesk_human"]

    await adapter.edit(address, sent.message_id, RenderedPart("Within *sixty* days."))
    [reply] = [message for message in await messages(person, CHANNEL) if message["user"] == BOT_USER]
    assert (reply["text"], reply.get("attachments", [])) == ("Within *sixty* days.", [])

    for _ in range(2):
        await adapter.retract(address, sent.message_id)
    assert all(message["user"] != BOT_USER for message in await messages(person, CHANNEL))
    with pytest.raises(DeliveryRefused):
        await adapter.edit(address, sent.message_id, part)


async def test_direct_question_shows_that_it_is_worked_at(
    person: AsyncWebClient, adapter: SlackAdapter, inbox: Inbox
) -> None:
    """By a reaction, which is gone with the reply."""
    channel = (await person.api_call("conversations.open", json={"users": BOT_USER}))["channel"]["id"]
    question = await ask(person, adapter, inbox, channel)
    assert question.address.is_direct
    for _ in range(2):
        await adapter.show_working(question.address)
    [message] = await messages(person, channel)
    assert [reaction["name"] for reaction in message["reactions"]] == ["eyes"]
    await adapter.send(question.address, RenderedPart("thirty days"), "key")
    asked, replied = await messages(person, channel)
    assert (asked.get("reactions", []), replied["text"]) == ([], "thirty days")


async def test_private_reply_is_taken(person: AsyncWebClient, adapter: SlackAdapter, inbox: Inbox) -> None:
    """It has an id, and stands in nobody's history."""
    question = await ask(person, adapter, inbox)
    address = ReplyAddress("slack", TEAM, CHANNEL, question.address.thread, question.address.message_id, False, PERSON)
    assert (await adapter.send(address, RenderedPart("for you alone"), "key")).message_id
    assert all(message["text"] != "for you alone" for message in await messages(person, CHANNEL))


async def test_unknown_channel_is_refused(adapter: SlackAdapter) -> None:
    """Its codes are Slack's."""
    with pytest.raises(DeliveryRefused, match="channel_not_found"):
        await adapter.send(ReplyAddress("slack", TEAM, "C404", "", "1.1"), RenderedPart("hello"), "key")


async def test_link_is_of_the_workspace(person: AsyncWebClient, adapter: SlackAdapter, inbox: Inbox) -> None:
    """As `auth.test` tells its address."""
    question = await ask(person, adapter, inbox)
    assert adapter.permalink(question.address).startswith(f"https://emulate.slack.com/archives/{CHANNEL}/p")
