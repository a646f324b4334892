"""`assistant why`: everything that explains an answer, from what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg_pool import ConnectionPool

from adapters.base import Source
from assistant.cli import main
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Trace
from assistant.conversations.store import ConversationStore
from assistant.embedding.base import EmbeddingModel
from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.pgvector import PgVectorStore
from tests.fakes.platform import FakePlatform

Run = Callable[..., Result]
MODEL = EmbeddingModel("test-model", 2)
URI = "file:///faq/fees.md"


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `assistant why`. No Redis and no model is there."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("TGI_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(main, ["why", *arguments])


@pytest.fixture
def documents(pool: ConnectionPool) -> PgVectorStore:
    return PgVectorStore(pool)


def put_chunks(documents: PgVectorStore, sql: psycopg.Connection, *texts: str) -> dict[str, int]:
    """Make these the document's chunks; gives all ids by text."""
    chunks = [Chunk(text, (), "", 1) for text in texts]
    vectors = {chunk.key: np.ones((1, 2), dtype=np.float32) for chunk in chunks}
    documents.replace_document(documents.open_set("default", MODEL), Document(URI, "Fees", "0"), chunks, vectors)
    return dict(sql.execute("select text, id from chunks").fetchall())


def used(chunk_id: int, text: str, distance: float) -> dict[str, object]:
    return {
        "chunk_id": chunk_id,
        "chunk_ids": (),
        "uri": URI,
        "title": "Fees",
        "heading": "Fees > [red]Fines[/red]",
        "text": text,
        "distance": distance,
        "relevance": 1 - distance,
        "rerank_distance": None,
    }


def answer(*chunks: dict[str, object], decision: str = "answered") -> Answer:
    trace = Trace(
        prompt_version="llama2/answer@3f2a9c1b",
        prompt="[INST] the whole prompt [/INST]" if decision == "answered" else "",
        model_id="llama-2-7b-chat",
        parameters={"temperature": 0.1, "max_new_tokens": 500},
        chunks=chunks,
        gate={"nearest_alone": chunks[0]["distance"], "nearest_in_context": None, "max_distance": 0.6, "drift": 0.0},
        timings_s={"retrieve": 0.012, "generate": 1.5},
        searched=("what are the fees of the library?",),
        checks={"dropped": ["It is free."]},
    )
    sources = (Source(1, "Fees"),) if decision == "answered" else ()
    ids = tuple(int(str(chunk["chunk_id"])) for chunk in chunks[:1]) if decision == "answered" else ()
    return Answer("Two euros [1].", decision, sources, trace, chunk_ids=ids)  # type: ignore[arg-type]


@pytest.fixture
async def explained(
    inbox: Inbox, platform: FakePlatform, store: ConversationStore, documents: PgVectorStore, sql: psycopg.Connection
) -> int:
    """The id of an answered message, made from one of two chunks that were found."""
    ids = put_chunks(documents, sql, "fees", "hours")
    accepted = await inbox.accept(platform.message("[bold]fees[/bold]? \x1b[31m", mention=True))
    assert accepted.message_id is not None
    work = store.take(accepted.message_id)
    assert work is not None
    store.reply(work, answer(used(ids["fees"], "fees", 0.41), used(ids["hours"], "hours", 0.55)))
    sql.execute("insert into ratings (reply_id, author_id, rating) select id, 'U2', 1 from replies")
    sql.execute("update deliveries set state = 'sent', platform_message_ids = '{1700000000.000200}', parts_sent = 1")
    return accepted.message_id


def test_all_that_explains_an_answer_is_told(run: Run, explained: int) -> None:
    """As JSON: question, search, chunks, gate, prompt, model, timings, ratings and deliveries."""
    told = json.loads(run(str(explained), "--json").stdout)
    assert told["because"] == "a passage is near enough: nearest 0.41 <= 0.60"
    assert (told["asked"]["author_name"], told["asked"]["channel"]) == ("Person U1", "C1")
    assert told["trace"]["searched"] == ["what are the fees of the library?"]
    assert [(chunk["number"], chunk["is_cited"], chunk["state"]) for chunk in told["trace"]["chunks"]] == [
        (1, True, "as it was"),
        (None, False, "as it was"),
    ]
    assert told["trace"]["prompt"] == "[INST] the whole prompt [/INST]"
    assert told["trace"]["checks"] == {"dropped": ["It is free."]}
    assert told["reply"]["ratings"] == {"up": 1, "down": 0}
    assert [(sent["state"], sent["platform_message_ids"]) for sent in told["deliveries"]] == [
        ("sent", ["1700000000.000200"])
    ]


def test_explanation_reads_well(run: Run, explained: int) -> None:
    """What people and documents say is shown as it is, and commands no terminal; the prompt only on demand."""
    text = run(str(explained)).stdout
    for part in ("[bold]fees[/bold]?", "[red]Fines[/red]", "0.410", "nearest 0.41 <= 0.60", "retrieve", "0.012", "█"):
        assert part in text
    assert "\x1b[31m" not in text
    assert "the whole prompt" not in text
    assert "the whole prompt" in run(str(explained), "--prompt").stdout


@pytest.mark.parametrize(
    "name",
    ["last", "reply:{reply}", "message_id={message}", "1700000000.000200", "https://a.slack.com/archives/C1/p{post}"],
)
def test_answer_is_found_by_every_name(run: Run, explained: int, sql: psycopg.Connection, name: str) -> None:
    """Ours, and those of the platform; a link to the reply leads to its question, too."""
    reply = sql.execute("select id from replies").fetchone()
    assert reply is not None
    named = name.format(message=explained, reply=reply[0], post="1700000000000200")
    assert json.loads(run(named, "--json").stdout)["asked"]["message_id"] == explained


def test_question_is_found_by_its_platforms_id(run: Run, explained: int, sql: psycopg.Connection) -> None:
    """As a link to the question has it."""
    row = sql.execute("select reply_address->>'message_id' from messages").fetchone()
    assert row is not None
    assert json.loads(run(row[0], "--json").stdout)["asked"]["message_id"] == explained


def test_change_of_documents_since_is_told(
    run: Run, explained: int, documents: PgVectorStore, sql: psycopg.Connection
) -> None:
    """Of each chunk, and that the answer was withdrawn with them."""

    def states() -> list[str]:
        told = json.loads(run(str(explained), "--json").stdout)
        assert told["reply"]["is_withdrawn"] is True
        return [chunk["state"] for chunk in told["trace"]["chunks"]]

    put_chunks(documents, sql, "hours", "costs")
    assert states() == ["changed since", "as it was"]
    documents.remove_documents("default", [URI])
    assert states() == ["removed since", "removed since"]


async def test_refusal_tells_the_value_against_the_limit(
    run: Run, inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """In words that a person reads at once."""
    accepted = await inbox.accept(platform.message("weather?", mention=True))
    work = store.take(accepted.message_id or 0)
    assert work is not None
    store.reply(work, answer(used(1, "fees", 0.71), decision="refused"))
    assert "no passage is near enough: nearest 0.71 > 0.60" in run("last").stdout


async def test_message_without_an_answer_tells_why_not(
    run: Run, inbox: Inbox, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """It waits, was said to somebody else, or is erased."""
    accepted = await inbox.accept(platform.message("hello", mention=True))
    assert "still waits" in run(str(accepted.message_id)).stdout
    sql.execute("update messages set state = 'overheard'")
    assert "history" in run(str(accepted.message_id)).stdout
    sql.execute("update messages set text = '', author_name = '', state = 'deleted', erased_at = now()")
    assert "erased" in run(str(accepted.message_id)).stdout


@pytest.mark.parametrize("name", ["999", "reply:999", "last", "https://discord.com/channels/1/2/3", "nonsense"])
def test_unknown_name_is_told_in_one_line(run: Run, name: str) -> None:
    """With what can be named, or what to do."""
    result = run(name)
    assert (result.exit_code, result.stderr.count("\n"), result.stdout) == (1, 1, "")


async def test_messages_answered_together_are_explained_together(
    run: Run, inbox: Inbox, platform: FakePlatform, store: ConversationStore
) -> None:
    """By whichever of them they are named."""
    root = platform.message("one?", mention=True)
    first = await inbox.accept(root)
    second = await inbox.accept(platform.message("also two?", thread=root.address.thread))
    work = store.take(first.message_id or 0)
    assert work is not None
    store.reply(work, replace(answer(used(1, "fees", 0.4)), chunk_ids=()))
    told = json.loads(run(str(second.message_id), "--json").stdout)
    assert (told["asked"]["text"], told["asked"]["joined"]) == ("one?\nalso two?", [second.message_id])
