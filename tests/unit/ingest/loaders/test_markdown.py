"""Markdown and plain text: what becomes of their bytes."""

from __future__ import annotations

import hashlib

import pytest

from ingest.errors import DocumentUnreadable, EmptyDocument
from ingest.loaders.base import Markdown, PlainText, RawDocument
from ingest.loaders.markdown import load_markdown, split_front_matter
from ingest.loaders.text import load_text

URI = "/docs/page.md"


def test_a_markdown_file_is_taken_as_it_stands() -> None:
    """Byte order mark and foreign line ends apart; the hash is that of the bytes."""
    data = b"\xef\xbb\xbf# Title\r\n\r\nText.\rMore."
    document = load_markdown(RawDocument(URI, data))
    assert document.content == Markdown("# Title\n\nText.\nMore.", slug_anchors=True)
    assert (document.uri, document.title) == ("/docs/page.md", "")
    assert document.content_hash == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: A\n---\nText", ("title: A\n", "Text")),
        ("---\ntitle: A\ntags: [x]\n...\nText", ("title: A\ntags: [x]\n", "Text")),
        ("---\ntitle: A\n---", ("title: A\n", "")),
        ("---\n---\nText", ("", "---\n---\nText")),
        ("---\nA thematic break above.\n\n---\nText", ("", "---\nA thematic break above.\n\n---\nText")),
        ("Text\n---\ntitle: A\n---\n", ("", "Text\n---\ntitle: A\n---\n")),
        ("---\ntitle: never closed\nText", ("", "---\ntitle: never closed\nText")),
        ("", ("", "")),
    ],
)
def test_front_matter_is_only_what_is_meant_so(text: str, expected: tuple[str, str]) -> None:
    """Keys and values between dashes at the very top; thematic breaks lose nothing."""
    assert split_front_matter(text) == expected


@pytest.mark.parametrize(
    ("line", "title"),
    [("title: Opening hours", "Opening hours"), ('title: "Hours: all"', "Hours: all"), ("subtitle: no", "")],
)
def test_the_title_is_taken_from_front_matter(line: str, title: str) -> None:
    """With or without quotes."""
    document = load_markdown(RawDocument(URI, f"---\nlang: en\n{line}\n---\nText".encode()))
    assert (document.title, document.content) == (title, Markdown("Text", slug_anchors=True))


def test_a_text_file_holds_no_markup() -> None:
    """Its lines of hashes stay text."""
    assert load_text(RawDocument("/a.txt", b"# not a heading\n")).content == PlainText("# not a heading\n")


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", "\u3000\u00a0".encode(), b"---\ntitle: A\n---\n"])
def test_an_empty_document_is_refused(data: bytes) -> None:
    """Nothing, or nothing but blanks or front matter."""
    with pytest.raises(EmptyDocument, match=r"^/docs/page\.md "):
        load_markdown(RawDocument(URI, data))


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"caf\xe9", r"not UTF-8 \(byte 0xe9 at offset 3\): convert it, e\.g\. iconv -f WINDOWS-1252 -t UTF-8"),
        (b"ok \xed\xa0\x80", r"not UTF-8 \(byte 0xed at offset 3\)"),
        ("text".encode("utf-16"), "UTF-16: save it as UTF-8"),
        (b"a\0b", r"binary \(zero byte at offset 1\)"),
        (b"%PDF-1.7 text", "a PDF file in spite of its name"),
        (b"PK\x03\x04", "a ZIP or Office file"),
        (b"\x89PNG\r\n\x1a\n\0", "binary"),
    ],
)
def test_what_is_no_text_is_refused_with_advice(data: bytes, advice: str) -> None:
    """The file, the fault, where it is and what to do, on one line."""
    with pytest.raises(
        DocumentUnreadable, match=rf"^/docs/page\.md is .*?{advice}|^/docs/page\.md is {advice}"
    ) as caught:
        load_markdown(RawDocument(URI, data))
    assert "\n" not in str(caught.value)


def test_a_hostile_file_name_stays_on_one_line() -> None:
    """Line ends and terminal codes in a name are shown, not sent."""
    with pytest.raises(EmptyDocument) as caught:
        load_text(RawDocument("/docs/a\nb\x1b[2J.txt", b""))
    assert str(caught.value).startswith("/docs/a\\nb\\x1b[2J.txt is empty")
