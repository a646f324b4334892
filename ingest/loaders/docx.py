"""Word documents."""

from __future__ import annotations

import io
from typing import Any

from bs4 import BeautifulSoup, Tag

from ingest.errors import EmptyDocument, shown
from ingest.loaders.base import LoadedDocument, Markdown, RawDocument, document_of
from ingest.loaders.html import parse_html
from ingest.loaders.html_markdown import to_markdown
from ingest.loaders.html_shape import limit_depth, limit_numbering
from ingest.loaders.office import check_office_file, refused_if_broken
from ingest.loaders.options import DEFAULT_OPTIONS, LoaderOptions

# Beside what mammoth knows: the name of a style is English in every language's Word.
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def load_docx(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """The text as Markdown with its headings, lists and tables; pictures are their descriptions."""
    check_office_file(raw, options.limits)
    with refused_if_broken(raw.uri):
        html = _to_html(raw.data)
    soup = parse_html(raw.uri, html)
    _drop_bookmarks(soup)
    limit_depth(soup)
    limit_numbering(soup)
    markdown = to_markdown(soup)
    if not any(character.isalnum() for character in markdown):
        raise EmptyDocument(f"{shown(raw.uri)} holds no text (perhaps only pictures): write some, or leave it out")
    heading = soup.find("h1")
    title = " ".join(heading.get_text().split()) if isinstance(heading, Tag) else ""
    return document_of(raw, title, Markdown(markdown, slug_anchors=False))


def _to_html(data: bytes) -> str:
    import mammoth

    def no_source(_: Any) -> dict[str, str]:
        return {"src": ""}

    result = mammoth.convert_to_html(
        io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(no_source)
    )
    return str(result.value)


def _drop_bookmarks(soup: BeautifulSoup) -> None:
    """Ids lead nowhere in a Word file, and Markdown would show them as anchors."""
    for tag in soup.find_all(id=True):
        del tag["id"]
    for link in soup.find_all("a", href=lambda href: bool(href) and href.startswith("#")):
        link.decompose() if link.get_text(strip=True) in ("↑", "") else link.unwrap()
