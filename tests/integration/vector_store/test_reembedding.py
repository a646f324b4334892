"""A knowledge set moves to another embedding model, while documents come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from assistant.database import open_pool
from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.errors import ConfigurationError
from assistant.vector_store.base import KnowledgeSet
from assistant.vector_store.document_writer import MissingVectors
from assistant.vector_store.pgvector import PgVectorStore
from ingest.reembed import reembed
from tests.contracts.vector_store_contract import MODEL, chunk, document, store_texts, unit
from tests.fakes.embedder import TopicEmbedder


class OtherModel(TopicEmbedder):
    """Another embedding model, which may be interrupted: `before` is called before each batch."""

    model_name = "other-model"

    def __init__(self) -> None:
        super().__init__("one", "two")
        self.before: Callable[[], None] = lambda: None

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.before()
        return super().embed_passages(texts)


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with open_pool(database_url, max_size=4) as pool:
        yield pool


@pytest.fixture
def store(pool: ConnectionPool) -> PgVectorStore:
    return PgVectorStore(pool)


@pytest.fixture
def sql(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def moved(pool: ConnectionPool, opened: KnowledgeSet, model: OtherModel) -> int:
    return reembed(pool, [opened], model, "float32", lambda done, total: None, grace_s=0.0)


def spaces(sql: psycopg.Connection) -> list[tuple[str, bool, int]]:
    """Model, whether it is live, and how many vectors there are of it."""
    return sql.execute(
        "select embedding_model, is_live, (select count(*) from embeddings e where e.space_id = s.id)"
        " from embedding_spaces s order by id"
    ).fetchall()


def test_set_moves_and_keeps_its_chunks(store: PgVectorStore, pool: ConnectionPool, sql: psycopg.Connection) -> None:
    """The same chunks with the other model's vectors; nothing of the old ones is left."""
    store_texts(store, "a.md", {"one": unit(1), "two": unit(0, 1)})
    before = sql.execute("select id, text from chunks order by id").fetchall()
    assert moved(pool, store.open_set("default", MODEL), OtherModel()) == 2
    assert spaces(sql) == [("other-model", True, 2)]
    assert sql.execute("select id, text from chunks order by id").fetchall() == before
    found = store.find_set("default")
    assert found is not None
    assert (found.space.model_name, found.space.dimension) == ("other-model", 3)
    with pytest.raises(ConfigurationError, match="other-model"):
        store.open_set("default", MODEL)


def test_interrupted_move_goes_on_where_it_was(
    store: PgVectorStore, pool: ConnectionPool, sql: psycopg.Connection
) -> None:
    """The old model serves until the end; what was embedded is not embedded again."""
    opened = store.open_set("default", MODEL)
    texts = {f"text {number}": unit(1, number) for number in range(1500)}
    store_texts(store, "a.md", texts)
    model = OtherModel()
    batches = iter([None])
    model.before = lambda: next(batches)
    with pytest.raises(StopIteration):
        moved(pool, opened, model)
    assert spaces(sql) == [(MODEL.name, True, 1500), ("other-model", False, 1024)]
    assert moved(pool, opened, OtherModel()) == 1500 - 1024
    assert spaces(sql) == [("other-model", True, 1500)]


def test_what_is_written_meanwhile_moves_too(
    store: PgVectorStore, pool: ConnectionPool, sql: psycopg.Connection
) -> None:
    """A document that comes between the last batch and the change, and one that goes while it is embedded."""
    opened = store.open_set("default", MODEL)
    store_texts(store, "a.md", {"one": unit(1)})
    store_texts(store, "b.md", {"two": unit(1)})
    model = OtherModel()

    def write() -> None:
        model.before = lambda: None
        store.remove_documents("default", ["a.md"])
        store_texts(store, "c.md", {"two and one": unit(1)})

    model.before = write
    moved(pool, opened, model)
    assert spaces(sql) == [("other-model", True, 2)]


def test_whoever_writes_by_the_old_model_is_told(store: PgVectorStore, pool: ConnectionPool) -> None:
    """An ingest that began before the change stores nothing in a space that nobody searches."""
    opened = store.open_set("default", MODEL)
    store_texts(store, "a.md", {"one": unit(1)})
    moved(pool, opened, OtherModel())
    with pytest.raises(MissingVectors, match="another embedding model"):
        store.replace_document(opened, document("a.md"), [chunk("new")], {chunk("new").key: unit(1).reshape(1, -1)})


def test_move_that_is_begun_with_a_third_model_forgets_the_second(
    store: PgVectorStore, pool: ConnectionPool, sql: psycopg.Connection
) -> None:
    """Vectors of two models never mix."""
    opened = store.open_set("default", MODEL)
    store_texts(store, "a.md", {"one": unit(1)})
    broken = OtherModel()
    broken.before = lambda: next(iter(()))
    with pytest.raises(StopIteration):
        moved(pool, opened, broken)

    class ThirdModel(OtherModel):
        model_name = "third-model"

    moved(pool, opened, ThirdModel())
    assert spaces(sql) == [("third-model", True, 1)]


def test_too_many_dimensions_are_refused(store: PgVectorStore, pool: ConnectionPool) -> None:
    """Before anything is embedded."""
    opened = store.open_set("default", MODEL)

    class WideModel(OtherModel):
        @property
        def identity(self) -> EmbeddingModel:
            return replace(super().identity, dimension=3000)

    with pytest.raises(ConfigurationError, match="3000"):
        moved(pool, opened, WideModel())
