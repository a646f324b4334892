"""Searches, one or a file of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.embedding.base import QueryEmbedder
from assistant.vector_store import base
from assistant.vector_store.base import ChunkSearch, RetrievedChunk, Ways
from assistant.vector_store.scope import Scope
from ingest.errors import QueriesUnreadable, shown

BATCH_QUERIES = 256


@dataclass(frozen=True, slots=True)
class Query:
    """`id` is the caller's own, given back as it came."""

    id: str | int
    text: str


def read_queries(path: Path) -> list[Query]:
    """The queries of a JSON Lines file. Raises QueriesUnreadable, naming the line, before any is searched."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as exc:
        raise QueriesUnreadable(f"{shown(path)} can't be read ({exc.strerror or exc}): check its name") from exc
    return [_query(f"{shown(path)} line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]


def search_all(
    queries: Sequence[Query],
    embedder: QueryEmbedder,
    search: ChunkSearch,
    scope: Scope,
    *,
    top_k: int,
    ways: Ways = "fused",
) -> Iterator[tuple[Query, list[RetrievedChunk]]]:
    """Each query with the passages found for it, best first, in the order given."""
    for start in range(0, len(queries), BATCH_QUERIES):
        batch = queries[start : start + BATCH_QUERIES]
        vectors = embedder.embed_queries([query.text for query in batch])
        for query, vector in zip(batch, vectors, strict=True):
            [found] = search.search_many(scope, embedder.model_name, [base.Query(query.text, vector, top_k)], ways)
            yield query, found


def _query(place: str, line: bytes) -> Query:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as exc:
        reason = exc.msg if isinstance(exc, json.JSONDecodeError) else "not UTF-8, or nested too deep"
        raise QueriesUnreadable(f'{place} is no JSON ({reason}): each line must be {{"id": …, "query": "…"}}') from exc
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str | int) or isinstance(entry["id"], bool):
        raise QueriesUnreadable(
            f'{place} has no "id" that is a text or number: each line must be {{"id": …, "query": "…"}}'
        )
    if not isinstance(entry.get("query"), str) or not entry["query"].strip():
        raise QueriesUnreadable(f'{place} has no "query" text: each line must be {{"id": …, "query": "…"}}')
    return Query(entry["id"], entry["query"])
