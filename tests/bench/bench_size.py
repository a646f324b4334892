"""How search grows with the knowledge set: 10,000 to 1,000,000 chunks of real text (see size_corpus.py).

`python -m tests.bench.bench_size --sizes 10000,100000,1000000`: for each size and precision, the time to write the rows
and to build the index, the sizes of both, recall@5 against exact search, and p50 and p99 of 1,000 searches, dense and
fused. Keeps build/bench/size.json, draws build/bench/size.png. Vectors are made once and kept; the database is the
embedded one, in a folder that is removed afterwards.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psycopg
from rich.console import Console
from rich.table import Table

from assistant.database import migrate, open_pool, open_reader_pool
from assistant.embedded import Part, embedded_stack
from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.embedding.model_location import EMBEDDED_MODEL
from assistant.vector_store.base import ChunkSearch, IndexPrecision, KnowledgeSet, Query, SetOptions, Ways
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.pgvector import PgVectorStore
from assistant.vector_store.scope import Scope
from tests.bench import plots, size_corpus
from tests.bench.figures import Figures, keep_series, percentile
from tests.bench.size_rows import write_rows

PRECISIONS: tuple[IndexPrecision, ...] = ("float32", "float16")
TOP_K = 5
MAIN_SIZE, SMALL_SIZE = 1_000_000, 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--precisions", default=",".join(PRECISIONS))
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    texts = size_corpus.texts(max(sizes))
    vectors = size_corpus.vectors(max(sizes))
    questions = size_corpus.queries()
    asked = [Query(text, row, TOP_K) for text, row in zip(questions, size_corpus.embed(questions), strict=True)]
    points: list[Figures] = []
    for precision in options.precisions.split(","):
        for size in sizes:
            points.append(_measure(precision, texts[:size], vectors[:size], asked))
            keep_series("size", points)
            _show(points)
    plots.search_against_size()


def _measure(precision: IndexPrecision, texts: Sequence[str], vectors: Vectors, asked: Sequence[Query]) -> Figures:
    """One size in one precision, in a database of its own."""
    with tempfile.TemporaryDirectory() as home, embedded_stack(Path(home), [Part.POSTGRES]) as urls:
        migrate(urls.database_url)
        with open_pool(urls.database_url, 1) as pool, open_reader_pool(urls.database_url, 1) as readers:
            store, search = PgVectorStore(pool), PgChunkSearch(readers)
            model = EmbeddingModel(EMBEDDED_MODEL, vectors.shape[1])
            chosen = store.open_set("size", model, SetOptions(index_precision=precision))
            started = time.monotonic()
            with pool.connection() as connection:
                write_rows(connection, chosen, texts, vectors)
            written = time.monotonic()
            store.finish_loading(chosen)
            built = time.monotonic()
            with pool.connection() as connection:
                sizes = _sizes(connection, chosen)
            return {
                "chunks": len(texts),
                "precision": precision,
                "rows, s": written - started,
                "index, s": built - written,
                **sizes,
                "recall@5": _recall(search, vectors, texts, asked),
                **_times(search, asked, "dense"),
                **_times(search, asked, "fused"),
            }


def _sizes(connection: psycopg.Connection, chosen: KnowledgeSet) -> Figures:
    row = connection.execute(
        "select pg_relation_size(%s), pg_total_relation_size('embeddings') + pg_total_relation_size('chunks'),"
        " pg_relation_size('chunks_search_vector')",
        [f"embeddings_space_{chosen.space.id}"],
    ).fetchone()
    assert row is not None
    megabytes = [int(size) / 1e6 for size in row]
    return {"index, MB": megabytes[0], "all, MB": megabytes[1], "full-text index, MB": megabytes[2]}


def _recall(search: ChunkSearch, vectors: Vectors, texts: Sequence[str], asked: Sequence[Query]) -> float:
    """The share of the 5 nearest that a dense search finds. Vectors may be equal: as near as the fifth counts."""
    found = nearest = 0
    for query in asked:
        exact = np.sort(1 - vectors @ query.embedding)[:TOP_K] if len(vectors) <= TOP_K else _smallest(vectors, query)
        [results] = search.search_many(Scope(("size",)), EMBEDDED_MODEL, [query], "dense")
        limit = exact[-1] + 1e-5
        found += min(TOP_K, sum(result.distance <= limit for result in results))
        nearest += len(exact)
    return found / nearest


def _smallest(vectors: Vectors, query: Query) -> Vectors:
    distances = 1 - vectors @ query.embedding
    smallest: Vectors = np.sort(np.partition(distances, TOP_K)[:TOP_K])
    return smallest


def _times(search: ChunkSearch, asked: Sequence[Query], way: Ways) -> Figures:
    """After a first round, which fills the caches."""
    spent: list[float] = []
    for warm in (False, True):
        for query in asked:
            started = time.perf_counter()
            search.search_many(Scope(("size",)), EMBEDDED_MODEL, [query], way)
            if warm:
                spent.append((time.perf_counter() - started) * 1000)
    return {f"{way} p50, ms": percentile(spent, 50), f"{way} p99, ms": percentile(spent, 99)}


def _show(points: Sequence[Figures]) -> None:
    table = Table(*points[0], title="size")
    for point in points:
        table.add_row(*(f"{value:.3f}" if isinstance(value, float) else str(value) for value in point.values()))
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
