"""What the child does with one source, without the child."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from ingest.loaders.base import Content, LoadedDocument, Markdown, PlainText, QuestionAnswers
from ingest.loaders.options import LoaderOptions, ReadingLimits
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.reading.documents import Begun, documents

OPTIONS = LoaderOptions()
TABLE = b"question,answer\nWhy?,Because.\n"


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("a.md", "", Markdown),
        ("a.TXT", "", PlainText),
        ("a.csv", "", QuestionAnswers),
        ("faq", "text/csv; charset=utf-8", QuestionAnswers),
        ("", "text/plain", PlainText),
        ("index.php", "text/plain", PlainText),
        ("README.md", "text/plain", Markdown),
        ("stdin", "", Markdown),
        ("", "", Markdown),
    ],
)
def test_the_format_is_told_by_name_then_media_type(name: str, media_type: str, expected: type[Content]) -> None:
    """What has neither is Markdown."""
    [document] = documents(SourceFile("x:a", name, data=TABLE, media_type=media_type), OPTIONS)
    assert isinstance(document, LoadedDocument)
    assert isinstance(document.content, expected)
    assert document.uri == "x:a"


def test_a_page_is_a_page_whatever_its_address_is_called() -> None:
    """Addresses like /README.md lead to pages; their charset counts before what the page says."""
    source = SourceFile(
        "https://x.org/a.md",
        "a.md",
        data='<meta charset="utf-8"><h1>Caf\xe9</h1>'.encode("latin-1"),
        media_type='text/html; charset="ISO-8859-1"',
    )
    [document] = documents(source, OPTIONS)
    assert isinstance(document, LoadedDocument)
    assert document.title == "Café"


def test_a_source_is_a_path_or_data() -> None:
    """Never both, nor neither."""
    for path, data in ((None, None), (Path("/a.md"), b"")):
        with pytest.raises(ValueError, match="exactly one"):
            SourceFile("a", "a.md", path, data)


@pytest.mark.parametrize(
    ("source", "limits", "advice"),
    [
        (SourceFile("a", "a.md", data=b"x" * 2_000), ReadingLimits(max_document_mb=0.001), "the limit is 0.001 MB"),
        (SourceFile("a", "a.md", data=b"x" * 2_000), ReadingLimits(max_text_chars=1_999), "2000 characters of text"),
        (SourceFile("a", "a.csv", data=TABLE), ReadingLimits(max_text_chars=11), "12 characters of text"),
        (SourceFile("a", "a.exe", data=b"x"), ReadingLimits(), "of no supported kind: convert it to one of .csv"),
        (SourceFile("a", "a.html", data=b"<a href='" * 50), ReadingLimits(), "broken HTML"),
        (SourceFile("a", "none.md", Path("/nowhere/none.md")), ReadingLimits(), "can't be read (No such file"),
    ],
)
def test_what_is_wrong_with_a_document_is_its_outcome(source: SourceFile, limits: ReadingLimits, advice: str) -> None:
    """Nothing is raised."""
    [outcome] = documents(source, LoaderOptions(limits))
    assert isinstance(outcome, RefusedDocument)
    assert advice in str(outcome.error)


def test_an_archive_is_read_member_by_member(tmp_path: Path) -> None:
    """Each is announced, so that a reader that dies of one goes on behind it; what was passed over is noted once."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("a.md", "b/c.txt", "b/", "picture.png", "d.csv", ".hidden.md", "__MACOSX/a.md", "Makefile"):
            archive.writestr(name, "" if name.endswith("/") else f"Text of {name}")
    path = tmp_path / "faq.zip"
    path.write_bytes(buffer.getvalue())
    outcomes = list(documents(SourceFile(str(path), "faq.zip", path), OPTIONS))
    assert [outcome.uri for outcome in outcomes] == [
        f"{path}/{name}" for name in ("a.md", "a.md", "b/c.txt", "b/c.txt", "d.csv", "d.csv")
    ]
    assert [index.index for index in outcomes if isinstance(index, Begun)] == [0, 1, 2]
    loaded = [outcome for outcome in outcomes if isinstance(outcome, LoadedDocument)]
    assert loaded[0].content == Markdown("Text of a.md", slug_anchors=True)
    assert loaded[0].notes == (f"{path}: passed over files in it (.png: 1, no suffix: 1)",)
    assert loaded[1].notes == ()
    assert isinstance(outcomes[-1], RefusedDocument)
    rest = list(documents(SourceFile(str(path), "faq.zip", path), OPTIONS, first=1))
    assert rest[:2] == outcomes[2:4]
