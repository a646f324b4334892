"""Arguments and folders to files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import DocumentMissing
from ingest.files import find_files
from ingest.uris import document_uri


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")


def test_a_document_has_one_uri_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its absolute path, dots taken out; two files of one name in two folders differ."""
    touch(tmp_path / "a" / "faq.md", tmp_path / "b" / "faq.md")
    monkeypatch.chdir(tmp_path / "a")
    found = find_files(["faq.md", "./faq.md", "../a/faq.md", str(tmp_path / "a"), "../b/faq.md"])
    assert found.paths == [tmp_path / "a" / "faq.md", tmp_path / "b" / "faq.md"]
    assert document_uri("../b/faq.md") == str(tmp_path / "b" / "faq.md")


def test_a_folder_gives_its_supported_files_in_order(tmp_path: Path) -> None:
    """Recursively and sorted; hidden files and folders are left out, other kinds are counted."""
    wanted = [tmp_path / "b.md", tmp_path / "c.html", tmp_path / "sub" / "a.txt", tmp_path / "sub" / "deep" / "d.CSV"]
    touch(
        *wanted, tmp_path / ".hidden.md", tmp_path / ".git" / "x.md", tmp_path / "x.png", tmp_path / "sub" / "Makefile"
    )
    found = find_files([str(tmp_path)])
    assert (found.paths, found.errors) == (wanted, [])
    assert dict(found.skipped) == {".png": 1, "no suffix": 1}


def test_links_are_followed_only_within_the_folder(tmp_path: Path) -> None:
    """As a Kubernetes volume has them; a link to elsewhere is passed over, and a circle does not hang."""
    docs = tmp_path / "docs"
    touch(docs / "..data" / "faq.md", tmp_path / "secret.md", tmp_path / "other" / "x.md")
    (docs / "faq.md").symlink_to("..data/faq.md")
    (docs / "secret.md").symlink_to(tmp_path / "secret.md")
    (docs / "other").symlink_to(tmp_path / "other")
    (docs / "circle").symlink_to(docs)
    found = find_files([str(docs)])
    assert (found.paths, dict(found.skipped)) == ([docs / "faq.md"], {"links to outside of the folder": 1})
    assert find_files([str(docs / "secret.md")]).paths == [docs / "secret.md"]


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    """Rather than nothing happening."""
    touch(tmp_path / "x.png")
    [(_, error)] = find_files([str(tmp_path)]).errors
    assert isinstance(error, DocumentMissing)
    assert "no file of a supported kind" in str(error)
