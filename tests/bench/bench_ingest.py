"""How fast documents go in and are found: `python -m tests.bench.bench_ingest [--documents 60] [--queries 200]
[--precision float32]`.

Real pages, the real embedding model, a reader in its child process, embedded Postgres. "share in the model" is the part
of the time of taking in during which the model works, the rest being ours and the database's alone. "again" takes the
same documents in once more, by what is known of their chunks: a sync would not even read them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from assistant.database import migrate, open_pool
from assistant.embedded import Part, embedded_stack
from assistant.vector_store.base import ChunkSearch, Query, VectorStore
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.pgvector import PgVectorStore
from assistant.vector_store.scope import Scope
from ingest.pipeline import Destination, Pipeline
from ingest.reading.base import SourceFile
from ingest.reading.reader import ChildReader
from ingest.split import SplitOptions, Splitter
from tests.bench.figures import FOLDER, percentile, report
from tests.bench.measured_embedder import MeasuredEmbedder, embedder_in

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "service-dialogues"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--precision", choices=["int8", "float32"], default="int8")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        parser.exit(message=f"bench_ingest: skipped, no data at {DATA}\n")
    embedder = MeasuredEmbedder(embedder_in(arguments.precision, FOLDER / "exported"))
    embedder.embed_queries(["warm up"])
    with tempfile.TemporaryDirectory() as home, embedded_stack(Path(home), [Part.POSTGRES]) as urls:
        migrate(urls.database_url)
        with open_pool(urls.database_url, max_size=4) as pool:
            figures = taken_in(embedder, PgVectorStore(pool), arguments.documents)
            figures |= found(embedder, PgChunkSearch(pool), arguments.queries)
    report("ingest", figures)


def taken_in(embedder: MeasuredEmbedder, store: VectorStore, documents: int) -> dict[str, float | int | str]:
    """The same documents for the first time, and once more over themselves."""
    paths = sorted((DATA / "docs").glob("*.md"))[:documents]
    destination = Destination(store, store.open_set("bench", embedder.identity))
    figures: dict[str, float | int | str] = {"documents": len(paths)}
    with ChildReader() as reader:
        pipeline = Pipeline(reader, Splitter(embedder, SplitOptions()), embedder, destination)
        for name in ("first", "again"):
            embedder.seconds = 0.0
            started = time.perf_counter()
            outcomes = list(pipeline.run(SourceFile(str(path), path.name, path) for path in paths))
            seconds = time.perf_counter() - started
            chunks = sum(outcome.chunk_count for outcome in outcomes)
            figures |= {
                f"chunks, {name}": chunks,
                f"chunks embedded, {name}": sum(outcome.new_chunks for outcome in outcomes),
                f"chunks/s, {name}": chunks / seconds,
                f"share in the model, {name}": embedder.seconds / seconds,
            }
    return figures


def found(embedder: MeasuredEmbedder, search: ChunkSearch, count: int) -> dict[str, float | int | str]:
    """One query after the other: embedding and search, and the search alone."""
    lines = (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:count]
    queries = [json.loads(line)["query"] for line in lines]
    whole, searched = [], []
    for query in queries:
        started = time.perf_counter()
        [vector] = embedder.embed_queries([query])
        embedded = time.perf_counter()
        search.search_many(Scope(("bench",)), embedder.model_name, [Query(query, vector, 5)])
        ended = time.perf_counter()
        whole.append((ended - started) * 1000)
        searched.append((ended - embedded) * 1000)
    named = {"embed + search": whole, "search": searched}
    return {f"{name} p{p}, ms": percentile(times, p) for name, times in named.items() for p in (50, 99)}


if __name__ == "__main__":
    main()
