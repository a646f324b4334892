"""How search grows with the knowledge set: 10,000 to 1,000,000 chunks of real text (see size_corpus.py).

`python -m tests.bench.bench_size --sizes 10000,100000,1000000`: for each size and precision, the time to write the rows
and to build the index, the sizes of both, recall@5 against exact search, and p50 and p99 of 1,000 searches, dense and
fused. Keeps build/bench/size.json, with what earlier runs measured at other sizes, and draws build/bench/size.png.
Vectors are made once and kept; the database is the embedded one, in a folder that is removed afterwards.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import psycopg
from rich.console import Console
from rich.table import Table

from assistant.database import migrate, open_pool, open_reader_pool
from assistant.embedded import Part, embedded_stack
from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.embedding.model_location import EMBEDDED_MODEL
from assistant.vector_store.base import (
    ChunkSearch,
    IndexPrecision,
    KnowledgeSet,
    Query,
    RetrievedChunk,
    SetOptions,
    Ways,
)
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.found import FoundChunk
from assistant.vector_store.joined import joined
from assistant.vector_store.pgvector import PgVectorStore
from assistant.vector_store.scope import Scope
from assistant.vector_store.search_sql import shown
from tests.bench import plots, size_corpus
from tests.bench.figures import Figures, keep_series, kept, percentile
from tests.bench.size_rows import TOKENS, write_rows

PRECISIONS: tuple[IndexPrecision, ...] = ("float32", "float16")
TOP_K = 5
QUERIES_AT_ONCE = 50
SAME_DISTANCE = 1e-5
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
    for precision in options.precisions.split(","):
        for size in sizes:
            point = _measure(precision, texts[:size], vectors[:size], asked)
            points = sorted([*_others(point), point], key=_of_point)
            keep_series("size", points)
            _show(points)
    plots.search_against_size()


def _others(point: Figures) -> list[Figures]:
    """What earlier runs have measured at other sizes, or in the other precision."""
    try:
        return [other for other in kept("size")["points"] if _of_point(other) != _of_point(point)]
    except FileNotFoundError:
        return []


def _of_point(point: Figures) -> tuple[str, int]:
    return str(point["precision"]), int(point["chunks"])


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
    """The share of the passages of an exact search that a dense search finds. As near as the last of them counts."""
    found = wanted = 0
    for query, exact in zip(asked, _exact(vectors, texts, asked), strict=True):
        [results] = search.search_many(Scope(("size",)), EMBEDDED_MODEL, [query], "dense")
        limit = exact[-1].distance + SAME_DISTANCE
        found += min(len(exact), sum(result.distance <= limit for result in results))
        wanted += len(exact)
    return found / wanted


def _exact(vectors: Vectors, texts: Sequence[str], asked: Sequence[Query]) -> Iterator[list[RetrievedChunk]]:
    """What a search gives that looks at all vectors; windows that say the same are left out as there."""
    for start in range(0, len(asked), QUERIES_AT_ONCE):
        block = np.stack([query.embedding for query in asked[start : start + QUERIES_AT_ONCE]])
        for distances in (1 - vectors @ block.T).T:
            places = np.argpartition(distances, shown(TOP_K))[: shown(TOP_K)]
            nearest = sorted(places.tolist(), key=lambda place: float(distances[place]))
            yield joined([_chunk(place, texts[place], float(distances[place])) for place in nearest], TOP_K)


def _chunk(place: int, text: str, distance: float) -> FoundChunk:
    # No two are neighbours: see size_rows.
    return FoundChunk(place, 0, "", "", (), "", text, 2 * place, TOKENS, False, distance, 1 - distance)


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
