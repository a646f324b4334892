"""How often the right passage is found, on every set of the shared data: by vectors, by full text, by both, reranked.

`python -m tests.bench.bench_retrieval [--set NAME …] [--questions N] [--reranker FOLDER …] [--write-docs]`: takes each
set's documents in with `ingest add` into a database of its own, asks its questions, and prints one table, which
`--write-docs` puts into docs/retrieval.md. Query vectors are by the model that ingest uses, EMBEDDING_MODEL and
ASSISTANT_EMBEDDING_PRECISION. Of several rerankers each set gets the first that was not trained on it (see
train_reranker); with rerankers only the fused order and the reranked one are measured, into a table of their own.
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
from assistant.rerank import RERANKED, Reranker
from assistant.retrieve import reranked
from assistant.vector_store.base import ChunkSearch, Query, RetrievedChunk, Ways
from assistant.vector_store.scope import Scope
from tests.bench.figures import keep
from tests.bench.pages import write_table
from tests.bench.recall import DATA, DEEPEST, MEASURES, QuestionSet, measures, question_sets, set_names
from tests.bench.tried_reranker import TriedReranker

PAGE = Path(__file__).resolve().parents[2] / "docs" / "retrieval.md"
TOGETHER = 20
"""Questions a search."""


@dataclass(frozen=True, slots=True)
class Row:
    """MEASURES of one set, one way."""

    title: str
    questions: int
    way: str
    values: tuple[float, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return self.title, str(self.questions), self.way, *(f"{value:.3f}" for value in self.values)


@dataclass(frozen=True, slots=True)
class Searching:
    """What searches, and with which models."""

    search: ChunkSearch
    embedder: Embedder
    rerankers: Sequence[TriedReranker]
    questions: int | None

    def reranker(self, name: str) -> Reranker | None:
        """One that has not seen the set of that name."""
        return next((each.reranker for each in self.rerankers if name not in each.seen), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="names", action="append", choices=set_names(), help="only this set; repeatable")
    parser.add_argument("--questions", type=int, help="ask at most so many of each set, chosen at random")
    parser.add_argument(
        "--reranker",
        dest="rerankers",
        action="append",
        default=[],
        help="a cross-encoder's folder, or its name on the model hub; repeatable",
    )
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/retrieval.md")
    options = parser.parse_args()
    rerankers = [TriedReranker.of(model) for model in options.rerankers]
    with tempfile.TemporaryDirectory() as home, embedded_stack(Path(home), [Part.POSTGRES]) as urls:
        os.environ |= {"DATABASE_URL": urls.database_url, "ASSISTANT_HOME": home}
        migrate(urls.database_url)
        settings = load_settings()
        embedder = wiring.embedder(settings)
        with wiring.chunk_search(settings) as search:
            searching = Searching(search, embedder, rerankers, options.questions)
            names = options.names or set_names()
            rows = [row for name in names for row in _set_rows(name, searching)]
    _show(rows)
    model = f"{embedder.identity.name}, {settings.embedding_precision}"
    table = "reranked" if rerankers else "measured"
    keep(f"retrieval-{table}", {"model": model, "rows": [_kept(row) for row in rows]})
    if options.write_docs:
        note = f"Measured with {model}; {datetime.now(UTC):%Y-%m-%d}."
        write_table(PAGE, table, note, ("set", "questions", "way", *MEASURES), [row.cells for row in rows])


def _set_rows(name: str, searching: Searching) -> Iterator[Row]:
    add = [sys.executable, "-m", "ingest", "add", str(DATA / name / "docs"), "--knowledge-set", name, "--json"]
    subprocess.run(add, stdout=subprocess.DEVNULL, check=True)
    _drop_indexes()
    reranker = searching.reranker(name)
    for questions in question_sets(name, searching.questions):
        vectors = searching.embedder.embed_queries([asked.query for asked in questions.questions])
        depth = RERANKED if reranker else DEEPEST
        queries = [Query(a.query, v, depth) for a, v in zip(questions.questions, vectors, strict=True)]
        if reranker is None:
            for way in get_args(Ways):
                yield _row(questions, way, _found(searching, name, queries, way))
            continue
        found = _found(searching, name, queries, "fused")
        yield _row(questions, "fused", found)
        again = [reranked(reranker, query.text, each) for query, each in zip(queries, found, strict=True)]
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
        table.add_row(*row.cells)
    Console().print(table)


if __name__ == "__main__":
    main()
