"""The addresses in a sitemap's XML, read as a stream: a hostile one costs no more than its own bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from ingest.errors import SitemapUnreadable
from ingest.web.url import MAX_CHARS

MAX_ENTRIES = 50_000
"""Of one sitemap (https://www.sitemaps.org/protocol.html, checked 2026-11)."""
MAX_EVENTS = 1_000_000
"""Tags and pieces of text that the parser tells of, about a microsecond each: beside its address an entry may have
images, videos and translations."""
MAX_DEPTH = 16
_STEP = 65_536
_TOO_MUCH = "holds more than a sitemap may: give its pages, or several smaller sitemaps"
_KINDS = {"urlset": "url", "sitemapindex": "sitemap"}


@dataclass(slots=True)
class SitemapEntries:
    """The addresses of pages, or of further sitemaps where it `is_index`."""

    is_index: bool = False
    addresses: list[str] = field(default_factory=list)


def parse_sitemap(data: bytes, name: str) -> SitemapEntries:
    """What the XML holds. `name` is for the error, SitemapUnreadable: no sitemap, broken XML, a document type (which
    entities come with), or more than the protocol allows."""
    handler = _Entries()
    parser: Any = create_parser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        for start in range(0, len(data), _STEP):
            parser.feed(data[start : start + _STEP])
        parser.close()
        handler.check_any()
    except _Unfit as exc:
        raise SitemapUnreadable(f"{name} {exc}") from None
    except (SAXException, DefusedXmlException, ValueError, LookupError) as exc:
        raise SitemapUnreadable(f"{name} is no readable XML: look at it in a browser, or give its pages") from exc
    return handler.entries


class _Unfit(Exception):
    """What makes it no sitemap for us."""


class _Entries(ContentHandler):
    """Keeps the text of `loc` directly in an entry, and nothing else. Of names only what follows the prefix counts."""

    def __init__(self) -> None:
        super().__init__()
        self.entries = SitemapEntries()
        self._path: list[str] = []
        self._events = 0
        self._entry = ""
        self._text: list[str] | None = None
        self._chars = 0

    def check_any(self) -> None:
        """The parser takes nothing at all for well-formed."""
        if not self._events:
            raise _Unfit("is empty: give the address of a sitemap.xml, or of a page")

    def startElement(self, name: str, attrs: object) -> None:  # noqa: N802 - SAX calls it so
        local = name.rpartition(":")[2]
        self._path.append(local)
        self._count()
        if len(self._path) == 1:
            if local not in _KINDS:
                raise _Unfit("is no sitemap: give the address of a sitemap.xml, or of a page")
            self.entries.is_index, self._entry = local == "sitemapindex", _KINDS[local]
        elif len(self._path) > MAX_DEPTH:
            raise _Unfit(_TOO_MUCH)
        elif len(self._path) == 3 and local == "loc" and self._path[1] == self._entry:
            self._text, self._chars = [], 0

    def characters(self, content: str) -> None:
        self._count()
        if self._text is not None and self._chars <= MAX_CHARS:
            self._text.append(content)
            self._chars += len(content)

    def _count(self) -> None:
        self._events += 1
        if self._events > MAX_EVENTS:
            raise _Unfit(_TOO_MUCH)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX calls it so
        self._path.pop()
        if self._text is None:
            return
        if len(self.entries.addresses) == MAX_ENTRIES:
            raise _Unfit(f"names more than {MAX_ENTRIES:,} addresses: split it, as the protocol asks")
        self.entries.addresses.append("".join(self._text).strip())
        self._text = None
