"""Finds passages in Postgres, by the nearest vectors and by full text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from pgvector import Vector
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from assistant.database import storable
from assistant.errors import ConfigurationError
from assistant.vector_store import search_statements as statements
from assistant.vector_store.base import Query, RetrievedChunk, Ways
from assistant.vector_store.connections import vector_connection
from assistant.vector_store.found import FoundChunk
from assistant.vector_store.joined import joined
from assistant.vector_store.scope import Scope
from assistant.vector_store.search_sql import Plan, SearchedSpace, search_statement, shown

# pgvector looks at this many candidates.
MIN_EF_SEARCH = 100
MAX_EF_SEARCH = 1000
# Nearest vectors that are looked at before words count. With 20 the question-answer sets lost some thousandths.
LOOKED_AT = 40
_Spaces = tuple[SearchedSpace, ...]


class PgChunkSearch:
    """A ChunkSearch on a pool of connections of the role llamadesk_reader (see database.open_reader_pool), which stays
    the caller's to close."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._known: dict[tuple[tuple[str, ...], str, int], _Spaces] = {}

    def search_many(
        self, scope: Scope, model_name: str, queries: Sequence[Query], ways: Ways = "fused"
    ) -> list[list[RetrievedChunk]]:
        """One round trip once the knowledge sets are known.

        What is known of them never goes stale unseen: ids are never given again, and the statement finds nothing unless
        all of the spaces are still live, which makes us look again.
        """
        if any(query.top_k < 1 for query in queries):
            raise ValueError("top_k must be at least 1")
        if not queries or not scope.knowledge_sets:
            return [[] for _ in queries]
        dimension = int(queries[0].embedding.size)
        key = (scope.knowledge_sets, model_name, dimension)
        known = self._known.get(key)
        with vector_connection(self._pool) as connection:
            found = _search(connection, known, scope, queries, ways) if known else []
            if any(found):
                return found
            chosen = _find_spaces(connection, scope, model_name, dimension)
            if len(chosen) == len(set(scope.knowledge_sets)):
                self._known[key] = chosen
            if not chosen:
                return [[] for _ in queries]
            return found if chosen == known else _search(connection, chosen, scope, queries, ways)


def _find_spaces(connection: psycopg.Connection[Any], scope: Scope, model_name: str, dimension: int) -> _Spaces:
    """Of the sets that there are. Raises ConfigurationError where one is of another model."""
    rows = connection.execute(statements.FIND_SETS, {"names": list(scope.knowledge_sets)}).fetchall()
    for name, _, _, set_model, set_dimension, _ in rows:
        if (set_model, set_dimension) != (model_name, dimension):
            raise ConfigurationError(
                f"knowledge set {name!r} was made with embedding model {set_model} ({set_dimension} dimensions), and"
                f" can't be searched with {model_name} ({dimension} dimensions): set EMBEDDING_MODEL={set_model},"
                " choose other knowledge sets, or run `ingest reembed`"
            )
    return tuple(SearchedSpace(set_id, space_id, precision) for _, set_id, space_id, _, _, precision in rows)


def _search(
    connection: psycopg.Connection[Any], spaces: _Spaces, scope: Scope, queries: Sequence[Query], ways: Ways
) -> list[list[RetrievedChunk]]:
    top_ks = tuple(query.top_k for query in queries)
    looked_at = max(LOOKED_AT, 2 * shown(max(top_ks)))
    values: dict[str, Any] = {
        "ef_search": str(min(MAX_EF_SEARCH, max(MIN_EF_SEARCH, looked_at))),
        "audiences": list(scope.audiences),
        "tags": Jsonb(dict(scope.tags)),
    }
    for number, query in enumerate(queries, start=1):
        values |= {f"embedding_{number}": Vector(query.embedding), f"content_{number}": storable(query.text)}
    plan = Plan(spaces, int(queries[0].embedding.size), top_ks, looked_at, ways, bool(scope.tags))
    rows: list[list[FoundChunk]] = [[] for _ in queries]
    with connection.pipeline():  # one round trip, and one transaction for both
        connection.execute(statements.SETTINGS, values)
        cursor = connection.execute(search_statement(plan), values)
    for ordinal, chunk_id, document_id, uri, title, heading_path, *rest in cursor:
        rows[ordinal - 1].append(FoundChunk(chunk_id, document_id, uri, title, tuple(heading_path), *rest))
    return [joined(found, top_k) for found, top_k in zip(rows, top_ks, strict=True)]
