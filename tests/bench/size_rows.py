"""Writes a million chunks by COPY, as the store does for one document at a time."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector

from assistant.embedding.base import Vectors
from assistant.vector_store.base import KnowledgeSet

CHUNKS_A_DOCUMENT = 1_000
TOKENS = 10


def write_rows(
    connection: psycopg.Connection[Any], chosen: KnowledgeSet, texts: Sequence[str], vectors: Vectors
) -> None:
    """The texts with their vectors, in documents of a thousand chunks, one transaction each."""
    register_vector(connection)
    for start in range(0, len(texts), CHUNKS_A_DOCUMENT):
        end = min(len(texts), start + CHUNKS_A_DOCUMENT)
        with connection.transaction():
            _write_document(connection, chosen, start, texts[start:end], vectors[start:end])


def _write_document(
    connection: psycopg.Connection[Any], chosen: KnowledgeSet, start: int, texts: Sequence[str], vectors: Vectors
) -> None:
    row = connection.execute(
        "insert into documents (knowledge_set_id, uri, title, content_hash, source_uri)"
        " values (%s, %s, 'windows', '', '') returning id",
        [chosen.id, f"windows-{start}"],
    ).fetchone()
    assert row is not None
    ids = [
        number
        for (number,) in connection.execute(
            "select nextval(pg_get_serial_sequence('chunks', 'id')) from generate_series(1, %s)", [len(texts)]
        )
    ]
    columns = "id, knowledge_set_id, document_id, position, heading_path, anchor, text, token_count, key"
    with connection.cursor() as cursor:
        with cursor.copy(f"copy chunks ({columns}) from stdin (format binary)") as copy:
            copy.set_types(("int8", "int8", "int8", "int4", "text[]", "text", "text", "int4", "bytea"))
            for place, (chunk_id, text) in enumerate(zip(ids, texts, strict=True)):
                # Every second position: windows are no neighbours of each other.
                key = blake2b(text.encode(), digest_size=16).digest()
                copy.write_row((chunk_id, chosen.id, row[0], 2 * place, [], "", text, TOKENS, key))
        with cursor.copy("copy embeddings (chunk_id, space_id, ordinal, embedding) from stdin (format binary)") as copy:
            copy.set_types(("int8", "int8", "int2", "vector"))
            for chunk_id, vector in zip(ids, vectors, strict=True):
                copy.write_row((chunk_id, chosen.space.id, 0, Vector(vector)))
