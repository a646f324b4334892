"""The nearest chunks of one knowledge set, for several vectors in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg
from pgvector import Vector
from psycopg.adapt import PyFormat
from psycopg.sql import SQL, Composed, Literal, Placeholder

from assistant.embedding.base import Vectors
from assistant.vector_store import statements
from assistant.vector_store.base import RetrievedChunk
from assistant.vector_store.knowledge_set import KnowledgeSet

# pgvector looks at this many candidates. Measured on some thousand chunks only: there it finds what exact search does.
MIN_EF_SEARCH = 100
MAX_EF_SEARCH = 1000


def search_set(
    connection: psycopg.Connection[Any], chosen: KnowledgeSet, embeddings: Vectors, top_ks: Sequence[int]
) -> list[list[RetrievedChunk]]:
    """The chunks of `chosen` for each embedding."""
    most = max(top_ks)
    values: dict[str, Any] = {"ef_search": str(min(MAX_EF_SEARCH, max(MIN_EF_SEARCH, 2 * most)))}
    values |= {f"embedding_{number}": Vector(embedding) for number, embedding in enumerate(embeddings, start=1)}
    found: list[list[RetrievedChunk]] = [[] for _ in top_ks]
    for ordinal, chunk_id, uri, title, heading_path, *rest in connection.execute(
        search_statement(chosen, tuple(top_ks)), values
    ):
        anchor, text, distance = rest
        heading = " > ".join(heading_path)
        found[ordinal - 1].append(RetrievedChunk(chunk_id, uri, title, heading, anchor, text, float(distance)))
    return found


@lru_cache(maxsize=256)
def search_statement(chosen: KnowledgeSet, top_ks: tuple[int, ...]) -> Composed:
    """SEARCH_MANY for these numbers of chunks; wants `ef_search` and `embedding_1` … as values."""
    dimension = Literal(chosen.dimension)
    rows = [
        statements.SEARCH_ROW.format(
            ordinal=Literal(number),
            top_k=Literal(top_k),
            embedding=Placeholder(f"embedding_{number}", PyFormat.BINARY),
            dimension=dimension,
        )
        for number, top_k in enumerate(top_ks, start=1)
    ]
    return statements.SEARCH_MANY.format(
        wanted=SQL(", ").join(rows), dimension=dimension, set_id=Literal(chosen.id), most=Literal(max(top_ks))
    )
