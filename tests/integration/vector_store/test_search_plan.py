"""Searches go through their indexes, find what exact search finds, and leave the connection as it was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from psycopg_pool import ConnectionPool

from assistant.database import open_pool, open_reader_pool
from assistant.embedding.base import Vectors
from assistant.vector_store.base import IndexPrecision, Query, SetOptions
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.scope import Scope
from assistant.vector_store.search_sql import Plan, SearchedSpace, search_statement
from tests.integration.vector_store.library import MODEL, Library, passage, unit

ALL = Scope(("default",))
ONLY_INDEXES = "&options=-c%20enable_seqscan%3Doff%20-c%20enable_sort%3Doff"


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with open_pool(database_url, max_size=1) as opened:
        yield opened


@pytest.fixture
def library(pool: ConnectionPool) -> Library:
    return Library(pool)


@pytest.fixture
def indexed_search(database_url: str) -> Iterator[PgChunkSearch]:
    """One that the planner makes use the index wherever it can be used."""
    with open_reader_pool(database_url + ONLY_INDEXES, max_size=1) as readers:
        yield PgChunkSearch(readers)


def random_units(rows: int) -> Vectors:
    vectors = np.random.default_rng(7).normal(size=(rows, MODEL.dimension)).astype(np.float32)
    normed: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normed


def put(library: Library, vectors: Vectors, precision: IndexPrecision = "float32") -> None:
    """A chunk a vector, with its number as its text."""
    chunks = [(passage(str(number), str(number)), [row]) for number, row in enumerate(vectors)]
    library.put("numbers.md", chunks, options=SetOptions(index_precision=precision))


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_search_agrees_with_exact_search(
    library: Library, indexed_search: PgChunkSearch, precision: IndexPrecision
) -> None:
    """The nearest of 2,000 chunks, with the index's precision, and their distances exactly."""
    vectors = random_units(2000)
    put(library, vectors, precision)
    library.finish()
    turned = vectors[:50] + np.float32(0.1)
    queries = turned / np.linalg.norm(turned, axis=1, keepdims=True)
    exact = [{str(number) for number in np.argsort(-(vectors @ query))[:5]} for query in queries]
    found = indexed_search.search_many(ALL, MODEL.name, [Query("", query, 5) for query in queries])
    common = sum(len(wanted & {hit.text for hit in hits}) for wanted, hits in zip(exact, found, strict=True))
    assert common >= 0.98 * 250
    for query, hits in zip(queries, found, strict=True):
        assert [hit.distance for hit in hits] == pytest.approx(
            [float(1 - vectors[int(hit.text)] @ query) for hit in hits], abs=1e-5
        )


def test_a_prepared_search_uses_the_index_by_itself(library: Library, pool: ConnectionPool) -> None:
    """Among 10,000 chunks the planner chooses the index of the vectors, with the plan that serves all searches (a
    generic one), also where row-level security has its say."""
    put(library, random_units(10_000))
    library.finish()
    with pool.connection() as connection:
        row = connection.execute("select knowledge_set_id, id from embedding_spaces").fetchone()
        assert row is not None
        plan = Plan((SearchedSpace(row[0], row[1], "float32"),), MODEL.dimension, (5,), 40, "fused", has_tags=False)
        text = search_statement(plan).as_string(connection)
        for number, name in enumerate(("content_1", "tags"), start=2):
            text = text.replace(f"%({name})s", f"${number}")
        text = text.replace("%(embedding_1)b", "$1")
        connection.execute("set plan_cache_mode = force_generic_plan")
        connection.execute("set role llamadesk_reader")
        connection.execute(f"prepare search (vector, text, jsonb) as {text}".encode())
        execute = f"explain execute search ('{unit(1).tolist()}', 'x', '{{}}')"
        lines = connection.execute(execute.encode()).fetchall()
        connection.execute("reset role")
        connection.execute("reset plan_cache_mode")
    assert f"Index Scan using embeddings_space_{row[1]} " in "\n".join(line for (line,) in lines)


def test_the_settings_hold_for_the_search_alone(library: Library, database_url: str) -> None:
    """More candidates than pgvector's 40 are looked at, and the connection is left as it was."""
    vectors = random_units(2000)
    put(library, vectors)
    library.finish()
    with open_reader_pool(database_url + ONLY_INDEXES, max_size=1) as readers:
        found = PgChunkSearch(readers).search_many(ALL, MODEL.name, [Query("", vectors[0], 300)])
        with readers.connection() as connection:
            names = ("hnsw.ef_search", "hnsw.iterative_scan", "llamadesk.audiences")
            left = [connection.execute(f"show {name}").fetchone() for name in names]
    assert (len(found[0]), left) == (300, [("40",), ("off",), ("",)])


def test_deleted_rows_do_not_crowd_out_the_living(library: Library, indexed_search: PgChunkSearch) -> None:
    """After many replacements with nearly the same vectors the index is full of dead entries; top_k is still filled."""
    vectors = random_units(1200)
    put(library, vectors)
    library.finish()
    for version in range(4):
        chunks = [(passage(f"{version} {number}", str(number)), [row]) for number, row in enumerate(vectors[:300])]
        library.put("numbers.md", chunks)
    [found] = indexed_search.search_many(ALL, MODEL.name, [Query("", vectors[0], 50)])
    assert (len(found), {hit.text.split()[0] for hit in found}) == (50, {"3"})
