"""Web pages."""

from __future__ import annotations

import codecs
import re
import warnings

from bs4 import BeautifulSoup, Tag
from bs4.builder import ParserRejectedMarkup
from bs4.dammit import EncodingDetector

from ingest.errors import DocumentUnreadable, EmptyDocument, shown
from ingest.loaders.base import LoadedDocument, Markdown, RawDocument, document_of
from ingest.loaders.html_banners import drop_banners
from ingest.loaders.html_furniture import main_content
from ingest.loaders.html_lines import without_furniture_lines
from ingest.loaders.html_markdown import to_markdown
from ingest.loaders.html_parser import BoundedTreeBuilder
from ingest.loaders.html_shape import is_gone, limit_depth, limit_numbering
from ingest.loaders.options import DEFAULT_OPTIONS, FurnitureRules, LoaderOptions
from ingest.loaders.source_text import refuse_binary

# Of a page that declares no encoding and is not UTF-8 (https://html.spec.whatwg.org/multipage/parsing.html
# #determining-the-character-encoding, read 2025-11).
_STANDARD_FALLBACK = "windows-1252"
# As in `text/html; charset="utf-8"` (RFC 9110, section 8.3, read 2026-11).
_CHARSET = re.compile(r""";\s*charset\s*=\s*"?([\w.:+-]+)""", re.IGNORECASE)
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def load_html(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """The page's main content as Markdown, without navigation and other furniture; its headings keep their anchors."""
    soup = parse_html(raw.uri, _decode(raw))
    page_title = _squeeze(soup.title.get_text()) if soup.title else ""
    limit_depth(soup)
    rules = options.hints.furniture_rules
    _drop_selected(soup, rules)
    drop_banners(soup)
    content = main_content(soup)
    limit_numbering(content)
    heading = content.find("h1")
    title = _squeeze(heading.get_text()) if isinstance(heading, Tag) else ""
    markdown = without_furniture_lines(to_markdown(content), rules)
    if not re.search(r"\w", markdown):
        raise EmptyDocument(
            f"{shown(raw.uri)} holds no text (perhaps a script makes it): save the page as shown, or as text"
        )
    return document_of(raw, title or page_title, Markdown(markdown, slug_anchors=False))


def _drop_selected(soup: BeautifulSoup, rules: FurnitureRules) -> None:
    for selector in rules.selectors:
        for tag in soup.select(selector):
            if not is_gone(tag):
                tag.decompose()


def parse_html(uri: str, text: str) -> BeautifulSoup:
    """The page's elements. Raises DocumentUnreadable, naming `uri`, for markup that is broken beyond use."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that look like a name, an address or XML
            return BeautifulSoup(text, builder=BoundedTreeBuilder)
    except ParserRejectedMarkup as exc:
        raise DocumentUnreadable(f"{shown(uri)} is broken HTML: save the page anew, or as text") from exc


def _decode(raw: RawDocument) -> str:
    """Text in the page's declared encoding; zero characters, which no page means, are left out."""
    encoding = _encoding(raw)
    if not encoding.startswith("utf-16"):
        refuse_binary(raw)
    try:
        return raw.data.decode(encoding).replace("\0", "")
    except UnicodeDecodeError as exc:
        raise DocumentUnreadable(
            f"{shown(raw.uri)} declares {encoding}, but the byte 0x{raw.data[exc.start]:02x} at offset {exc.start} is"
            " none: correct the page's charset, or save it as UTF-8"
        ) from exc
    except (LookupError, ValueError) as exc:  # ValueError: Python's own codecs that are no charset of pages
        raise DocumentUnreadable(
            f"{shown(raw.uri)} declares the unknown charset {shown(encoding)}: save it as UTF-8"
        ) from exc


def _encoding(raw: RawDocument) -> str:
    """A mark at the start, else what the server said, else what the page declares."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.data.startswith(mark):
            return encoding
    said = _CHARSET.search(raw.media_type)
    declared = said.group(1) if said else EncodingDetector.find_declared_encoding(raw.data, is_html=True)
    if declared:
        return str(declared).lower()
    try:
        raw.data.decode()
    except UnicodeDecodeError:
        return _STANDARD_FALLBACK
    return "utf-8"


def _squeeze(text: str) -> str:
    return " ".join(text.replace("¶", " ").split())
