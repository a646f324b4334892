"""Writes one document: the chunks that are new come, those that are gone go, the rest stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from pgvector import Vector
from psycopg.types.json import Jsonb

from assistant.embedding.base import Vectors
from assistant.errors import AssistantError
from assistant.vector_store import document_statements as statements
from assistant.vector_store.base import Chunk, Document, KnowledgeSet


class MissingVectors(AssistantError):
    """The document's chunks, or the knowledge set's embedding model, were changed by another process meanwhile: embed
    again what is missing now."""

    retryable = True


class DocumentWriter:
    """Writes to one knowledge set, in the caller's transaction."""

    def __init__(self, connection: psycopg.Connection[Any], knowledge_set: KnowledgeSet) -> None:
        self._connection = connection
        self._set = knowledge_set

    def replace(self, document: Document, chunks: Sequence[Chunk], vectors: Mapping[bytes, Vectors]) -> list[int]:
        """Store the document; gives the ids of the chunks that it lost. Raises MissingVectors."""
        space = {"space_id": self._set.space.id}
        if self._connection.execute(statements.HOLD_SPACE, space).rowcount == 0:
            raise MissingVectors(f"knowledge set {self._set.name!r} was moved to another embedding model: run it again")
        document_id = self._upsert(document)
        stored = self._connection.execute(statements.CHUNKS, space | {"document_id": document_id}).fetchall()
        ids = {bytes(key): chunk_id for chunk_id, key, _ in stored}
        embedded = {bytes(key) for _, key, has_vectors in stored if has_vectors}
        wanted = {chunk.key: (position, chunk) for position, chunk in enumerate(chunks)}
        missing = [key for key in wanted if key not in embedded and key not in vectors]
        if missing:
            raise MissingVectors(f"{document.uri}: {len(missing)} chunks have no vectors")
        gone = sorted(chunk_id for key, chunk_id in ids.items() if key not in wanted)
        self._connection.execute(statements.DELETE_CHUNKS, {"gone": gone})
        self._move({ids[key]: place for key, place in wanted.items() if key in ids}, document.audience)
        new = [place for key, place in wanted.items() if key not in ids]
        ids |= self._copy_chunks(document_id, new, document.audience)
        copy_vectors(
            self._connection, self._set.space.id, {ids[key]: vectors[key] for key in wanted if key not in embedded}
        )
        return gone

    def _upsert(self, document: Document) -> int:
        values = {
            "set_id": self._set.id,
            "uri": document.uri,
            "title": document.title,
            "content_hash": document.content_hash,
            "tags": Jsonb(dict(document.tags)),
            "audience": list(document.audience),
            "source_uri": document.source_uri or document.uri,
            "source_hash": document.source_hash or document.content_hash,
            "recipe": document.recipe,
            "synced_from": document.synced_from,
        }
        row = self._connection.execute(statements.UPSERT_DOCUMENT, values).fetchone()
        assert row is not None  # noqa: S101 - "on conflict do update" returns its row always
        return int(row[0])

    def _move(self, kept: Mapping[int, tuple[int, Chunk]], audience: tuple[str, ...]) -> None:
        values = {
            "ids": list(kept),
            "positions": [position for position, _ in kept.values()],
            "token_counts": [chunk.token_count for _, chunk in kept.values()],
            "audience": list(audience),
        }
        if kept:
            self._connection.execute(statements.MOVE_CHUNKS, values)

    def _copy_chunks(
        self, document_id: int, new: Sequence[tuple[int, Chunk]], audience: tuple[str, ...]
    ) -> dict[bytes, int]:
        """The ids that the new chunks got, by key."""
        ids = [row[0] for row in self._connection.execute(statements.NEW_IDS, {"count": len(new)})]
        with self._connection.cursor() as cursor, cursor.copy(statements.COPY_CHUNKS) as copy:
            copy.set_types(statements.CHUNK_TYPES)
            for chunk_id, (position, chunk) in zip(ids, new, strict=True):
                copy.write_row(
                    (
                        chunk_id,
                        self._set.id,
                        document_id,
                        position,
                        list(chunk.heading_path),
                        chunk.anchor,
                        chunk.text,
                        chunk.token_count,
                        chunk.key,
                        chunk.context,
                        chunk.is_pair,
                        chunk.shares_answer,
                        list(audience),
                    )
                )
        return {chunk.key: chunk_id for chunk_id, (_, chunk) in zip(ids, new, strict=True)}


def copy_vectors(connection: psycopg.Connection[Any], space_id: int, vectors: Mapping[int, Vectors]) -> None:
    """Store vectors by chunk id; row i of a chunk's becomes its ordinal i."""
    with connection.cursor() as cursor, cursor.copy(statements.COPY_EMBEDDINGS) as copy:
        copy.set_types(statements.EMBEDDING_TYPES)
        for chunk_id, rows in vectors.items():
            for ordinal, row in enumerate(rows):
                copy.write_row((chunk_id, space_id, ordinal, Vector(row)))
