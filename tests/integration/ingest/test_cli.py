"""The `ingest` command with real Postgres and the real embedding model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from ingest.cli import main
from tests.integration.ingest.cli_runner import lines, run, write

pytestmark = pytest.mark.xdist_group("embedding_model")

MODULE = [sys.executable, "-c", "from ingest.cli import main; main()"]

AT_WORK = "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'llamadesk'"


def test_documents_are_added_found_listed_and_removed() -> None:
    """The life of a document, told as JSON."""
    hours = write("hours.md", "# Opening hours\nThe office opens at nine.\n\n# Refunds\nMoney comes back in a week.")
    faq = write("sub/faq.csv", "question,answer\nWhere are you?,In Bern.\nWho are you?,A bank.\n")
    added = run("add", ".", "--tag", "lang=en", "--tag", "team = a=b", "--json")
    assert (added.exit_code, added.stderr) == (0, "")
    assert lines(added) == [
        {"uri": hours, "status": "added", "title": "Opening hours", "chunks": 2, "embedded": 2},
        {"uri": faq, "status": "added", "title": "faq", "chunks": 2, "embedded": 2},
    ]
    hit = lines(run("search", "When can I get my money back?", "--top-k", "1", "--json"))[0]
    assert {**hit, "distance": 0} == {
        "uri": hours,
        "title": "Opening hours",
        "heading": "Refunds",
        "anchor": "refunds",
        "text": "Money comes back in a week.",
        "distance": 0,
    }
    listed = lines(run("list", "--json"))
    assert [(entry["uri"], entry["chunks"], entry["tags"]) for entry in listed] == [
        (hours, 2, {"lang": "en", "team": "a=b"}),
        (faq, 2, {"lang": "en", "team": "a=b"}),
    ]
    assert lines(run("remove", "hours.md", faq, "--json")) == [
        {"uri": hours, "status": "removed"},
        {"uri": faq, "status": "removed"},
    ]
    assert run("list", "--json").stdout == ""


def test_people_read_lines() -> None:
    """Without --json: what was done, what was found and where, what is there."""
    uri = write("a.md", "# Fees\n## Cards\nA card costs ten euros.")
    assert run("add", "a.md").stdout == f"added {uri} (1 chunk)\n"
    found = run("search", "price of a card").stdout.splitlines()
    assert (found[0].split("  ")[1], found[1].strip(), found[2].strip()) == (
        "Fees > Cards",
        f"{uri}#cards",
        "A card costs ten euros.",
    )
    assert run("list").stdout.startswith(f"{uri}  1 chunk  ")


def test_adding_again_replaces() -> None:
    """From another working directory too; the old text is not found again."""
    uri = write("a.md", "The old text about cats.")
    run("add", "a.md")
    write("a.md", "The new text about dogs.")
    added = CliRunner()
    os.chdir("..")
    assert added.invoke(main, ["add", "docs/a.md"]).exit_code == 0
    hits = lines(run("search", "cats", "--json"))
    assert [(hit["uri"], hit["text"]) for hit in hits] == [(uri, "The new text about dogs.")]


def test_knowledge_sets_are_apart() -> None:
    """Added to one, not found in the other."""
    write("a.md", "text")
    run("add", "a.md", "--knowledge-set", "sales")
    assert len(lines(run("list", "--knowledge-set", "sales", "--json"))) == 1
    empty = run("search", "text", "--json")
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert empty.stderr == "ingest: knowledge set 'default' holds nothing: `ingest add` documents first\n"


def test_a_file_of_queries_is_answered_line_by_line() -> None:
    """Each with its id, nearest first."""
    cats, dogs = write("cats.md", "All about cats."), write("dogs.md", "All about dogs.")
    run("add", ".")
    write("q.jsonl", '{"id": 7, "query": "kittens"}\n{"id": "x", "query": "puppies"}\n')
    found = lines(run("search", "--queries", "q.jsonl", "--json", "--top-k", "2"))
    assert [(entry["id"], [hit["uri"] for hit in entry["results"]]) for entry in found] == [
        (7, [cats, dogs]),
        ("x", [dogs, cats]),
    ]
    assert {"uri", "title", "heading", "text", "distance"} <= set(found[0]["results"][0])


def test_a_broken_query_line_stops_before_anything_is_printed() -> None:
    """One line on standard error, exit code 1."""
    write("q.jsonl", '{"id": 1, "query": "a"}\n{"id": 2}\n')
    result = run("search", "--queries", "q.jsonl", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith('ingest: error: q.jsonl line 2 has no "query"')


def test_refused_files_are_told_and_the_others_added() -> None:
    """Exit code 1; one line each; with --json the refusals are on standard output too."""
    good = write("good.md", "text")
    Path("bad.md").write_bytes(b"\xff\xfe\x00")
    write("empty.txt", " ")
    result = run("add", "good.md", "bad.md", "empty.txt", "none.md", "https://a.b/c", "good.md", "--json")
    statuses = {Path(entry["uri"]).name: entry["status"] for entry in lines(result)}
    assert statuses == {
        "c": "failed",
        "good.md": "added",
        "bad.md": "failed",
        "empty.txt": "failed",
        "none.md": "failed",
    }
    assert result.exit_code == 1
    errors = result.stderr.splitlines()
    assert len(errors) == 4
    assert all(line.startswith("ingest: error: ") for line in errors)
    assert [entry["uri"] for entry in lines(run("list", "--json"))] == [good]


def test_other_files_of_a_folder_are_counted() -> None:
    """The user learns that a file was not read."""
    write("a.md", "text")
    write("b.odt", "")
    result = run("add", ".")
    assert (result.exit_code, result.stderr) == (0, "ingest: passed over 1 file in folders (.odt: 1)\n")


def test_what_is_left_out_of_a_document_is_noted() -> None:
    """On standard error and in the JSON; the document is added, so the exit code is 0."""
    uri = write("faq.csv", "question,answer\nWhere?,Here.\nWhen?,\n")
    result = run("add", "faq.csv", "--json")
    note = f"{uri}: left out 1 row without a question or without an answer (lines 3)"
    assert (result.exit_code, result.stderr) == (0, f"ingest: {note}\n")
    added = {"uri": uri, "status": "added", "title": "faq", "chunks": 1, "embedded": 1}
    assert lines(result) == [{**added, "notes": [note]}]


def test_removing_what_is_not_there_fails() -> None:
    """The others are removed."""
    write("a.md", "text")
    run("add", ".")
    result = run("remove", "none.md", "a.md")
    assert (result.exit_code, result.stdout) == (1, f"removed {Path('a.md').absolute()}\n")
    assert result.stderr == "ingest: error: none.md is not in the knowledge set: `ingest list` shows what is\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["add"],
        ["add", "a.md", "--tag", "novalue"],
        ["add", "a.md", "--chunk-tokens", "3"],
        ["search"],
        ["search", "a", "--queries", "b"],
        ["search", "--queries", "b"],
        ["search", "a", "--top-k", "0"],
        ["fly"],
    ],
)
def test_wrong_usage_is_told_by_exit_code_2(arguments: list[str]) -> None:
    """With how it is used."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage: ingest" in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "DATABASE_URL"),
        ("EMBEDDING_MODEL", "/no/such/folder", "EMBEDDING_MODEL=/no/such/folder is not a folder"),
        ("ASSISTANT_MAX_DOCUMENT_MB", "much", "ASSISTANT_MAX_DOCUMENT_MB"),
        ("ASSISTANT_MAX_DOCUMENT_MB", "0.000001", "raise ASSISTANT_MAX_DOCUMENT_MB"),
        ("ASSISTANT_CHUNK_OVERLAP", "300", "ASSISTANT_CHUNK_OVERLAP"),
    ],
)
def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str, advice: str) -> None:
    """It names the setting; exit code 1, no traceback."""
    monkeypatch.setenv(name, value)
    write("a.md", "text")
    result = run("add", "a.md")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("ingest: error: ")
    assert advice in result.stderr
    assert result.stderr.count("\n") == 1


def test_chunk_options_reach_the_splitter() -> None:
    """Shorter chunks, more of them."""
    write("a.md", " ".join(f"number {number}" for number in range(150)))
    counts = [
        lines(run("add", "a.md", "--json", *options))[0]["chunks"]
        for options in ((), ("--chunk-tokens", "64", "--chunk-overlap", "0"))
    ]
    assert counts == [2, 5], counts


def test_standard_output_is_only_json_in_a_process_of_its_own() -> None:
    """Also what the libraries would like to say."""
    write("a.md", "text")
    done = subprocess.run([*MODULE, "add", "a.md", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["status"] == "added"
    assert done.stderr == ""


def test_interrupting_ends_with_130_and_stores_nothing(database_url: str) -> None:
    """Ctrl-C once it is at work (its connection is there): no traceback, nothing half-done."""
    rows = "".join(f"Question {number} about a matter?,Answer.\n" for number in range(20_000))
    write("a.csv", f"question,answer\n{rows}")
    with subprocess.Popen(
        [*MODULE, "add", "a.csv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        with psycopg.connect(database_url, autocommit=True) as connection:
            while connection.execute(AT_WORK).fetchone() == (0,):
                assert child.poll() is None
        child.send_signal(signal.SIGINT)
        output, errors = child.communicate()
    assert (child.returncode, output, "Traceback" in errors) == (128 + signal.SIGINT, "", False), errors
    assert run("list").stdout == ""


def test_help_is_quick() -> None:
    """Neither torch nor the embedded stack is needed to print it."""
    code = (
        "from ingest.cli import main\nmain(['add', '--help'], standalone_mode=False)\n"
        "import sys\nassert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_whole_set_is_removed_by_name_only() -> None:
    """The set must be named, lest the default one goes by mistake; other sets stay."""
    for name in ("a.md", "b.md"):
        write(name, f"All about {name}.")
    assert run("add", ".", "--knowledge-set", "old").exit_code == 0
    assert run("add", "a.md", "--knowledge-set", "new").exit_code == 0
    for wrong in (("--all",), ("a.md", "--all", "--knowledge-set", "old"), ()):
        assert run("remove", *wrong).exit_code == 2
    assert run("remove", "--all", "--knowledge-set", "none").exit_code == 1
    removed = lines(run("remove", "--all", "--knowledge-set", "old", "--json"))
    assert [(Path(str(each["uri"])).name, each["status"]) for each in removed] == [
        ("a.md", "removed"),
        ("b.md", "removed"),
    ]
    assert lines(run("list", "--knowledge-set", "old", "--json")) == []
    assert len(lines(run("list", "--knowledge-set", "new", "--json"))) == 1
