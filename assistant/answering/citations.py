"""Ties the [n] of a generated text to the passages it was given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from adapters.base import Source
from assistant.excerpt import excerpt
from assistant.vector_store.base import RetrievedChunk

# "[1]", "[1, 2]"; but not what stands right behind a word, as in "list[7]", when it comes to removing.
_MARK = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_REMOVABLE = re.compile(r"(?:[ \t]+|(?<!\w))" + _MARK.pattern)

NEARNESS = 0.05
"""Where the text cites nothing, the nearest passage is its source, and what lies within this distance of it."""
MOST_SOURCES = 3
MAX_QUOTE_CHARS = 240


def cited_numbers(text: str, passages: int) -> list[int]:
    """The passage numbers that the text cites, in order of first appearance; only those that there are."""
    numbers = [number for match in _MARK.finditer(text) for number in _numbers(match)]
    return list(dict.fromkeys(number for number in numbers if 1 <= number <= passages))


def without_false_marks(text: str, passages: int) -> str:
    """The text without marks that point to no passage."""

    def keep(match: re.Match[str]) -> str:
        return match.group() if any(1 <= number <= passages for number in _numbers(match)) else ""

    return _REMOVABLE.sub(keep, text)


def _numbers(match: re.Match[str]) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", match.group(1))]


def sources(text: str, chunks: Sequence[RetrievedChunk]) -> tuple[Source, ...]:
    """The sources of a text that was written from `chunks` (numbered from 1): the cited ones, or else the nearest."""
    numbers = cited_numbers(text, len(chunks)) or _nearest(chunks)
    return tuple(_source(number, chunks[number - 1]) for number in numbers)


def hosts(chunks: Sequence[RetrievedChunk]) -> tuple[str, ...]:
    """The hosts where the chunks' documents are public, each once."""
    parts = (urlsplit(chunk.uri) for chunk in chunks)
    return tuple(dict.fromkeys(part.hostname for part in parts if part.scheme in ("http", "https") and part.hostname))


def _nearest(chunks: Sequence[RetrievedChunk]) -> list[int]:
    limit = chunks[0].distance + NEARNESS
    near = [number for number, chunk in enumerate(chunks, start=1) if chunk.distance <= limit]
    return near[:MOST_SOURCES]


def _source(number: int, chunk: RetrievedChunk) -> Source:
    parts = urlsplit(chunk.uri)
    is_public = parts.scheme in ("http", "https")
    anchor = f"#{chunk.anchor}" if chunk.anchor else ""
    return Source(
        number=number,
        title=chunk.title,
        heading=chunk.subheading,
        url=f"{chunk.uri}{anchor}" if is_public else "",
        document=unquote(PurePosixPath(parts.path).name),
        quote=excerpt(chunk.text, MAX_QUOTE_CHARS),
    )
