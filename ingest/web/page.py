"""A page as it was fetched, and which kinds are taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from yarl import URL

from ingest.errors import IngestError, UnsupportedDocument
from ingest.web.url import brief

_OFFICE = "application/vnd.openxmlformats-officedocument"
SUFFIXES: dict[str, tuple[str, ...]] = {
    "text/html": (".html", ".htm"),
    "application/xhtml+xml": (".html", ".htm", ".xhtml"),
    "text/plain": (".txt", ".text", ".md", ".markdown", ".csv", ".jsonl"),
    "text/markdown": (".md", ".markdown"),
    "text/x-markdown": (".md", ".markdown"),
    "application/pdf": (".pdf",),
    f"{_OFFICE}.wordprocessingml.document": (".docx",),
    f"{_OFFICE}.spreadsheetml.sheet": (".xlsx",),
    "text/csv": (".csv",),
    "application/csv": (".csv",),
    "application/json": (".json", ".jsonl"),
    "application/jsonl": (".jsonl",),
    "application/x-ndjson": (".jsonl",),
}
"""By media type: the suffixes that a name may have, the usual one first."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """`uri` is the address that was asked for, normalised; `name` ends in a suffix that fits the `media_type`, which is
    the server's Content-Type with its charset."""

    uri: str
    media_type: str
    data: bytes
    name: str


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """A page that could not be had; `error` names it and says what to do."""

    uri: str
    error: IngestError


def check_media_type(url: URL, content_type: str) -> None:
    """Raises UnsupportedDocument for what no loader reads."""
    if bare_type(content_type) not in SUFFIXES:
        what = bare_type(content_type)[:80] or "nothing that its server tells the kind of"
        raise UnsupportedDocument(
            f"{brief(str(url))} is {what}: give pages in HTML, text, Markdown, PDF, DOCX, XLSX, CSV or JSON"
        )


def page_name(url: URL, content_type: str) -> str:
    """The last part of the address, else its host, with a suffix that fits."""
    suffixes = SUFFIXES[bare_type(content_type)]
    name = "".join(c for c in url.name if c.isprintable() and c not in "/\\")[-100:] or url.host or "page"
    return name if PurePosixPath(name.lower()).suffix in suffixes else f"{name}{suffixes[0]}"


def bare_type(content_type: str) -> str:
    """Without its parameters."""
    return content_type.partition(";")[0].strip().lower()
