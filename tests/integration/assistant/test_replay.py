"""`assistant replay`: a question of the past, asked once more, without anybody being told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from adapters.base import IncomingMessage
from assistant.cli import main
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Trace
from assistant.conversations.store import ConversationStore
from ingest.cli import main as ingest
from tests.fakes.platform import FakePlatform
from tests.fakes.tgi_server import FakeTgi, TgiLimits

pytestmark = pytest.mark.xdist_group("embedding_model")

Run = Callable[..., Result]
Put = Callable[[IncomingMessage, Answer], Awaitable[int]]
FEES = "# Fees\n\nA library card costs ten euros a year.\n"
OTHER_FEES = "# Prices\n\nA library card costs twelve euros a year.\n"
THEN = Trace(prompt_version="llama2/answer@00000000", prompt="then", model_id="llama-then", timings_s={"generate": 1.5})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of all tests here, so that the embedding model is exported once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi(answer=lambda _: "A library card costs ten euros a year [1].") as server:
        yield server


@pytest.fixture
def run(database_url: str, tgi: FakeTgi, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `assistant replay` with two knowledge sets. No Redis is there."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("TGI_URL", tgi.url)
    monkeypatch.setenv("ASSISTANT_HOME", str(home))
    monkeypatch.setenv("ASSISTANT_MODEL_FAMILY", "llama2")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    for name, text in (("default", FEES), ("other", OTHER_FEES)):
        Path(f"{name}.md").write_text(text, encoding="utf-8")
        assert CliRunner().invoke(ingest, ["add", f"{name}.md", "--knowledge-set", name]).exit_code == 0
    return lambda *arguments: CliRunner().invoke(main, ["replay", *arguments])


@pytest.fixture
def put(inbox: Inbox, store: ConversationStore) -> Put:
    """Stores a message with its answer; gives the message's id."""

    async def answered(message: IncomingMessage, answer: Answer) -> int:
        accepted = await inbox.accept(message)
        assert accepted.message_id is not None
        work = store.take(accepted.message_id)
        assert work is not None
        store.reply(work, answer)
        return accepted.message_id

    return answered


@pytest.fixture
async def asked(put: Put, platform: FakePlatform) -> list[int]:
    """A question with a follow-up; gives their ids."""
    root = platform.message("What does a library card cost?", mention=True)
    first = await put(root, Answer("A library card costs nine euros.", "answered", (), THEN))
    follow_up = platform.message("And what does a library card cost in euros?", thread=root.address.thread)
    return [first, await put(follow_up, Answer("Nine.", "answered", (), THEN))]


def rows(sql: psycopg.Connection) -> list[tuple[object, ...]]:
    """All that could have been stored or sent."""
    return sql.execute(
        "select m.text, m.state, r.text, t.prompt, d.text, d.revision from messages m"
        " join replies r on r.message_id = m.id join traces t on t.reply_id = r.id"
        " join deliveries d on d.message_id = m.id order by m.id"
    ).fetchall()


def test_replay_shows_then_and_now(run: Run, asked: list[int], sql: psycopg.Connection) -> None:
    """Decision, answer, passages, template, model and timings; nothing is stored."""
    before = rows(sql)
    result = run(str(asked[0]), "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["before"]["text"] == "A library card costs nine euros."
    assert told["after"]["text"].startswith("A library card costs ten euros a year")
    assert told["before"]["model_id"] == "llama-then"
    assert told["after"]["prompt_version"].startswith("llama2/answer@")
    assert [chunk["title"] for chunk in told["after"]["chunks"]] == ["Fees"]
    assert 0.5 < told["similarity"] < 1
    assert rows(sql) == before


def test_history_is_that_of_then(run: Run, asked: list[int], tgi: FakeTgi) -> None:
    """What was said before it, and nothing that was said later."""
    assert run(str(asked[1])).exit_code == 0
    prompt = tgi.generations[-1].json["inputs"]
    assert "What does a library card cost? [/INST] A library card costs nine euros." in prompt
    assert run(str(asked[0])).exit_code == 0
    assert "in euros?" not in tgi.generations[-1].json["inputs"]


def test_knowledge_and_settings_take_the_place_of_those_of_now(run: Run, asked: list[int], tgi: FakeTgi) -> None:
    """For this once."""
    result = run(str(asked[0]), "--knowledge-set", "other", "--setting", "ASSISTANT_TEMPERATURE=0.7", "--json")
    told = json.loads(result.stdout)
    assert [chunk["title"] for chunk in told["after"]["chunks"]] == ["Prices"]
    assert tgi.generations[-1].json["parameters"]["temperature"] == 0.7
    strict = json.loads(run(str(asked[0]), "--setting", "ASSISTANT_MAX_DISTANCE=0.01", "--json").stdout)
    assert (strict["before"]["decision"], strict["after"]["decision"]) == ("answered", "refused")


def test_another_model_is_asked(run: Run, asked: list[int], tgi: FakeTgi) -> None:
    """Named by its server's address."""
    with FakeTgi(answer=lambda _: "Ten euros [1].", limits=TgiLimits(model_id="llama-2-other")) as other:
        told = json.loads(run(str(asked[0]), "--model", other.url, "--json").stdout)
    assert (told["after"]["model_id"], told["after"]["text"]) == ("llama-2-other", "Ten euros [1].")
    assert not tgi.generations


def test_difference_reads_well(run: Run, asked: list[int]) -> None:
    """The answer once, with what is gone and what is new; the newest ones in a table."""
    text = run(str(asked[0])).stdout
    for part in ("What does a library card cost?", "nine", "ten", "llama-then", "Fees", "generate", "1.500"):
        assert part in text
    summary = run("--last", "2").stdout
    assert [str(message_id) in summary for message_id in asked] == [True, True]
    assert "same words" in summary


def test_question_that_can_not_be_answered_is_told_and_the_others_go_on(run: Run, asked: list[int]) -> None:
    """With exit code 1."""
    result = run(*map(str, asked), "--model", "http://127.0.0.1:1")
    assert result.exit_code == 1
    told = [line.partition(":")[0] for line in result.stderr.splitlines() if line.startswith("message")]
    assert told == [f"message {each}" for each in asked]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((), "--last"),
        (("1", "--last", "2"), "--last"),
        (("999",), "999"),
        (("1", "--setting", "ASSISTANT_TYPO=1"), "ASSISTANT_TYPO"),
        (("1", "--setting", "ASSISTANT_TOP_K=many"), "ASSISTANT_TOP_K"),
        (("1", "--setting", "DATABASE_URL=postgresql:///x"), "KEY=VALUE"),
        (("1", "--model", "llama-3"), "TGI"),
        (("{asked}", "--knowledge-set", "nowhere"), "nowhere"),
        (("{asked}", "--template", "nowhere"), "nowhere"),
    ],
)
def test_wrong_arguments_are_told(run: Run, asked: list[int], arguments: tuple[str, ...], part: str) -> None:
    """Exit code 2, before anything is asked."""
    result = run(*(each.format(asked=asked[0]) for each in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert part in result.stderr


async def test_what_is_no_question_can_not_be_asked_again(
    run: Run, put: Put, platform: FakePlatform, sql: psycopg.Connection
) -> None:
    """A command, or a text that was erased."""
    message = replace(platform.message("", direct=True), command="sources")
    command = await put(message, Answer("none", "commanded", (), Trace()))
    question = await put(platform.message("What?", mention=True), Answer("that", "answered", (), THEN))
    sql.execute("update messages set text = '', erased_at = now() where id = %s", [question])
    assert [run(str(each)).exit_code for each in (command, question)] == [2, 2]
