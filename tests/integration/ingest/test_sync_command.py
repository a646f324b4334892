"""`ingest sync` with real Postgres and the real embedding model."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import psycopg
import pytest

from tests.integration.ingest.cli_runner import lines, run, write

pytestmark = pytest.mark.xdist_group("embedding_model")

FIGURES = ("added", "changed", "unchanged", "removed", "failed", "embedded_chunks")


def synced(*options: str) -> tuple[dict[str, str], dict[str, int]]:
    """What became of each document, by its name, and the summary."""
    *changes, summary = lines(run("sync", ".", "--json", *options))
    figures = {name: summary[name] for name in FIGURES if summary[name]}
    return {Path(change["uri"]).name: change["status"] for change in changes}, figures


def found(query: str) -> list[str]:
    return [hit["text"] for hit in lines(run("search", query, "--json"))]


def test_set_follows_its_folder() -> None:
    """New, changed, unchanged and vanished documents; what is gone is not found again."""
    write("cats.md", "All about cats.")
    write("sub/dogs.md", "All about dogs.")
    write("birds.md", "All about birds.")
    assert synced() == (
        {"birds.md": "added", "cats.md": "added", "dogs.md": "added"},
        {"added": 3, "embedded_chunks": 3},
    )
    assert synced() == ({}, {"unchanged": 3})
    write("cats.md", "All about kittens.")
    Path("birds.md").unlink()
    write("fish.md", "All about fish.")
    assert synced() == (
        {"birds.md": "removed", "cats.md": "changed", "fish.md": "added"},
        {"added": 1, "changed": 1, "unchanged": 1, "removed": 1, "embedded_chunks": 2},
    )
    assert sorted(found("animals")) == ["All about dogs.", "All about fish.", "All about kittens."]


def test_only_what_changed_within_a_document_is_embedded() -> None:
    """One row of a table."""
    rows = [f"Question {number}?,Answer {number}." for number in range(20)]
    write("faq.csv", "\n".join(["question,answer", *rows]))
    assert synced()[1]["embedded_chunks"] == 20
    rows[7] = "Question 7?,Another answer."
    write("faq.csv", "\n".join(["question,answer", *rows]))
    assert synced()[1]["embedded_chunks"] == 1


def test_dry_run_tells_and_does_nothing() -> None:
    """The same words as the run itself."""
    write("a.md", "one")
    write("b.md", "two")
    synced()
    write("a.md", "other")
    Path("b.md").unlink()
    write("c.md", "three")
    planned = synced("--dry-run")
    assert planned == (
        {"a.md": "changed", "b.md": "removed", "c.md": "added"},
        {"added": 1, "changed": 1, "removed": 1},
    )
    assert sorted(found("one two three")) == ["one", "two"]
    statuses, _ = synced()
    assert statuses == planned[0]


def test_unchanged_folder_loads_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that can't be loaded is not missed."""
    write("a.md", "one")
    synced()
    monkeypatch.setenv("EMBEDDING_MODEL", "/no/such/model")
    assert synced() == ({}, {"unchanged": 1})
    write("a.md", "two")
    assert "EMBEDDING_MODEL" in run("sync", ".").stderr


def test_other_options_are_a_change() -> None:
    """Tags and audience cost no embedding; another size of chunks does."""
    write("a.md", "one")
    synced()
    assert synced("--tag", "team=billing") == ({"a.md": "changed"}, {"changed": 1})
    assert synced("--tag", "team=billing", "--audience", "staff") == ({"a.md": "changed"}, {"changed": 1})
    assert found("one") == []
    assert [hit["text"] for hit in lines(run("search", "one", "--json", "--audience", "staff"))] == ["one"]
    assert synced()[1] == {"changed": 1}
    assert found("one") == ["one"]


def test_chunk_sizes_are_the_sets_from_then_on() -> None:
    """Without naming them again; another set has its own."""
    write("a.md", " ".join(f"number {number}" for number in range(150)))
    assert synced("--chunk-tokens", "64", "--chunk-overlap", "0")[1]["embedded_chunks"] > 4
    assert synced() == ({}, {"unchanged": 1})
    assert synced("--knowledge-set", "other")[1]["embedded_chunks"] == 2


def test_refused_document_keeps_its_old_text_and_the_rest_goes_on() -> None:
    """It is named again as long as it is bad."""
    write("a.md", "The old text.")
    write("b.md", "Another.")
    synced()
    Path("a.md").write_bytes(b"\xff\xfe\x00")
    write("b.md", "Another one.")
    for expected in ({"a.md": "failed", "b.md": "changed"}, {"a.md": "failed"}):
        result = run("sync", ".", "--json")
        *changes, _ = lines(result)
        assert {Path(change["uri"]).name: change["status"] for change in changes} == expected
        assert result.exit_code == 1
    assert sorted(found("text")) == ["Another one.", "The old text."]


def test_archive_is_followed_document_by_document() -> None:
    """What is no more in it is removed; what is bad in it is named each time."""

    def pack(**members: bytes) -> None:
        with zipfile.ZipFile("faq.zip", "w") as archive:
            for name, data in members.items():
                archive.writestr(f"{name}.md", data)

    pack(one=b"About one.", two=b"About two.")
    assert synced() == ({"one.md": "added", "two.md": "added"}, {"added": 2, "embedded_chunks": 2})
    assert synced() == ({}, {"unchanged": 2})
    pack(two=b"About two.", three=b"\xff\xfe\x00")
    assert synced()[0] == {"one.md": "removed", "two.md": "changed", "three.md": "failed"}
    assert synced()[0] == {"two.md": "changed", "three.md": "failed"}
    assert found("about") == ["About two."]
    Path("faq.zip").unlink()
    write("other.md", "Other.")
    assert synced()[0] == {"two.md": "removed", "other.md": "added"}


def test_empty_folder_removes_nothing_unless_told() -> None:
    """A folder that is not mounted looks just like it."""
    write("a.md", "one")
    synced()
    Path("a.md").unlink()
    refused = run("sync", ".", "--json")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "--allow-empty" in refused.stderr
    assert found("one") == ["one"]
    assert synced("--allow-empty") == ({"a.md": "removed"}, {"removed": 1})


def test_documents_of_other_places_stay() -> None:
    """Those that were added from elsewhere are not the folder's to remove."""
    write("sub/a.md", "one")
    write("other.md", "two")
    run("add", "other.md")
    assert lines(run("sync", "sub", "--json"))[-1]["added"] == 1
    shutil.rmtree("sub")
    Path("sub").mkdir()
    run("sync", "sub", "--allow-empty")
    assert found("two") == ["two"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_is_out_of_sight_is_not_gone() -> None:
    """A subfolder that may not be read is told, and what came from it stays."""
    write("sub/a.md", "one")
    write("b.md", "two")
    synced()
    Path("sub").chmod(0)
    try:
        statuses, _ = synced()
    finally:
        Path("sub").chmod(0o755)
    assert statuses == {"sub": "failed"}


@pytest.mark.parametrize("root", ["no-such-folder", "a.md"])
def test_no_folder_is_told_in_one_line(root: str) -> None:
    """Nothing is removed."""
    write("a.md", "one")
    result = run("sync", root)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "is no folder" in result.stderr


def test_people_read_a_table() -> None:
    """Below what was done."""
    uri = write("a.md", "one")
    printed = run("sync", ".").stdout
    assert printed.startswith(f"added {uri} (1 chunk)\n")
    assert "unchanged" in printed


def test_set_that_moved_to_another_model_is_followed(database_url: str) -> None:
    """Which one is recorded in the set; an EMBEDDING_MODEL that says otherwise is refused."""
    write("a.md", "one")
    synced()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update embedding_spaces set embedding_model = '/models/another'")
    write("a.md", "two")
    assert "/models/another is not a folder" in run("sync", ".").stderr
