"""Found chunks to passages: neighbours joined, near-duplicates dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.vector_store.base import RetrievedChunk
from assistant.vector_store.found import FoundChunk

MAX_TOKENS = 512
"""Of a joined passage: two chunks of the usual size, so that a few of them fit a model's window."""
SAME_SHARE = 0.8
"""Of the three-word sequences of two texts together that both have, from which they are near-duplicates. Pages made
from one template, with other names in them, stay below."""
SAME_DISTANCE = 0.01
"""Between the distances of near-duplicates to one question, at most."""
_SHINGLE = 3
_MIN_OVERLAP_CHARS = 16
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Group:
    """Chunks at consecutive positions of a document, and the place of the best among all that were found."""

    chunks: tuple[FoundChunk, ...]
    place: int
    best: FoundChunk


def joined(found: Sequence[FoundChunk], top_k: int) -> list[RetrievedChunk]:
    """At most `top_k` passages, best first, from chunks in that order. A passage stands where its best chunk stood."""
    groups: list[_Group] = []
    for place, chunk in enumerate(_distinct(found)):
        group = _Group((chunk,), place, chunk)
        for neighbour in [other for other in groups if _are_neighbours(other, group)]:
            if _fits(neighbour, group):
                groups.remove(neighbour)
                group = _merge(neighbour, group)
        groups.append(group)
        groups.sort(key=lambda each: each.place)
    return [_passage(group) for group in groups[:top_k]]


def _distinct(found: Iterable[FoundChunk]) -> list[FoundChunk]:
    """Without those that say the same as a better one."""
    kept: list[FoundChunk] = []
    for chunk in found:
        if not any(_say_the_same(chunk, other) for other in kept):
            kept.append(chunk)
    return kept


def _say_the_same(one: FoundChunk, other: FoundChunk) -> bool:
    """Texts that do so lie equally far from the question: the rest need not be compared."""
    if abs(one.distance - other.distance) > SAME_DISTANCE:
        return False
    shorter, longer = sorted((one.text, other.text), key=len)
    if len(shorter) < SAME_SHARE * len(longer):
        return False
    some, more = _shingles(shorter), _shingles(longer)
    return len(some & more) >= SAME_SHARE * len(some | more)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold()) or [text]
    return set(zip(*(words[start:] for start in range(min(_SHINGLE, len(words)))), strict=False))


def _are_neighbours(one: _Group, other: _Group) -> bool:
    first, second = sorted((one, other), key=lambda group: group.chunks[0].position)
    last, after = first.chunks[-1], second.chunks[0]
    if last.document_id != after.document_id or last.position + 1 != after.position or last.is_pair or after.is_pair:
        return False
    return (last.anchor, last.heading_path) == (after.anchor, after.heading_path)


def _fits(one: _Group, other: _Group) -> bool:
    return sum(chunk.token_count for group in (one, other) for chunk in group.chunks) <= MAX_TOKENS


def _merge(one: _Group, other: _Group) -> _Group:
    first, second = sorted((one, other), key=lambda group: group.chunks[0].position)
    better = min(one, other, key=lambda group: group.place)
    return _Group((*first.chunks, *second.chunks), better.place, better.best)


def _passage(group: _Group) -> RetrievedChunk:
    best = group.best
    text = group.chunks[0].text
    for chunk in group.chunks[1:]:
        text = _continued(text, chunk.text)
    return RetrievedChunk(
        chunk_id=best.id,
        uri=best.uri,
        title=best.title,
        heading=" > ".join(best.heading_path),
        anchor=best.anchor,
        text=text,
        distance=min(chunk.distance for chunk in group.chunks),
        relevance=best.relevance,
        chunk_ids=tuple(chunk.id for chunk in group.chunks),
    )


def _continued(text: str, after: str) -> str:
    """Both, and what the end of one and the beginning of the other share only once."""
    beginning = after[:_MIN_OVERLAP_CHARS]
    start = text.find(beginning, max(0, len(text) - len(after)))
    while start >= 0:
        if after.startswith(text[start:]):
            return text + after[len(text) - start :]
        start = text.find(beginning, start + 1)
    return f"{text}\n\n{after}"
