"""Which format a document has."""

from __future__ import annotations

from pathlib import PurePosixPath

# Of documents that come with a media type and no telling name (https://www.iana.org/assignments/media-types, read
# 2026-11).
_SUFFIXES = {
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/x-ndjson": ".jsonl",
    "application/x-zip-compressed": ".zip",
    "application/xhtml+xml": ".html",
    "application/zip": ".zip",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
_PAGES = ("text/html", "application/xhtml+xml")


def suffix_of(name: str, media_type: str, known: frozenset[str]) -> str:
    """The suffix that stands for the format, in lower case, one of `known` where name or media type tell one; else that
    of the name, which may be ""."""
    kind = media_type.partition(";")[0].strip().lower()
    suffix = PurePosixPath(name).suffix.lower()
    if kind in _PAGES or suffix not in known:
        return _SUFFIXES.get(kind, suffix)
    return suffix
