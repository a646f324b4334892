"""How often the right passage is found, on every set of the shared data: by vectors, by full text, by both, reranked.

`python -m tests.bench.bench_retrieval [--set NAME …] [--reranker FOLDER] [--write-docs]`: takes each set's documents in
with `ingest add` into a database of its own, asks its questions, and prints one table; `--write-docs` puts it into
docs/retrieval.md. Query vectors are by the model that ingest uses, EMBEDDING_MODEL and ASSISTANT_EMBEDDING_PRECISION.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from assistant import wiring
from assistant.config import load_settings
from assistant.database import migrate
from assistant.embedded import Part, embedded_stack
from assistant.embedding.base import Embedder
from assistant.rerank import RERANKED, CrossEncoderReranker, Reranker
from assistant.retrieve import reranked
from assistant.vector_store.base import ChunkSearch, Query, RetrievedChunk, Ways
from assistant.vector_store.scope import Scope
from tests.bench.figures import keep
from tests.bench.recall import DATA, DEEPEST, MEASURES, QuestionSet, measures, question_sets, set_names

PAGE = Path(__file__).resolve().parents[2] / "docs" / "retrieval.md"
TOGETHER = 20
"""Questions a search."""
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """MEASURES of one set, one way."""

    title: str
    questions: int
    way: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Searching:
    """What searches, and with which models."""

    search: ChunkSearch
    embedder: Embedder
    reranker: Reranker | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="names", action="append", choices=set_names(), help="only this set; repeatable")
    parser.add_argument("--reranker", default="", help="a cross-encoder's folder, or its name on the model hub")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/retrieval.md")
    options = parser.parse_args()
    reranker = CrossEncoderReranker(options.reranker) if options.reranker else None
    with tempfile.TemporaryDirectory() as home, embedded_stack(Path(home), [Part.POSTGRES]) as urls:
        os.environ |= {"DATABASE_URL": urls.database_url, "ASSISTANT_HOME": home}
        migrate(urls.database_url)
        settings = load_settings()
        embedder = wiring.embedder(settings)
        with wiring.chunk_search(settings) as search:
            searching = Searching(search, embedder, reranker)
            names = options.names or set_names()
            rows = [row for name in names for row in _set_rows(name, searching)]
    _show(rows)
    model = f"{embedder.identity.name}, {settings.embedding_precision}"
    keep("retrieval", {"model": model, "rows": [_kept(row) for row in rows]})
    if options.write_docs:
        write_docs(rows, f"{model}; {datetime.now(UTC):%Y-%m-%d}")


def _set_rows(name: str, searching: Searching) -> Iterator[Row]:
    add = [sys.executable, "-m", "ingest", "add", str(DATA / name / "docs"), "--knowledge-set", name, "--json"]
    subprocess.run(add, stdout=subprocess.DEVNULL, check=True)
    _drop_indexes()
    for questions in question_sets(name):
        vectors = searching.embedder.embed_queries([asked.query for asked in questions.questions])
        depth = RERANKED if searching.reranker else DEEPEST
        queries = [Query(a.query, v, depth) for a, v in zip(questions.questions, vectors, strict=True)]
        for way in get_args(Ways):
            found = _found(searching, name, queries, way)
            yield _row(questions, way, found)
            if way == "fused" and searching.reranker is not None:
                again = [
                    reranked(searching.reranker, query.text, each) for query, each in zip(queries, found, strict=True)
                ]
                yield _row(questions, "reranked", again)


def _drop_indexes() -> None:
    """Search exactly: what an index loses is told by bench_size, and is another bit with each index that is made."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        named = connection.execute("select indexname from pg_indexes where indexname like 'embeddings_space_%'")
        for (name,) in named.fetchall():
            connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))


def _found(searching: Searching, name: str, queries: Sequence[Query], way: Ways) -> list[list[RetrievedChunk]]:
    scope, model = Scope((name,)), searching.embedder.model_name
    parts = [queries[start : start + TOGETHER] for start in range(0, len(queries), TOGETHER)]
    return [found for part in parts for found in searching.search.search_many(scope, model, part, way)]


def _row(questions: QuestionSet, way: str, found: list[list[RetrievedChunk]]) -> Row:
    row = Row(questions.title, len(questions.questions), way, measures(questions.questions, found))
    print(row, flush=True)  # all of it takes minutes
    return row


def _kept(row: Row) -> dict[str, object]:
    return {
        "set": row.title,
        "questions": row.questions,
        "way": row.way,
        **dict(zip(MEASURES, row.values, strict=True)),
    }


def _show(rows: list[Row]) -> None:
    table = Table("set", "questions", "way", *MEASURES, title="retrieval")
    for row in rows:
        table.add_row(row.title, str(row.questions), row.way, *(f"{value:.3f}" for value in row.values))
    Console().print(table)


def write_docs(rows: list[Row], conditions: str) -> None:
    """The table between the marks of docs/retrieval.md."""
    lines = [f"Measured with {conditions}.", "", f"| set | questions | way | {' | '.join(MEASURES)} |"]
    lines.append("|---|---|---|" + "---|" * len(MEASURES))
    for row in rows:
        values = " | ".join(f"{value:.3f}" for value in row.values)
        lines.append(f"| {row.title} | {row.questions} | {row.way} | {values} |")
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
