"""The vector store in Postgres with pgvector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector
from psycopg.sql import Identifier, Literal
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from assistant.database import database_errors
from assistant.embedding.base import Vectors
from assistant.vector_store import statements
from assistant.vector_store.base import Chunk, Document, RetrievedChunk, StoredDocument
from assistant.vector_store.knowledge_set import KnowledgeSet, check_dimension, check_rows
from assistant.vector_store.nearest import search_set


class PgVectorStore:
    """A VectorStore on a pool of connections in autocommit mode, which stays the caller's to close."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._known_sets: dict[tuple[str, str, int], KnowledgeSet] = {}

    def replace_document(
        self,
        knowledge_set: str,
        model_name: str,
        document: Document,
        chunks: Sequence[Chunk],
        embeddings: Vectors,
    ) -> None:
        if embeddings.ndim != 2 or len(embeddings) != len(chunks):
            raise ValueError(f"{len(chunks)} chunks need as many rows of embeddings, not shape {embeddings.shape}")
        with self._connection() as connection, connection.transaction(), connection.cursor() as cursor:
            chosen, is_new = _open_set(cursor, knowledge_set, model_name, embeddings.shape[1])
            document_id = _upsert_document(cursor, chosen.id, document)
            cursor.execute(statements.DELETE_CHUNKS, {"document_id": document_id})
            _copy_chunks(cursor, chosen.id, document_id, chunks, embeddings)
            if is_new:
                _create_index(cursor, chosen)

    def remove_document(self, knowledge_set: str, uri: str) -> bool:
        with self._connection() as connection:
            cursor = connection.execute(statements.DELETE_DOCUMENT, {"name": knowledge_set, "uri": uri})
            return cursor.fetchone() is not None

    def documents(self, knowledge_set: str) -> list[StoredDocument]:
        with self._connection() as connection:
            rows = connection.execute(statements.LIST_DOCUMENTS, {"name": knowledge_set}).fetchall()
        return [
            StoredDocument(uri, title, content_hash, tuple(sorted(tags.items())), chunk_count, updated_at)
            for uri, title, content_hash, tags, chunk_count, updated_at in rows
        ]

    def search(self, knowledge_set: str, model_name: str, embedding: Vectors, top_k: int) -> list[RetrievedChunk]:
        return self.search_many(knowledge_set, model_name, embedding.reshape(1, -1), [top_k])[0]

    def search_many(
        self, knowledge_set: str, model_name: str, embeddings: Vectors, top_ks: Sequence[int]
    ) -> list[list[RetrievedChunk]]:
        """One round trip once the knowledge set is known.

        What is known of a set never goes stale unseen: its id is never given again and its model never changes, so a
        set that was replaced by one of the same name has no chunks left, and finding none makes us look again.
        """
        check_rows(embeddings, top_ks)
        if not top_ks:
            return []
        key = (knowledge_set, model_name, embeddings.shape[1])
        known = self._known_sets.get(key)
        with self._connection() as connection:
            found = search_set(connection, known, embeddings, top_ks) if known else []
            if any(found):
                return found
            chosen = _find_set(connection, knowledge_set)
            if chosen is None:
                return [[] for _ in top_ks]
            chosen.check_model(model_name, embeddings.shape[1])
            self._known_sets[key] = chosen
            return found if chosen == known else search_set(connection, chosen, embeddings, top_ks)

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that knows the vector type; the driver's errors are translated here."""
        with database_errors(), self._pool.connection() as connection:
            if connection.adapters.types.get("vector") is None:
                register_vector(connection)
            yield connection


def _find_set(cursor: psycopg.Connection[Any] | psycopg.Cursor[Any], name: str) -> KnowledgeSet | None:
    row = cursor.execute(statements.FIND_SET, {"name": name}).fetchone()
    return None if row is None else KnowledgeSet(row[0], name, row[1], row[2])


def _open_set(cursor: psycopg.Cursor[Any], name: str, model_name: str, dimension: int) -> tuple[KnowledgeSet, bool]:
    """The knowledge set, and whether it was made just now; ConfigurationError when it belongs to another model."""
    chosen = _find_set(cursor, name)
    is_new = False
    if chosen is None:
        check_dimension(model_name, dimension)
        values = {"name": name, "model_name": model_name, "dimension": dimension}
        is_new = cursor.execute(statements.CREATE_SET, values).fetchone() is not None
        if is_new:
            cursor.execute(statements.LOCK_CHUNKS)
        chosen = _find_set(cursor, name)
    if chosen is None:
        raise psycopg.OperationalError(f"knowledge set {name!r} was removed while it was opened")
    chosen.check_model(model_name, dimension)
    return chosen, is_new


def _create_index(cursor: psycopg.Cursor[Any], chosen: KnowledgeSet) -> None:
    cursor.execute(
        statements.CREATE_INDEX.format(
            index_name=Identifier(f"chunks_embedding_{chosen.id}"),
            dimension=Literal(chosen.dimension),
            set_id=Literal(chosen.id),
        )
    )


def _upsert_document(cursor: psycopg.Cursor[Any], set_id: int, document: Document) -> int:
    values = {
        "set_id": set_id,
        "uri": document.uri,
        "title": document.title,
        "content_hash": document.content_hash,
        "tags": Jsonb(dict(document.tags)),
    }
    row = cursor.execute(statements.UPSERT_DOCUMENT, values).fetchone()
    assert row is not None  # noqa: S101 - "on conflict do update" returns its row always
    return int(row[0])


def _copy_chunks(
    cursor: psycopg.Cursor[Any], set_id: int, document_id: int, chunks: Sequence[Chunk], embeddings: Vectors
) -> None:
    with cursor.copy(statements.COPY_CHUNKS) as copy:
        copy.set_types(statements.COPY_TYPES)
        for position, (chunk, embedding) in enumerate(zip(chunks, embeddings, strict=True)):
            copy.write_row(
                (
                    set_id,
                    document_id,
                    position,
                    list(chunk.heading_path),
                    chunk.anchor,
                    chunk.text,
                    chunk.token_count,
                    Vector(embedding),
                )
            )
