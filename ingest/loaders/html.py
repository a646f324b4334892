"""Web pages."""

from __future__ import annotations

import codecs
import re
import warnings
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.builder import ParserRejectedMarkup
from bs4.dammit import EncodingDetector

from ingest.errors import DocumentUnreadable, EmptyDocument, shown
from ingest.loaders.base import LoadedDocument, Markdown, document_of
from ingest.loaders.html_furniture import main_content
from ingest.loaders.html_markdown import to_markdown
from ingest.loaders.html_parser import BoundedTreeBuilder
from ingest.loaders.html_shape import limit_depth, limit_numbering
from ingest.loaders.source_text import refuse_binary

# Of a page that declares no encoding and is not UTF-8 (https://html.spec.whatwg.org/multipage/parsing.html
# #determining-the-character-encoding, read 2025-11).
_STANDARD_FALLBACK = "windows-1252"
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def load_html(path: Path, data: bytes) -> LoadedDocument:
    """The page's main content as Markdown, without navigation and other furniture; its headings keep their anchors."""
    soup = _parse(path, _decode(path, data))
    page_title = _squeeze(soup.title.get_text()) if soup.title else ""
    limit_depth(soup)
    content = main_content(soup)
    limit_numbering(content)
    heading = content.find("h1")
    title = _squeeze(heading.get_text()) if isinstance(heading, Tag) else ""
    markdown = to_markdown(content)
    if not re.search(r"\w", markdown):
        raise EmptyDocument(
            f"{shown(path)} holds no text (perhaps a script makes it): save the page as shown, or as text"
        )
    return document_of(path, data, title or page_title, Markdown(markdown, slug_anchors=False))


def _parse(path: Path, text: str) -> BeautifulSoup:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that look like a name, an address or XML
            return BeautifulSoup(text, builder=BoundedTreeBuilder)
    except ParserRejectedMarkup as exc:
        raise DocumentUnreadable(f"{shown(path)} is broken HTML: save the page anew, or as text") from exc


def _decode(path: Path, data: bytes) -> str:
    """Text in the page's declared encoding; zero characters, which no page means, are left out."""
    encoding = _encoding(data)
    if not encoding.startswith("utf-16"):
        refuse_binary(path, data)
    try:
        return data.decode(encoding).replace("\0", "")
    except UnicodeDecodeError as exc:
        raise DocumentUnreadable(
            f"{shown(path)} declares {encoding}, but the byte 0x{data[exc.start]:02x} at offset {exc.start} is none:"
            " correct the page's charset, or save it as UTF-8"
        ) from exc
    except LookupError as exc:
        raise DocumentUnreadable(
            f"{shown(path)} declares the unknown charset {shown(encoding)}: save it as UTF-8"
        ) from exc


def _encoding(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    if declared:
        return str(declared).lower()
    try:
        data.decode()
    except UnicodeDecodeError:
        return _STANDARD_FALLBACK
    return "utf-8"


def _squeeze(text: str) -> str:
    return " ".join(text.replace("¶", " ").split())
