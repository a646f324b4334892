"""`assistant calibrate` on a small set, with the real embedding model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from assistant.calibration.store import CalibrationStore
from assistant.cli import main
from assistant.config import Settings
from assistant.database import open_pool
from ingest.cli import main as ingest
from tests.fakes.openai_server import FakeOpenAi

pytestmark = pytest.mark.xdist_group("embedding_model")

Run = Callable[..., Result]
THINGS = ("bicycle", "piano", "lawnmower", "camera", "telescope", "violin", "printer", "tent", "kayak", "microscope")
VERBS = ("return", "repair", "insure")
STRANGE = ("weather", "football", "parliament", "moon", "poem", "recipe", "joke")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of all tests here, so that the embedding model is exported once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def run(database_url: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `assistant calibrate` in an empty folder and database."""
    for name in ("EMBEDDING_MODEL", "ASSISTANT_MAX_DISTANCE", "ASSISTANT_KNOWLEDGE_SET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ASSISTANT_HOME", str(home))
    monkeypatch.setenv("ASSISTANT_EMBEDDING_PRECISION", "float32")  # int8 would be exported first
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["calibrate", *arguments], prog_name="assistant")


def prepared() -> int:
    """Take a set in about what can be done with the things that a shop sells; the number of questions about it."""
    rows = [f"Can I {verb} my {thing}?,You can {verb} the {thing} in our shop." for thing in THINGS for verb in VERBS]
    Path("faq.csv").write_text("\n".join(["question,answer", *rows]), encoding="utf-8")
    assert CliRunner().invoke(ingest, ["add", "faq.csv"]).exit_code == 0
    return write_questions()


def write_questions() -> int:
    """Of these 30 have an answer, and 21 have none."""
    known = [f"how do I {verb} a {thing}" for thing in THINGS for verb in VERBS]
    strange = [f"what do you know about the {thing} of {year}" for thing in STRANGE for year in (1999, 2004, 2010)]
    asked = [(query, True) for query in known] + [(query, False) for query in strange]
    lines = [json.dumps({"id": n, "query": q, "answerable": a}) for n, (q, a) in enumerate(asked)]
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return len(lines)


def kept(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select count(*) from calibrations").fetchone()
    return int(row[0]) if row else -1


def test_set_is_calibrated_by_questions_of_a_file(run: Run, database_url: str) -> None:
    """The limits are told, kept beside the set, found again, and gone with the set."""
    with_set = prepared()
    result = run("--questions", "questions.jsonl", "--json", "--out", "plots")
    assert (result.exit_code, with_set) == (0, 51), result.output
    told = json.loads(result.stdout)
    assert (told["knowledge_set"], told["answerable"], told["unanswerable"]) == ("default", 30, 21)
    assert told["fitted_figures"]["f1"] > 0.9
    assert Path("plots/calibration.png").read_bytes().startswith(b"\x89PNG")
    with open_pool(database_url, 1) as pool:
        store = CalibrationStore(pool)
        found = store.find("default", told["embedding_model"])
        assert found is not None
        assert (found.limits.asked, found.limits.overheard) == (told["fitted"]["asked"], told["fitted"]["overheard"])
        assert store.find("default", "another model") is None
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("delete from knowledge_sets")
    assert kept(database_url) == 0


def test_table_shows_both_limits(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the plain default; nothing is kept with --dry-run; and a setting that would overrule it is named."""
    prepared()
    result = run("--questions", "questions.jsonl", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "default: 30 questions with an answer, 21 without" in result.stdout
    assert f"{Settings.model_fields['max_distance'].default:.3f}" in result.stdout
    assert kept(database_url) == 0

    monkeypatch.setenv("ASSISTANT_MAX_DISTANCE", "0.5")
    assert "ASSISTANT_MAX_DISTANCE is set" in run("--questions", "questions.jsonl").stdout
    assert kept(database_url) == 1


def question_of(prompt: str) -> str:
    """What a model makes of an answer of the set."""
    told = re.search(r"You can (\w+) the (\w+) in our shop", prompt)
    return f" Where is the place to {told[1]} a {told[2]}?" if told else " I see."


def test_set_is_calibrated_by_questions_that_the_model_makes(
    run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against everyday ones, where there is no other set."""
    prepared()
    with FakeOpenAi(answer=question_of) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        result = run("--generate", "40", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert 20 <= told["answerable"] <= 30
    assert told["unanswerable"] == 40
    assert told["fitted_figures"]["f1"] > 0.9
    assert "assistant: 30 of 40 questions were made" in result.stderr
    assert kept(database_url) == 1


def test_too_few_made_questions_are_told(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do, and nothing is kept."""
    prepared()
    with FakeOpenAi(answer=lambda prompt: question_of(prompt) if "the piano" in prompt else " I see.") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        result = run("--generate", "40")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "assistant: 3 of 40 questions were made; dropped, as no question: 27" in result.stderr
    assert "are of use, and 20 are needed: make more by --generate" in result.stderr
    assert kept(database_url) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--questions", "few.jsonl"), "1 questions with an answer and 0 without are too few to calibrate by"),
        (("--questions", "questions.jsonl", "--knowledge-set", "none"), "there is no knowledge set 'none'"),
        (("--questions", "missing.jsonl"), "missing.jsonl can't be read"),
    ],
)
def test_mistake_is_told_in_one_line(run: Run, arguments: tuple[str, ...], told: str) -> None:
    """Without a traceback, and nothing is kept."""
    write_questions()
    Path("few.jsonl").write_text('{"id": 1, "query": "why?", "answerable": true}', encoding="utf-8")
    result = run(*arguments)
    assert result.exit_code == 1
    [line] = result.stderr.strip().splitlines()
    assert told in line
