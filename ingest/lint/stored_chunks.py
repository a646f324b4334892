"""The chunks of knowledge sets, read in batches: a set of any size takes the same memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from assistant.vector_store.base import EmbeddingSpace, KnowledgeSet
from assistant.vector_store.connections import vector_connection
from ingest.lint import statements
from ingest.lint.passage import LintedChunk, NearPair

BATCH_CHUNKS = 256
NEIGHBOURS = 12
"""Vectors that are looked at for each chunk, itself and its own answer among them."""
MAX_NEAR_DISTANCE = 0.3


@dataclass(frozen=True, slots=True)
class Batch:
    """Some chunks of a set, and their near pairs: `one` of each is in the batch, `other` may be anywhere. `indexed`:
    the ids of those that the index finds by their own vectors."""

    knowledge_set: KnowledgeSet
    chunks: tuple[LintedChunk, ...]
    near: tuple[NearPair, ...]
    indexed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document with the anchors and headings that its chunks have."""

    knowledge_set: str
    uri: str
    anchors: frozenset[str]
    headings: frozenset[str]


class StoredChunks:
    """The chunks of these sets, on a pool that stays the caller's to close. Raises DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool, knowledge_sets: Sequence[KnowledgeSet]) -> None:
        self._pool = pool
        self._sets = tuple(knowledge_sets)

    def count(self) -> int:
        with vector_connection(self._pool) as connection:
            row = connection.execute(statements.COUNT, {"set_ids": self._set_ids()}).fetchone()
        return int(row[0]) if row else 0

    def batches(self) -> Iterator[Batch]:
        """All chunks, set by set, with what lies near them in any of the sets of the same embedding model."""
        for each in self._sets:
            after = 0
            while ids := self._ids_after(each.id, after):
                yield self._batch(each, ids)
                after = ids[-1]

    def documents(self) -> list[KnownDocument]:
        with vector_connection(self._pool) as connection:
            rows = connection.execute(statements.DOCUMENTS, {"set_ids": self._set_ids()}).fetchall()
        return [
            KnownDocument(name, uri, frozenset(anchors), frozenset(headings)) for name, uri, anchors, headings in rows
        ]

    def _set_ids(self) -> list[int]:
        return [each.id for each in self._sets]

    def _ids_after(self, set_id: int, after: int) -> list[int]:
        values = {"set_id": set_id, "after": after, "limit": BATCH_CHUNKS}
        with vector_connection(self._pool) as connection:
            return [row[0] for row in connection.execute(statements.IDS_AFTER, values)]

    def _batch(self, knowledge_set: KnowledgeSet, ids: Sequence[int]) -> Batch:
        space = knowledge_set.space
        with vector_connection(self._pool) as connection, connection.transaction():
            connection.execute(statements.SETTINGS)
            found = [row for other in self._comparable(space) for row in _nearest(connection, space, other, ids)]
            known = _chunks(connection, sorted({*ids, *(row[1] for row in found)}))
        chunks = tuple(known[chunk_id] for chunk_id in ids if chunk_id in known)
        indexed = frozenset(one for one, other, *_ in found if one == other)
        return Batch(knowledge_set, chunks, tuple(_pairs(found, known)), indexed)

    def _comparable(self, space: EmbeddingSpace) -> list[EmbeddingSpace]:
        model = (space.model_name, space.dimension)
        spaces = [each.space for each in self._sets]
        return [each for each in spaces if (each.model_name, each.dimension) == model]


def _nearest(
    connection: psycopg.Connection[Any], space: EmbeddingSpace, other: EmbeddingSpace, ids: Sequence[int]
) -> list[tuple[int, int, float, float | None]]:
    values = {"ids": list(ids), "max_distance": MAX_NEAR_DISTANCE}
    return connection.execute(statements.nearest(space, other, NEIGHBOURS), values).fetchall()


def _chunks(connection: psycopg.Connection[Any], ids: Sequence[int]) -> dict[int, LintedChunk]:
    rows = connection.execute(statements.CHUNKS, {"ids": list(ids)}).fetchall()
    return {row[0]: _chunk(*row) for row in rows}


def _chunk(  # noqa: PLR0917 - the columns of a row
    chunk_id: int,
    uri: str,
    title: str,
    heading_path: list[str],
    anchor: str,
    text: str,
    is_pair: bool,
    audience: list[str],
    words: list[str],
    subject_words: list[str],
) -> LintedChunk:
    return LintedChunk(
        chunk_id,
        uri,
        title,
        tuple(heading_path),
        anchor,
        text,
        is_pair,
        tuple(audience),
        frozenset(words),
        frozenset(subject_words),
    )


def _pairs(
    found: Sequence[tuple[int, int, float, float | None]], known: Mapping[int, LintedChunk]
) -> Iterator[NearPair]:
    for one, other, distance, answer_distance in found:
        if one != other and one in known and other in known:
            yield NearPair(known[one], known[other], float(distance), answer_distance)
