"""Llamadesk takes the same pages in and finds: run by bench_llamaindex, in and out as llamaindex_contender."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from assistant.database import migrate, open_pool
from assistant.embedding.base import Embedder
from assistant.vector_store.base import Query
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.pgvector import PgVectorStore
from assistant.vector_store.scope import Scope
from ingest.pipeline import Destination, Pipeline
from ingest.reading.base import SourceFile
from ingest.reading.reader import ChildReader
from ingest.split import SplitOptions, Splitter
from tests.bench.measured_embedder import MeasuredEmbedder, embedder_in
from tests.bench.usage import cpu_s


def main() -> None:
    wanted = json.load(sys.stdin)
    embedder = MeasuredEmbedder(embedder_in(wanted["precision"], Path(wanted["cache"])))
    embedder.embed_queries(["warm up"])
    migrate(wanted["database_url"])
    with open_pool(wanted["database_url"], max_size=4) as pool, ChildReader() as reader:
        store = PgVectorStore(pool)
        knowledge_set = store.open_set(wanted["name"], embedder.identity)
        options = SplitOptions(wanted["chunk_tokens"], wanted["chunk_overlap"])
        pipeline = Pipeline(reader, Splitter(embedder, options), embedder, Destination(store, knowledge_set))
        started, worked = time.perf_counter(), cpu_s(psutil.Process())
        sources = [SourceFile(page, Path(page).name, Path(page)) for page in wanted["pages"]]
        chunks = sum(outcome.chunk_count for outcome in pipeline.run(sources))
        seconds, used = time.perf_counter() - started, cpu_s(psutil.Process()) - worked
        times = asked(PgChunkSearch(pool), embedder, wanted["name"], wanted["questions"])
    figures = {
        "chunks": chunks,
        "tokens": sum(min(embedder.count_tokens(text), wanted["chunk_tokens"]) for text in embedder.texts),
        "seconds": seconds,
        "cpu_s": used,
        "share_in_model": embedder.seconds / seconds,
        "query_ms": times,
    }
    print(json.dumps(figures))


def asked(search: PgChunkSearch, embedder: Embedder, name: str, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each question, embedding and search."""
    times = []
    for question in questions:
        started = time.perf_counter()
        [vector] = embedder.embed_queries([question])
        [found] = search.search_many(Scope((name,)), embedder.model_name, [Query(question, vector, 5)])
        times.append((time.perf_counter() - started) * 1000)
        assert found
    return times


if __name__ == "__main__":
    main()
