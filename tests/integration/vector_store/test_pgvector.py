"""The real store keeps the contract, uses its index, and survives what other processes do at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import psycopg
import pytest
from pgvector import Vector
from pgvector.psycopg import register_vector
from psycopg_pool import ConnectionPool

from assistant.database import open_pool
from assistant.embedding.base import Vectors
from assistant.errors import ConfigurationError, DatabaseUnavailable
from assistant.vector_store.base import VectorStore
from assistant.vector_store.knowledge_set import KnowledgeSet
from assistant.vector_store.nearest import search_statement
from assistant.vector_store.pgvector import PgVectorStore
from tests.contracts.vector_store_contract import MODEL, VectorStoreContract, chunk, document, store_texts, unit


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with open_pool(database_url, max_size=8) as pool:
        yield pool


@pytest.fixture
def store(pool: ConnectionPool) -> VectorStore:
    return PgVectorStore(pool)


@pytest.fixture
def indexed_store(database_url: str) -> Iterator[VectorStore]:
    """Sequential scans are forbidden, so that even small sets are searched through their index."""
    with open_pool(f"{database_url}&options=-c%20enable_seqscan%3Doff", max_size=2) as pool:
        yield PgVectorStore(pool)


class TestPgVectorStore(VectorStoreContract):
    pass


def random_units(rows: int, dimension: int = 8) -> Vectors:
    vectors = np.random.default_rng(7).normal(size=(rows, dimension)).astype(np.float32)
    normed: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normed


def test_search_agrees_with_exact_search(indexed_store: VectorStore) -> None:
    """The nearest of 2,000 chunks, found through the index, are those that comparing with all of them finds."""
    vectors = random_units(2000)
    indexed_store.replace_document("default", MODEL, document("a.md"), [chunk(str(i)) for i in range(2000)], vectors)
    queries = vectors[:50] + 0.1
    exact = [{str(i) for i in np.argsort(-(vectors @ query))[:5]} for query in queries]
    found = [{hit.text for hit in indexed_store.search("default", MODEL, query, top_k=5)} for query in queries]
    common = sum(len(a & b) for a, b in zip(exact, found, strict=True))
    assert common >= 0.99 * 250


def test_the_plan_uses_the_index_of_the_knowledge_set(store: VectorStore, pool: ConnectionPool) -> None:
    """Sequential scans being forbidden, the partial index of this set serves the store's own query, not another's."""
    for name in ("first", "second"):
        vectors = random_units(1000)
        store.replace_document(name, MODEL, document("a.md"), [chunk(str(i)) for i in range(1000)], vectors)
    with pool.connection() as connection:
        row = connection.execute("select id from knowledge_sets where name = 'second'").fetchone()
        assert row is not None
        query = search_statement(KnowledgeSet(row[0], "second", MODEL, 8), (5, 5, 1))
        connection.execute("set enable_seqscan = off")
        register_vector(connection)
        values = {f"embedding_{number}": Vector(vectors[number]) for number in (1, 2, 3)} | {"ef_search": "100"}
        lines = connection.execute(b"explain " + query.as_bytes(connection), values).fetchall()
        connection.execute("reset enable_seqscan")
    assert f"Index Scan using chunks_embedding_{row[0]} " in "\n".join(line for (line,) in lines)


def test_a_prepared_search_uses_the_index_by_itself(store: VectorStore, pool: ConnectionPool) -> None:
    """Among 20,000 chunks the planner chooses the index, with the plan that serves all vectors (a generic one)."""
    vectors = random_units(20_000)
    store.replace_document("default", MODEL, document("a.md"), [chunk(str(i)) for i in range(20_000)], vectors)
    with pool.connection() as connection:
        connection.execute("analyze chunks")
        row = connection.execute("select id from knowledge_sets").fetchone()
        assert row is not None
        text = search_statement(KnowledgeSet(row[0], "default", MODEL, 8), (5,)).as_string(connection)
        text = text.replace("%(embedding_1)b", "$1").replace("%(ef_search)s", "$2")
        connection.execute("set plan_cache_mode = force_generic_plan")
        connection.execute(f"prepare search (vector, text) as {text}".encode())
        execute = f"explain execute search ('{vectors[0].tolist()}', '100')"
        lines = connection.execute(execute.encode()).fetchall()
        connection.execute("reset plan_cache_mode")
    assert f"Index Scan using chunks_embedding_{row[0]} " in "\n".join(line for (line,) in lines)


def test_the_settings_hold_for_the_search_alone(store: VectorStore, pool: ConnectionPool) -> None:
    """More candidates than pgvector's 40 are looked at, and the connection is left as it was."""
    vectors = random_units(2000)
    store.replace_document("default", MODEL, document("a.md"), [chunk(str(i)) for i in range(2000)], vectors)
    assert len(store.search("default", MODEL, vectors[0], top_k=300)) == 300
    with pool.connection() as connection:
        assert connection.execute("show hnsw.ef_search").fetchone() == ("40",)
        assert connection.execute("show hnsw.iterative_scan").fetchone() == ("off",)


def test_a_known_set_costs_one_statement(store: VectorStore, pool: ConnectionPool) -> None:
    """The second search asks for nothing but the chunks."""
    store_texts(store, "a.md", {"one": unit(1)})
    store.search("default", MODEL, unit(1), top_k=1)
    with pool.connection() as connection:
        connection.execute("alter table knowledge_sets rename to gone")
    found = store.search_many("default", MODEL, np.stack([unit(1), unit(0, 1)]), [1, 1])
    assert [[hit.text for hit in hits] for hits in found] == [["one"], ["one"]]


def test_a_replaced_set_is_found_under_its_name(database_url: str) -> None:
    """Another process removed the set and made one of the same name, even with another model."""
    with open_pool(database_url, max_size=1) as pool:
        store = PgVectorStore(pool)
        store_texts(store, "a.md", {"old": unit(1)})
        assert [hit.text for hit in store.search("default", MODEL, unit(1), top_k=1)] == ["old"]
        with pool.connection() as connection:
            connection.execute("delete from knowledge_sets")
        assert store.search("default", MODEL, unit(1), top_k=1) == []
        store_texts(PgVectorStore(pool), "a.md", {"new": unit(1)})
        assert [hit.text for hit in store.search("default", MODEL, unit(1), top_k=1)] == ["new"]
        with pool.connection() as connection:
            connection.execute("delete from knowledge_sets")
        row = unit(1).reshape(1, -1)
        PgVectorStore(pool).replace_document("default", "another-model", document("a.md"), [chunk("newer")], row)
        with pytest.raises(ConfigurationError, match="another-model"):
            store.search("default", MODEL, unit(1), top_k=1)


def test_deleted_rows_do_not_crowd_out_the_living(indexed_store: VectorStore) -> None:
    """After many replacements with nearly the same vectors the index is full of dead entries; top_k is still filled."""
    vectors = random_units(60)
    for version in range(8):
        moved = vectors + np.float32(version / 1000)
        chunks = [chunk(f"{version} {i}") for i in range(60)]
        indexed_store.replace_document("default", MODEL, document("a.md"), chunks, moved)
    found = indexed_store.search("default", MODEL, vectors[0], top_k=50)
    assert len(found) == 50
    assert {hit.text.split()[0] for hit in found} == {"7"}


def test_two_processes_may_create_the_same_set(database_url: str) -> None:
    """Two pools, one name: one set, one index, both documents."""
    barrier = Barrier(2)

    def ingest(number: int) -> None:
        with open_pool(database_url, max_size=1) as pool:
            barrier.wait()
            store_texts(PgVectorStore(pool), f"{number}.md", {"text": unit(1)})

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(ingest, range(2)))
    with psycopg.connect(database_url) as connection:
        sets = connection.execute("select count(*) from knowledge_sets").fetchone()
        documents = connection.execute("select count(*) from documents").fetchone()
        indexes = connection.execute(
            "select count(*) from pg_indexes where indexname like 'chunks_embedding_%%'"
        ).fetchone()
    assert (sets, documents, indexes) == ((1,), (2,), (1,))


def test_a_failed_replacement_leaves_the_old_document(store: VectorStore) -> None:
    """All or nothing: the copy broke off, so the old text is still found and the new is not."""
    store_texts(store, "a.md", {"old": unit(1)})
    chunks = [chunk("new"), chunk("Postgres takes no \0 in a text")]
    with pytest.raises(DatabaseUnavailable):
        store.replace_document("default", MODEL, document("a.md", "New"), chunks, np.stack([unit(1), unit(0, 1)]))
    assert [hit.text for hit in store.search("default", MODEL, unit(1), top_k=5)] == ["old"]
    assert [stored.title for stored in store.documents("default")] == ["A title"]


def test_a_search_never_sees_half_a_replacement(database_url: str) -> None:
    """While one thread replaces a document over and over, each search sees exactly one whole version."""
    vectors = random_units(20)

    def replace() -> None:
        with open_pool(database_url, max_size=1) as pool:
            for version in range(30):
                chunks = [chunk(f"{version} {i}") for i in range(20)]
                PgVectorStore(pool).replace_document("default", MODEL, document("a.md"), chunks, vectors)

    with open_pool(database_url, max_size=1) as pool, ThreadPoolExecutor(1) as threads:
        store = PgVectorStore(pool)
        store.replace_document("default", MODEL, document("a.md"), [chunk(f"-1 {i}") for i in range(20)], vectors)
        running = threads.submit(replace)
        while not running.done():
            found = store.search("default", MODEL, vectors[0], top_k=100)
            versions = {hit.text.split()[0] for hit in found}
            assert (len(found), len(versions)) == (20, 1)
        running.result()


def test_a_wrong_number_of_rows_is_a_programming_error(store: VectorStore) -> None:
    """Chunks and vectors belong together one by one."""
    with pytest.raises(ValueError, match="2 chunks"):
        store.replace_document("default", MODEL, document("a.md"), [chunk("a"), chunk("b")], random_units(1))


def test_a_lost_database_is_told_as_such(store: VectorStore, pool: ConnectionPool) -> None:
    """The driver's error is translated, and names the setting."""
    with pool.connection() as connection:
        connection.execute("drop table chunks cascade")
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL"):
        store_texts(store, "a.md", {"one": unit(1)})
