"""How fast documents go in and are found: `python -m tests.bench.bench_ingest [--documents 60] [--queries 200]`.

Real pages, the real embedding model, embedded Postgres. "share in the model" is the part of the time of taking in
that the model itself takes, the rest being ours and the database's.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from assistant.database import migrate, open_pool
from assistant.embedded import Part, embedded_stack
from assistant.embedding.base import Vectors
from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder
from assistant.vector_store.base import VectorStore
from assistant.vector_store.pgvector import PgVectorStore
from ingest.pipeline import Destination, Pipeline
from ingest.split import SplitOptions, Splitter
from tests.bench.figures import percentile, report

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "service-dialogues"


class TimedEmbedder:
    """The embedding model, with the time that it spends embedding passages."""

    def __init__(self) -> None:
        self._model = SentenceTransformerEmbedder()
        self.seconds = 0.0
        self.model_name = self._model.model_name
        self.dimension = self._model.dimension
        self.max_tokens = self._model.max_tokens
        self.count_tokens = self._model.count_tokens
        self.embed_queries = self._model.embed_queries

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        started = time.perf_counter()
        vectors = self._model.embed_passages(texts)
        self.seconds += time.perf_counter() - started
        return vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--queries", type=int, default=200)
    arguments = parser.parse_args()
    if not DATA.is_dir():
        parser.exit(message=f"bench_ingest: skipped, no data at {DATA}\n")
    embedder = TimedEmbedder()
    with tempfile.TemporaryDirectory() as home, embedded_stack(Path(home), [Part.POSTGRES]) as urls:
        migrate(urls.database_url)
        with open_pool(urls.database_url, max_size=2) as pool:
            store = PgVectorStore(pool)
            figures = taken_in(embedder, store, arguments.documents) | found(embedder, store, arguments.queries)
    report("ingest", figures)


def taken_in(embedder: TimedEmbedder, store: VectorStore, documents: int) -> dict[str, float | int | str]:
    """The same documents for the first time, and once more over themselves."""
    paths = sorted((DATA / "docs").glob("*.md"))[:documents]
    pipeline = Pipeline(embedder, Splitter(embedder, SplitOptions()), Destination(store, "bench"), max_document_mb=20)
    figures: dict[str, float | int | str] = {"documents": len(paths)}
    for name in ("first", "again"):
        embedder.seconds = 0.0
        started = time.perf_counter()
        chunks = sum(outcome.chunk_count for outcome in pipeline.run(paths))
        seconds = time.perf_counter() - started
        figures |= {
            f"chunks, {name}": chunks,
            f"chunks/s, {name}": chunks / seconds,
            f"share in the model, {name}": embedder.seconds / seconds,
        }
    return figures


def found(embedder: TimedEmbedder, store: VectorStore, count: int) -> dict[str, float | int | str]:
    """One query after the other: embedding and search, and the search alone."""
    lines = (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:count]
    queries = [json.loads(line)["query"] for line in lines]
    embedder.embed_queries(queries[:1])
    whole, search = [], []
    for query in queries:
        started = time.perf_counter()
        [vector] = embedder.embed_queries([query])
        embedded = time.perf_counter()
        store.search("bench", embedder.model_name, vector, 5)
        ended = time.perf_counter()
        whole.append((ended - started) * 1000)
        search.append((ended - embedded) * 1000)
    named = {"embed + search": whole, "search": search}
    return {f"{name} p{p}, ms": percentile(times, p) for name, times in named.items() for p in (50, 99)}


if __name__ == "__main__":
    main()
