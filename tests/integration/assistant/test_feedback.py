"""`assistant feedback`: what people think of answers, by template and model."""

from __future__ import annotations

import json

import psycopg
import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Trace
from assistant.conversations.store import ConversationStore
from tests.fakes.platform import FakePlatform


@pytest.fixture(autouse=True)
def _database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "160")


async def answered(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, template: str, thread: str = ""
) -> str:
    """A question that is answered by the template; gives its thread."""
    message = platform.message("hello", mention=True, thread=thread)
    accepted = await inbox.accept(message)
    work = store.take(accepted.message_id or 0)
    assert work is not None
    trace = Trace(prompt_version=f"llama2/{template}@0", model_id="llama")
    store.reply(work, Answer("hi", "answered", (), trace))
    return message.address.thread


async def test_templates_are_compared(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """What people disagree on counts for neither; a handoff counts against the last answer before it."""
    thread = await answered(inbox, platform, store, "answer")
    await answered(inbox, platform, store, "answer", thread)
    for _ in range(3):
        await answered(inbox, platform, store, "few_shot")
    for reply, author, rating in ((1, "A", 1), (2, "A", -1), (3, "A", 1), (4, "A", 1), (5, "A", 1), (5, "B", -1)):
        sql.execute("insert into ratings values (%s, %s, %s)", [reply, author, rating])
    sql.execute("insert into handoffs (conversation_id, reason, due_at) values (1, 'rated', now())")
    rows = [json.loads(line) for line in CliRunner().invoke(main, ["feedback", "--json"]).stdout.splitlines()]
    seen = [
        (row["prompt_version"], row["answers"], row["up"], row["down"], row["rate"], row["handoffs"]) for row in rows
    ]
    assert seen == [("llama2/answer@0", 2, 1, 1, 0.5, 1), ("llama2/few_shot@0", 3, 2, 0, 1.0, 0)]
    assert rows[1]["interval"] == pytest.approx([0.3424, 1.0], abs=1e-4)
    text = CliRunner().invoke(main, ["feedback"]).stdout
    assert "34% to 100%" in text


def test_nothing_answered_is_said_so() -> None:
    """An empty table would leave one wondering."""
    assert CliRunner().invoke(main, ["feedback"]).stdout == "nothing was answered yet\n"
