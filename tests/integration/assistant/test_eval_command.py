"""`assistant eval` on small folders, with real Postgres, the real embedding model, and a scripted model server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from assistant.cli import main
from tests.fakes.model_behaviours import NoAnswer, Refusal, Reply
from tests.fakes.openai_server import FakeOpenAi
from tests.fakes.until import until

# The first one exports the embedding model, which takes its time.
pytestmark = [pytest.mark.xdist_group("embedding_model"), pytest.mark.timeout(300)]

DOCS = {
    "opening.md": "# Opening hours\n\nThe shop is open from nine to six, Monday to Saturday.\n",
    "returns.md": "# Returns\n\nYou can return a bicycle within 30 days. Bring the receipt.\n",
    "faq.csv": "question,answer\nDo you repair tyres?,Yes: a flat tyre is repaired in an hour.\n"
    "Do you sell helmets?,We sell helmets for children only.\n",
}
WORKSHOP = """# The workshop

The workshop repairs bicycles of all brands, also those that were bought elsewhere. A repair takes two working days on
average. The mechanic calls the customer before a repair that costs more than the estimate.

Electric bicycles need a new battery after about six years. The workshop recycles old batteries without a charge. A new
battery for an electric bicycle is ordered from the manufacturer within a week.

Every new bicycle comes with a lock and a bell. Children under twelve years get a helmet as a present. Customers of the
shop can borrow a cargo bicycle on weekends. The shop delivers new bicycles to customers within the city.
"""
QUESTIONS: list[dict[str, Any]] = [
    {"id": 1, "query": "When is the shop open?", "gold": [{"uri": "opening.md", "text": ""}], "answer": "Nine to six."},
    {
        "id": "b",
        "query": "Can a flat tyre be repaired?",
        "gold": [{"uri": "faq.csv", "text": "Yes: a flat tyre is repaired in an hour."}],
        "history": [{"role": "customer", "text": "Hello"}, {"role": "agent", "text": "Hi!"}],
    },
    {"id": 3, "query": "Who won the regatta of 1851?", "answerable": False, "gold": []},
]


@pytest.fixture(scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So that the embedding model is exported once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path, _home: Path) -> Path:
    """An evaluation's folder; the settings are the test's own."""
    settings = ("EMBEDDING_MODEL", "REDIS_URL", "TGI_URL", "OPENAI_API_KEY", "LLM_MODEL")
    for name in (*settings, *(name for name in os.environ if name.startswith("ASSISTANT_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ASSISTANT_HOME", str(_home))
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "shop set"
    (made / "docs").mkdir(parents=True)
    for name, text in DOCS.items():
        (made / "docs" / name).write_text(text, encoding="utf-8")
    write_questions(made, QUESTIONS)
    return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[FakeOpenAi]:
    with FakeOpenAi(answer=lambda _: "The shop is open from nine to six [1].") as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{fake.url}/v1")
        yield fake


def write_questions(folder: Path, questions: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["eval", str(folder), *options], prog_name="assistant")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return found


def test_retrieval_is_measured_without_a_language_model(folder: Path, tmp_path: Path) -> None:
    """Out of the box: the documents are taken in, the results, plots and report are there."""
    out = tmp_path / "out"
    ended = run(folder, "--retrieval-only", "--out", str(out))
    assert ended.exit_code == 0, ended.output
    results = lines(out / "results.jsonl")
    assert [(each["id"], each["decision"], each["place"]) for each in results] == [
        (1, "answer", 1),
        ("b", "answer", 1),
        (3, "refuse", None),
    ]
    assert Path(results[0]["results"][0]["uri"]).name == "opening.md"
    assert results[1]["searched"][1] == "Hello\nCan a flat tyre be repaired?"
    assert 0 < results[2]["distance"] == results[2]["gate"]["distance"]
    [figures] = [variant["figures"] for variant in summary(out)["variants"]]
    assert (figures["recall@1"], figures["refusal_f1"], figures["errors"]) == (1.0, 1.0, 0.0)
    assert figures["similarity"] is None
    pictures = {path.name for path in out.glob("*.png")}
    assert pictures == {"similarities.png", "precision-recall.png", "risk-coverage.png"}
    assert "<!DOCTYPE html>" in (out / "report.html").read_text(encoding="utf-8")
    assert "ingest remove --knowledge-set eval-shop-set-" in ended.stderr


def test_second_run_does_nothing_again(folder: Path, tmp_path: Path) -> None:
    """The documents are unchanged, and the results are there; other questions are refused."""
    out = tmp_path / "out"
    run(folder, "--retrieval-only", "--out", str(out))
    before = (out / "results.jsonl").read_bytes()
    again = run(folder, "--retrieval-only", "--out", str(out))
    assert (again.exit_code, (out / "results.jsonl").read_bytes()) == (0, before)
    assert "3 of 3 questions are done already" in again.stderr
    write_questions(folder, QUESTIONS[:2])
    refused = run(folder, "--retrieval-only", "--out", str(out))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "another configuration (questions changed)" in refused.stderr
    assert run(folder, "--retrieval-only", "--out", str(out), "--fresh").exit_code == 0
    assert len(lines(out / "results.jsonl")) == 2


def test_broken_off_run_goes_on(folder: Path, tmp_path: Path) -> None:
    """What has a whole line is not asked again."""
    out = tmp_path / "out"
    run(folder, "--retrieval-only", "--out", str(out))
    first, second, third = (out / "results.jsonl").read_bytes().splitlines(keepends=True)
    marked = first.replace(b'"latency_s": ', b'"latency_s": 77')
    (out / "results.jsonl").write_bytes(marked + third + second[:100])
    ended = run(folder, "--retrieval-only", "--out", str(out))
    assert "2 of 3 questions are done already" in ended.stderr
    results = lines(out / "results.jsonl")
    assert [each["id"] for each in results] == [1, "b", 3]
    assert results[0]["latency_s"] >= 77


def test_changed_documents_are_another_configuration(folder: Path, tmp_path: Path) -> None:
    """Results of both must not stand in one file."""
    out = tmp_path / "out"
    run(folder, "--retrieval-only", "--out", str(out))
    (folder / "docs" / "opening.md").write_text("The shop is closed.", encoding="utf-8")
    refused = run(folder, "--retrieval-only", "--out", str(out))
    assert refused.exit_code == 1
    assert "(documents changed)" in refused.stderr


def test_json_is_one_object_a_line(folder: Path) -> None:
    """And nothing else on standard output."""
    ended = run(folder, "--retrieval-only", "--json")
    *results, told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(each["variant"], each["id"]) for each in results] == [("as set", 1), ("as set", "b"), ("as set", 3)]
    assert (told["status"], told["questions"]) == ("evaluated", 3)


def test_requirements_guard_a_deployment(folder: Path) -> None:
    """Exit code 1, naming those that are not met; a wrong one is named before any work."""
    met = run(folder, "--retrieval-only", "--require", "recall@5>=0.9", "--require", "refusal_f1>=0.9")
    assert met.exit_code == 0, met.output
    missed = run(folder, "--retrieval-only", "--require", "recall@5>=0.9", "--require", "similarity>=0.9")
    assert missed.exit_code == 1
    assert "not met: similarity can't be told" in missed.stderr
    wrong = run(folder, "--require", "recall@6>=0.9")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "there is no figure 'recall@6'" in wrong.stderr


def test_answers_are_those_of_the_model(folder: Path, server: FakeOpenAi, tmp_path: Path) -> None:
    """With citations, tokens and similarity to the reference answer."""
    out = tmp_path / "out"
    server.script(Reply("The shop is open from nine to six [1]."))
    ended = run(folder, "--out", str(out), "--at-once", "1")
    assert ended.exit_code == 0, ended.output
    first, _, third = lines(out / "results.jsonl")
    assert (first["decision"], first["answer"]) == ("answer", "The shop is open from nine to six [1].")
    assert [Path(each["uri"]).name for each in first["citations"]] == ["opening.md"]
    assert first["generated_tokens"] == 9
    assert 0.3 < first["similarity"] < 1.0
    assert (third["decision"], third["similarity"]) == ("refuse", None)
    [figures] = [variant["figures"] for variant in summary(out)["variants"]]
    assert figures["similarity"] == pytest.approx(first["similarity"])


def test_variants_stand_side_by_side(folder: Path, server: FakeOpenAi, tmp_path: Path) -> None:
    """Each with its results; without retrieval the model is given no passage."""
    out = tmp_path / "out"
    variants = ("--variant", "strict: ASSISTANT_MAX_DISTANCE=0.01", "--variant", "closed book: retrieval=off")
    ended = run(folder, "--out", str(out), "--limit", "2", *variants)
    assert ended.exit_code == 0, ended.output
    found = {variant["name"]: variant["figures"] for variant in summary(out)["variants"]}
    assert list(found) == ["as set", "strict", "closed book"]
    assert (found["strict"]["coverage"], found["closed book"]["coverage"]) == (0.0, 1.0)
    assert found["closed book"]["recall@1"] is None
    assert {len(lines(out / f"results{part}.jsonl")) for part in ("", ".strict", ".closed-book")} == {2}
    assert "nine to six, Monday" not in str(server.generations[-1].json["prompt"])


def test_variant_with_other_chunks_takes_the_documents_in_for_itself(folder: Path, database_url: str) -> None:
    """Into a set of its own."""
    ended = run(folder, "--retrieval-only", "--variant", "small: ASSISTANT_CHUNK_TOKENS=32 ASSISTANT_CHUNK_OVERLAP=0")
    assert ended.exit_code == 0, ended.output
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select name from knowledge_sets order by name").fetchall()
    assert len(rows) == 2


def test_failed_questions_are_counted_and_asked_again(folder: Path, server: FakeOpenAi, tmp_path: Path) -> None:
    """Exit code 1, and what was wrong."""
    out = tmp_path / "out"
    refusal = Refusal(400, "the model has no such parameter", "BadRequestError")
    server.script(Reply("ok"), refusal)
    ended = run(folder, "--out", str(out), "--at-once", "1")
    assert ended.exit_code == 1
    [variant] = summary(out)["variants"]
    assert (variant["figures"]["errors"], sum(variant["errors"].values())) == (1.0, 1)
    again = run(folder, "--out", str(out))
    assert again.exit_code == 0, again.output
    assert "2 of 3 questions are done already" in again.stderr


def test_killed_run_leaves_whole_lines(folder: Path, server: FakeOpenAi, tmp_path: Path) -> None:
    """With kill -9 in the middle; the next run asks only what is left."""
    out = tmp_path / "out"
    server.script(Reply("ok"), Reply("The shop is open from nine to six [1]."), NoAnswer("hang"))
    command = [sys.executable, "-m", "assistant", "eval", str(folder), "--out", str(out), "--at-once", "1"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        asyncio.run(until(lambda: len(server.generations) == 3, timeout_s=90))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert [each["decision"] for each in lines(out / "results.jsonl")] == ["answer"]
    ended = run(folder, "--out", str(out))
    assert ended.exit_code == 0, ended.output
    assert "1 of 3 questions are done already" in ended.stderr


def test_interrupt_ends_it_at_once(folder: Path, server: FakeOpenAi, tmp_path: Path) -> None:
    """Although the model says nothing."""
    server.script(Reply("ok"), NoAnswer("hang"), NoAnswer("hang"))
    command = [sys.executable, "-m", "assistant", "eval", str(folder), "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        asyncio.run(until(lambda: len(server.generations) >= 2, timeout_s=90))
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert (process.returncode, b"Traceback" in told) == (130, False)


def test_questions_are_made_where_there_are_none(folder: Path, server: FakeOpenAi, tmp_path: Path) -> None:
    """From the chunks, with a sentence of each as the answer, and kept; the next run goes on with them."""
    out = tmp_path / "out"
    (folder / "questions.jsonl").unlink()
    server.answer = lambda prompt: " When can a bicycle be returned?" if "return a bicycle" in prompt else " I see."
    ended = run(folder, "--retrieval-only", "--generate", "2", "--out", str(out))
    assert ended.exit_code == 0, ended.output
    [made] = lines(out / "questions.jsonl")
    assert (made["query"], made["gold"][0]["uri"]) == ("When can a bicycle be returned?", "returns.md")
    assert made["answer"] == "You can return a bicycle within 30 days."
    assert "1 of 2 questions were made; dropped, as no question: " in ended.stderr
    asked = len(server.generations)
    assert run(folder, "--retrieval-only", "--generate", "2", "--out", str(out)).exit_code == 0
    assert len(server.generations) == asked


def test_packaged_model_makes_questions(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing set up at all: what it writes are questions, and their answers stand in the documents."""
    monkeypatch.delenv("OPENAI_BASE_URL")
    (folder / "questions.jsonl").unlink()
    (folder / "docs" / "workshop.md").write_text(WORKSHOP, encoding="utf-8")
    out = tmp_path / "out"
    ended = run(folder, "--retrieval-only", "--generate", "3", "--out", str(out))
    assert ended.exit_code == 0, ended.output
    made = lines(out / "questions.jsonl")
    assert made
    assert all(each["query"].endswith("?") and each["answer"] in each["gold"][0]["text"] for each in made)
    assert "questions were made" in ended.stderr


def test_existing_set_is_evaluated_as_it_is(folder: Path) -> None:
    """Nothing is taken in, and there is nothing to remove."""
    missing = run(folder, "--retrieval-only", "--knowledge-set", "shop")
    assert missing.exit_code == 1
    assert "there is no knowledge set shop" in missing.stderr
    command = [sys.executable, "-m", "ingest", "add", str(folder / "docs"), "--knowledge-set", "shop"]
    subprocess.run(command, check=True, capture_output=True)
    ended = run(folder, "--retrieval-only", "--knowledge-set", "shop", "--require", "recall@1>=1")
    assert ended.exit_code == 0, ended.output
    assert "ingest remove" not in ended.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--generate", "5"), "--generate needs --out"),
        (("--retrieval-only", "--variant", "c: retrieval=off"), "--retrieval-only leaves nothing"),
        (("--knowledge-set", "x", "--variant", "c: ASSISTANT_CHUNK_TOKENS=64"), "--knowledge-set names a set"),
        (("--variant", "c: TOP_K=1"), "TOP_K is no setting"),
    ],
)
def test_wishes_that_do_not_go_together_are_named(folder: Path, options: tuple[str, ...], told: str) -> None:
    """Before any work."""
    ended = run(folder, *options)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert told in ended.stderr


def test_folder_without_documents_or_questions_is_named(folder: Path, tmp_path: Path) -> None:
    """And what to do about it."""
    assert "is no folder" in run(tmp_path / "none").stderr
    (folder / "questions.jsonl").unlink()
    assert "has no questions.jsonl" in run(folder).stderr
    assert "has no folder docs/" in run(tmp_path).stderr
    write_questions(folder, [{"id": 1}])
    assert 'line 1: no "query" text' in run(folder, "--retrieval-only").stderr


def test_refused_document_is_told_and_the_rest_counts(folder: Path, tmp_path: Path) -> None:
    """Named by the child that read it."""
    (folder / "docs" / "empty.md").write_text("", encoding="utf-8")
    out = tmp_path / "out"
    ended = run(folder, "--retrieval-only", "--out", str(out))
    assert ended.exit_code == 0, ended.output
    assert "1 documents could not be taken in" in ended.stderr
    assert summary(out)["refused_documents"] == 1
