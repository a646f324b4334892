"""The real store keeps the contract, makes its index at the end, and survives what others do at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from assistant.database import open_pool, open_reader_pool
from assistant.embedding.base import Vectors
from assistant.errors import ConfigurationError, DatabaseUnavailable
from assistant.vector_store.base import SetOptions
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.pgvector import PgVectorStore
from tests.contracts.vector_store_contract import (
    MODEL,
    Store,
    VectorStoreContract,
    chunk,
    document,
    search,
    store_chunks,
    store_texts,
    texts_found,
    unit,
)


class BothPorts(PgVectorStore, PgChunkSearch):
    """Writes as the owner, and searches as the reader."""

    def __init__(self, owners: ConnectionPool, readers: ConnectionPool) -> None:
        PgVectorStore.__init__(self, owners)
        self._search = PgChunkSearch(readers)
        self.search_many = self._search.search_many  # type: ignore[method-assign]


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with open_pool(database_url, max_size=8) as pool:
        yield pool


@pytest.fixture
def store(pool: ConnectionPool, database_url: str) -> Iterator[Store]:
    with open_reader_pool(database_url, max_size=8) as readers:
        yield BothPorts(pool, readers)


@pytest.fixture
def sql(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


class TestPgVectorStore(VectorStoreContract):
    pass


def random_units(rows: int, dimension: int = 8) -> Vectors:
    vectors = np.random.default_rng(7).normal(size=(rows, dimension)).astype(np.float32)
    normed: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normed


def load(store: Store, count: int, options: SetOptions | None = None) -> None:
    """A document of so many chunks."""
    opened = store.open_set("default", MODEL, options or SetOptions())
    chunks = {chunk(str(number)): vector for number, vector in enumerate(random_units(count))}
    store_chunks(store, document("a.md"), chunks)
    store.finish_loading(opened)


def indexes(sql: psycopg.Connection) -> list[str]:
    rows = sql.execute("select indexdef from pg_indexes where indexname like 'embeddings_space_%'").fetchall()
    return [row[0] for row in rows]


def test_small_set_has_no_index(store: Store, sql: psycopg.Connection) -> None:
    """It is searched exactly, and as fast."""
    load(store, 999)
    assert indexes(sql) == []


@pytest.mark.parametrize(
    ("precision", "expected"), [("float32", "vector_cosine_ops"), ("float16", "halfvec_cosine_ops")]
)
def test_index_is_made_once_loading_is_finished(
    store: Store, sql: psycopg.Connection, precision: str, expected: str
) -> None:
    """In the precision of the set; it is made once."""
    load(store, 1000, SetOptions(index_precision=precision))  # type: ignore[arg-type]
    [definition] = indexes(sql)
    assert expected in definition
    opened = store.find_set("default")
    assert opened is not None
    store.finish_loading(opened)
    assert indexes(sql) == [definition]


def test_other_precision_makes_another_index(store: Store, sql: psycopg.Connection) -> None:
    """The next loading makes it anew."""
    load(store, 1000)
    opened = store.open_set("default", MODEL, SetOptions(index_precision="float16"))
    assert indexes(sql) == []
    store.finish_loading(opened)
    [definition] = indexes(sql)
    assert "halfvec_cosine_ops" in definition


def test_unknown_language_is_refused(store: Store) -> None:
    """PostgreSQL has no configuration of that name."""
    with pytest.raises(ConfigurationError, match="klingon"):
        store.open_set("default", MODEL, SetOptions(text_search="klingon"))
    assert store.find_set("default") is None


def test_prompts_of_the_last_release_are_recorded_when_a_set_is_opened(store: Store, sql: psycopg.Connection) -> None:
    """It had not recorded them."""
    store.open_set("default", MODEL)
    sql.execute("update embedding_spaces set query_prompt = null, passage_prompt = null")
    opened = store.open_set("default", MODEL)
    assert (opened.space.query_prompt, opened.space.passage_prompt) == (MODEL.query_prompt, MODEL.passage_prompt)


def test_two_processes_may_create_the_same_set(database_url: str, sql: psycopg.Connection) -> None:
    """Two pools, one name: one set, one space, both documents."""
    barrier = Barrier(2)

    def ingest(number: int) -> None:
        with open_pool(database_url, max_size=1) as pool:
            barrier.wait()
            store_texts(PgVectorStore(pool), f"{number}.md", {"text": unit(1)})

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(ingest, range(2)))
    counts = sql.execute(
        "select (select count(*) from knowledge_sets), (select count(*) from embedding_spaces),"
        " (select count(*) from documents)"
    ).fetchone()
    assert counts == (1, 1, 2)


def test_failed_replacement_leaves_the_old_document(store: Store) -> None:
    """All or nothing: the copy broke off, so the old text is still found and the new is not."""
    store_texts(store, "a.md", {"old": unit(1)})
    with pytest.raises(DatabaseUnavailable):
        store_texts(store, "a.md", {"new": unit(1), "Postgres takes no \0 in a text": unit(0, 1)})
    assert texts_found(store) == ["old"]


def test_search_never_sees_half_a_replacement(store: Store, database_url: str) -> None:
    """While one thread replaces a document over and over, each search sees exactly one whole version."""
    vectors = random_units(20)

    def version(number: int) -> dict[str, Vectors]:
        return {f"{number} {place}": vector for place, vector in enumerate(vectors)}

    def replace() -> None:
        with open_pool(database_url, max_size=1) as pool:
            for number in range(30):
                store_texts(PgVectorStore(pool), "a.md", version(number))

    store_texts(store, "a.md", version(-1))
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(replace)
        while not running.done():
            found = search(store, vectors[0], 100)
            versions = {hit.text.split()[0] for hit in found}
            assert (len(found), len(versions)) == (20, 1)
        running.result()


def test_lost_database_is_told_as_such(store: Store, sql: psycopg.Connection) -> None:
    """The driver's error is translated, and names the setting."""
    sql.execute("drop table chunks cascade")
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL"):
        store_texts(store, "a.md", {"one": unit(1)})
