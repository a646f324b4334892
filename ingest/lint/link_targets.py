"""Where links lead that nobody is asked for over the network: to documents, files beside them, and headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from ingest.blocks import Heading, blocks
from ingest.lint.stored_chunks import KnownDocument

_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_MARKDOWN = (".md", ".markdown")
# What web servers and site generators put behind a link's path.
_ENDINGS = ("", ".md", ".markdown", ".html", ".htm", "/index.md", "/index.html", "/README.md")
_NAMED = re.compile(r"""\b(?:id|name)\s*=\s*["']?([^"'\s>]+)""")
_REPEATED = re.compile(r"-\d+$")
_NO_SLUG = re.compile(r"[^\w\- ]")
MAX_FILE_BYTES = 20_000_000


def web_address(uri: str, link: str) -> str | None:
    """The address on the web that a link of this document leads to; None: it leads to none."""
    if link.lower().startswith(("http://", "https://")):
        return link
    if not _is_web(uri) or _SCHEME.match(link) or link.startswith("#"):
        return None
    try:
        return urljoin(uri, link)
    except ValueError:
        return link


class LinkTargets:
    """What links can lead to: the documents of a knowledge set, and the files beside them on this machine."""

    def __init__(self, documents: Iterable[KnownDocument]) -> None:
        self._documents = {document.uri: document for document in documents}
        self._anchors: dict[str, frozenset[str] | None] = {}

    def missing(self, uri: str, link: str) -> str:
        """Why a link that is no web address leads nowhere, "" where it leads somewhere or nobody can tell from here:
        links to mail addresses, from the root of a site, into what was ingested on another machine."""
        if _SCHEME.match(link) or link.startswith("/"):
            return ""
        path, _, anchor = link.partition("#")
        path = path.partition("?")[0]
        if not path:
            return self._anchor_missing(uri, anchor)
        if _is_web(uri):
            return ""
        target = self._target(uri, unquote(path))
        if target is None:
            return "no such file" if _parent(uri).is_dir() else ""
        return self._anchor_missing(target, anchor)

    def anchor_missing(self, address: str) -> str:
        """The same for the anchor of a web address that is a document of the knowledge set."""
        page, _, anchor = address.partition("#")
        return self._anchor_missing(page, anchor) if page in self._documents else ""

    def _target(self, uri: str, path: str) -> str | None:
        place = _normal(_parent(uri) / path)
        for ending in _ENDINGS:
            candidate = f"{place}{ending}"
            if candidate in self._documents or _exists(Path(candidate)):
                return candidate
        return None

    def _anchor_missing(self, uri: str, anchor: str) -> str:
        """Only Markdown's anchors are known: any element of a web page may have one."""
        if not anchor or not uri.lower().endswith(_MARKDOWN):
            return ""
        if uri not in self._anchors:
            self._anchors[uri] = self._known_anchors(uri)
        known = self._anchors[uri]
        wanted = unquote(anchor)
        if known is None or wanted in known or wanted.lower() in known or _REPEATED.sub("", wanted) in known:
            return ""
        return "no such heading"

    def _known_anchors(self, uri: str) -> frozenset[str] | None:
        """None: the document is no longer there to look, and none that we know either."""
        document = self._documents.get(uri)
        text = "" if _is_web(uri) else _text(Path(uri))
        if document is None and not text:
            return None
        found = set(_anchors(text))
        if document is not None:
            found |= document.anchors | {_slug(heading) for heading in document.headings}
        return frozenset(found)


def _anchors(markdown: str) -> Iterator[str]:
    yield from _NAMED.findall(markdown)
    for block in blocks(markdown):
        if isinstance(block, Heading):
            yield block.anchor or _slug(block.title)


def _slug(heading: str) -> str:
    """GitHub's rule, as in ingest/sections.py."""
    return _NO_SLUG.sub("", heading.lower()).replace(" ", "-")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES).decode("utf-8", "ignore")
    except (OSError, ValueError):
        return ""


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_web(uri: str) -> bool:
    return uri.startswith(("http://", "https://"))


def _parent(uri: str) -> Path:
    return Path(urlsplit(uri).path if uri.startswith("file:") else uri).parent


def _normal(path: Path) -> str:
    """With ".." taken out, and links not followed: as documents are named (see ingest/uris.py)."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part not in ("..", "."):
            parts.append(part)
    return str(Path(*parts)) if parts else "."
