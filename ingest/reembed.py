"""Moves knowledge sets to another embedding model, while questions are answered from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from psycopg_pool import ConnectionPool

from assistant.embedding.base import Embedder
from assistant.vector_store.base import IndexPrecision, KnowledgeSet
from assistant.vector_store.reembedding import Reembedding

BATCH_CHUNKS = 1024
GRACE_S = 5.0
"""Between the change and the removal of the old vectors: searches may know a set's old ones for a moment."""


def reembed(
    pool: ConnectionPool,
    knowledge_sets: Sequence[KnowledgeSet],
    embedder: Embedder,
    precision: IndexPrecision,
    on_embedded: Callable[[int, int], None],
    *,
    grace_s: float = GRACE_S,
) -> int:
    """Embed all chunks of the sets with another model, then let them be searched by it, all at once; gives how many
    chunks were embedded. What was embedded before an interruption is kept, and what is written meanwhile is embedded
    too. `on_embedded` is told how many of how many are done."""
    moves = [Reembedding.begin(pool, each, embedder.identity, precision) for each in knowledge_sets]
    embedded = 0
    while True:
        embedded += _embed_missing(moves, embedder, on_embedded)
        for move in moves:
            move.make_index()
        if Reembedding.go_live(pool, moves):
            break
    time.sleep(grace_s)
    for move in moves:
        move.remove_retired()
    return embedded


def _embed_missing(moves: Sequence[Reembedding], embedder: Embedder, on_embedded: Callable[[int, int], None]) -> int:
    counts = [move.chunk_count() for move in moves]
    total, done = sum(count[0] for count in counts), sum(count[1] for count in counts)
    on_embedded(done, total)
    embedded = 0
    for move in moves:
        while chunks := move.missing(BATCH_CHUNKS):
            texts = [text for stored in chunks for text in stored.chunk.embedded_texts]
            rows = embedder.embed_passages(texts)
            start, vectors = 0, {}
            for stored in chunks:
                end = start + len(stored.chunk.embedded_texts)
                vectors[stored.id] = rows[start:end]
                start = end
            move.store(vectors)
            embedded += len(chunks)
            on_embedded(min(total, done + embedded), total)
    return embedded
