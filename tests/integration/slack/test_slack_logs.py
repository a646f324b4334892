"""What is logged names nobody's words and no secret, also with everything logged that there is."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from adapters.base import Button, RenderedPart, Reply, ReplyAddress
from adapters.errors import DeliveryRefused
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_server import FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(ack_timeout_s=1.0, retry_after_s=(0.0, 0.1)) as slack:
        yield slack


@pytest.fixture
async def adapter(slack: FakeSlack) -> AsyncIterator[SlackAdapter]:
    adapter = SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)
    yield adapter
    await adapter.close()


async def test_logs_hold_neither_text_nor_tokens(
    slack: FakeSlack, adapter: SlackAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    """Even with the root logger at DEBUG, and through a failure and its redelivery."""
    inbox = Inbox()
    inbox.fails = True
    with caplog.at_level(logging.DEBUG):
        await adapter.start(inbox)
        await slack.post("my-secret-words", channel="DU1")
        await inbox.first(1)
        inbox.fails = False
        [_, message] = await inbox.first(2)
        [part] = adapter.render(Reply("answer-secret-words"))
        await adapter.send(message.address, part, "key")
        await adapter.close()
    logged = " ".join(f"{record.getMessage()} {record.exc_text} {vars(record)}" for record in caplog.records)
    assert "event not stored" in logged
    for secret in ("my-secret-words", "answer-secret-words", slack.bot_token, slack.app_token):
        assert secret not in logged


async def test_logs_hold_nothing_of_commands_and_presses(
    slack: FakeSlack, adapter: SlackAdapter, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither their words, nor the address that answers them, by which anybody could speak in that channel."""
    inbox = Inbox()
    inbox.word = "word-secret"
    slack.workspace.absent.add(("C1", "U1"))
    with caplog.at_level(logging.DEBUG):
        await adapter.start(inbox)
        await slack.command("/ask", "question-secret")
        [message] = await inbox.first()
        await adapter.send(message.address, RenderedPart("answer-secret"), "key")
        ts = await slack.post("hello", channel="DU1")
        place = ReplyAddress("slack", "T1", "DU1", "", ts, is_direct=True)
        sent = await adapter.send(place, RenderedPart("reply-secret", (Button("up", "label-secret"),)), "key")
        await slack.press(sent.message_id, "llamadesk_up")
        slack.answer_urls.are_expired = True
        with pytest.raises(DeliveryRefused):
            await adapter.send(message.address, RenderedPart("answer-secret"), "key")
        await adapter.close()
    logged = " ".join(f"{record.getMessage()} {record.exc_text} {vars(record)}" for record in ours(caplog))
    assert logged
    for secret in ("question-secret", "answer-secret", "word-secret", "reply-secret", "label-secret", "/commands/"):
        assert secret not in logged


def ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Give what the client's side has logged: the fake server's log tells of every request."""
    return [record for record in caplog.records if not record.name.startswith("aiohttp.access")]
