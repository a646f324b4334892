"""Files on disk: which are read, and how the others are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.errors import DocumentMissing, DocumentTooLarge, DocumentUnreadable, IngestError, UnsupportedDocument
from ingest.loaders.base import Markdown, PlainText, QuestionAnswers
from ingest.loaders.registry import is_supported, load_document


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", Markdown),
        ("a.Markdown", Markdown),
        ("a.TXT", PlainText),
        ("a.text", PlainText),
        ("a.html", Markdown),
        ("a.HTM", Markdown),
        ("a.csv", QuestionAnswers),
    ],
)
def test_the_suffix_chooses_the_loader(tmp_path: Path, name: str, content: type) -> None:
    """In any case of letters."""
    path = tmp_path / name
    path.write_text("question,answer\nWhy?,Because.\n")
    assert isinstance(load_document(path, 20).content, content)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("a.pdf", "A.DOCX", "a.xlsx", "a.jsonl", "a.json", "a.zip", "a.tsv", "a.md")),
        *((name, False) for name in ("a.doc", "a", ".md", "a.zip.gz", "a.png")),
    ],
)
def test_supported_files_are_told_by_their_suffix(name: str, expected: bool) -> None:
    """What a folder is searched for."""
    assert is_supported(Path(name)) is expected


@pytest.mark.parametrize("name", ["a.doc", "README", "a.md.gz"])
def test_other_kinds_are_refused_with_the_supported_ones(tmp_path: Path, name: str) -> None:
    """So that the user knows what to convert to."""
    with pytest.raises(UnsupportedDocument, match=r"\.csv \.docx .* \.pdf .* \.zip$"):
        load_document(tmp_path / name, 20)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A sparse file of 200 GB would not fit into memory."""
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000_000)
    with pytest.raises(DocumentTooLarge, match=r"200000\.0 MB, the limit is 20 MB: split it, or raise ASSISTANT_MAX"):
        load_document(path, 20)


def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    """One byte more is not."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"a" * 1000)
    assert load_document(path, 0.001).content == PlainText("a" * 1000)
    path.write_bytes(b"a" * 1001)
    with pytest.raises(DocumentTooLarge):
        load_document(path, 0.001)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With what to check."""
    with pytest.raises(DocumentMissing, match=r"none\.md can't be read \(No such file or directory\): check"):
        load_document(tmp_path / "none.md", 20)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Only regular files are opened."""
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(DocumentMissing, match="not a regular file"):
        load_document(tmp_path / "pipe.md", 20)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_named(tmp_path: Path) -> None:
    """Permissions are the thing to check."""
    path = tmp_path / "a.md"
    path.write_text("a")
    path.chmod(0)
    with pytest.raises(DocumentMissing, match="Permission denied"):
        load_document(path, 20)


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """The database could not hold it; the message can."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))
    path.write_text("text")
    with pytest.raises(DocumentUnreadable, match=r"caf\\udce9\.md: its name is not UTF-8"):
        load_document(path, 20)


def test_all_refusals_are_of_one_family() -> None:
    """So that the pipeline catches them, and nothing else."""
    assert issubclass(DocumentTooLarge, IngestError)
    assert not IngestError.retryable
