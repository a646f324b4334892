"""PDF files with text in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.errors import DocumentTooLarge, EmptyDocument, shown
from ingest.loaders.base import LoadedDocument, Markdown, RawDocument, document_of
from ingest.loaders.furniture_lines import is_furniture, is_furniture_alone
from ingest.loaders.options import DEFAULT_OPTIONS, FurnitureRules, LoaderOptions
from ingest.loaders.pdf_blocks import Block, Kind, blocks_of
from ingest.loaders.pdf_letters import letters_of
from ingest.loaders.pdf_lines import Line, Page
from ingest.loaders.pdf_margins import without_margins
from ingest.loaders.pdf_pages import read_pages
from ingest.loaders.pdf_text import PdfMarkdown

# Where blogs and help centres begin to speak of other pages.
_RECOMMENDS = re.compile(
    r"(?:more (?:from|stories|articles)|recommended (?:from|for|reading)|related (?:articles|posts|stories)"
    r"|you (?:might|may) also (?:like|be interested)|read (?:next|more from)|written by)\b.*",
    re.IGNORECASE,
)
# A printed web page may show an article's link with its host, and how many people clapped.
_HOST = re.compile(
    r"(?:[\w-]{1,63}\.){1,4}(?:com|org|net|io|dev|ai|co|edu|blog|info|de|uk|cn|fr|es|eu|ch|at)", re.IGNORECASE
)
_COUNTS = re.compile(r"[\d.,]{1,6}[km]?(?: [\d.,]{1,6}[km]?){0,2}", re.IGNORECASE)
# So many of the last pages may be recommendations; they are known by these many lines that only web pages have.
_RECOMMENDED_PAGES = 3
_MIN_WEB_LINES = 2


def load_pdf(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """The text as Markdown: paragraphs, headings by their letters, code; each page has its anchor. Without running
    heads and feet, page numbers, and what is furniture of printed web pages."""
    pages = list(_pages_within(raw, options))
    silent = [page.number for page in pages if not page.lines]
    if len(silent) == len(pages):
        raise EmptyDocument(
            f"{shown(raw.uri)} has no text on its pages ({len(pages)}), perhaps they are scanned: run text"
            " recognition on it first, e.g. ocrmypdf"
        )
    # A text that is the same on all pages is the text.
    inner = without_margins(pages)
    pages = inner if any(page.lines for page in inner) else pages
    lines, web_pages = _without_furniture(pages, options.hints.furniture_rules)
    letters = letters_of(pages)
    blocks = [
        block
        for block in blocks_of(lines, letters)
        if not _is_furniture(block, web_pages, options.hints.furniture_rules)
    ]
    if not any(c.isalnum() for block in blocks for line in block.lines for c in line.text):
        raise EmptyDocument(f"{shown(raw.uri)} holds no text besides page numbers and buttons: leave it out")
    markdown = PdfMarkdown(blocks)
    return document_of(raw, markdown.title(), Markdown(markdown.text(), slug_anchors=False), _notes(raw, pages, silent))


def _pages_within(raw: RawDocument, options: LoaderOptions) -> Iterator[Page]:
    chars = 0
    for page in read_pages(raw, options.limits):
        chars += sum(len(line.text) for line in page.lines)
        if chars > options.limits.max_text_chars:
            raise DocumentTooLarge(
                f"{shown(raw.uri)} holds more than {options.limits.max_text_chars} characters of text: split it"
            )
        yield page


def _without_furniture(pages: Sequence[Page], rules: FurnitureRules) -> tuple[list[Line], frozenset[int]]:
    """The lines without those that only printed web pages have, and the numbers of the pages that had some."""
    found = [line for page in pages for line in page.lines if is_furniture(line.text, rules)]
    web_pages = frozenset(line.page for line in found)
    lines = [line for page in pages for line in page.lines]
    end = _end_of_article(lines, len(pages), rules)
    return [
        line
        for line in lines[:end]
        if not is_furniture(line.text, rules) and not (web_pages and _HOST.fullmatch(line.text))
    ], web_pages


def _end_of_article(lines: Sequence[Line], page_count: int, rules: FurnitureRules) -> int:
    """Where the recommendations of other articles begin, on the last pages; else the end."""
    for place, line in enumerate(lines):
        if line.page > page_count - _RECOMMENDED_PAGES and _RECOMMENDS.fullmatch(line.text):
            rest = lines[place + 1 :]
            if sum("min read" in other.text or is_furniture(other.text, rules) for other in rest) >= _MIN_WEB_LINES:
                return place
    return len(lines)


def _is_furniture(block: Block, web_pages: frozenset[int], rules: FurnitureRules) -> bool:
    text = " ".join(line.text for line in block.lines)
    if block.kind is Kind.CODE:
        return False
    if block.page in web_pages and _COUNTS.fullmatch(text):
        return True
    return block.kind is Kind.TEXT and is_furniture_alone(text, rules)


def _notes(raw: RawDocument, pages: Sequence[Page], silent: Sequence[int]) -> tuple[str, ...]:
    if not silent:
        return ()
    numbers = ", ".join(map(str, silent[:10])) + (", …" if len(silent) > 10 else "")
    return (f"{shown(raw.uri)}: {len(silent)} of {len(pages)} pages hold no text (pages {numbers})",)
