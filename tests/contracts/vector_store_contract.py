"""What every VectorStore does: each sentence of the port's docstring as a test. What is stored is looked at through the
ChunkSearch of the same store."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np
import pytest

from assistant.embedding.base import EmbeddingModel, Vectors
from assistant.errors import ConfigurationError
from assistant.vector_store.base import (
    Chunk,
    ChunkSearch,
    Document,
    KnowledgeSet,
    Query,
    RetrievedChunk,
    SetOptions,
    VectorStore,
)
from assistant.vector_store.document_writer import MissingVectors
from assistant.vector_store.scope import Scope

DIMENSION = 8
MODEL = EmbeddingModel("test-model", DIMENSION, "query: ", "passage: ")


class Store(VectorStore, ChunkSearch, Protocol):
    """Both ports on one store."""


def unit(*direction: float) -> Vectors:
    """A unit vector whose first components point in `direction`."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[: len(direction)] = direction
    normed: Vectors = vector / np.linalg.norm(vector)
    return normed


def document(uri: str, title: str = "A title", tags: tuple[tuple[str, str], ...] = ()) -> Document:
    return Document(uri, title, "ab" * 32, tags)


def chunk(text: str) -> Chunk:
    """One too large to be joined with its neighbour."""
    return Chunk(text, ("Guide", "Setup"), "setup", 300)


def store_texts(
    store: VectorStore,
    uri: str,
    texts: Mapping[str, Vectors],
    knowledge_set: str = "default",
    model: EmbeddingModel = MODEL,
) -> None:
    """One document whose chunks are `texts`, each with its vector."""
    store_chunks(store, document(uri), {chunk(text): vector for text, vector in texts.items()}, knowledge_set, model)


def store_chunks(
    store: VectorStore,
    stored: Document,
    chunks: Mapping[Chunk, Vectors],
    knowledge_set: str = "default",
    model: EmbeddingModel = MODEL,
) -> None:
    """One document with these chunks, each with one vector, or one row a text that is embedded for it."""
    vectors = {each.key: rows.reshape(-1, model.dimension) for each, rows in chunks.items()}
    store.replace_document(store.open_set(knowledge_set, model), stored, list(chunks), vectors)


def search(
    store: ChunkSearch, vector: Vectors, top_k: int, knowledge_set: str = "default", model: EmbeddingModel = MODEL
) -> list[RetrievedChunk]:
    """What the vectors alone find."""
    [found] = store.search_many(Scope((knowledge_set,)), model.name, [Query("", vector, top_k)], "dense")
    return found


def texts_found(store: ChunkSearch, knowledge_set: str = "default", model: EmbeddingModel = MODEL) -> list[str]:
    """All that the set holds, sorted."""
    anywhere = np.full(model.dimension, model.dimension**-0.5, dtype=np.float32)
    return sorted(hit.text for hit in search(store, anywhere, 100, knowledge_set, model))


class VectorStoreContract:
    """Inherit it, and give a `store` fixture with an empty store."""

    def test_replacing_removes_the_old_chunks(self, store: Store) -> None:
        """Nothing of the old text is found again; other documents stay."""
        store_texts(store, "a.md", {"old one": unit(1), "old two": unit(0, 1)})
        store_texts(store, "b.md", {"other": unit(0, 0, 1)})
        store_texts(store, "a.md", {"new": unit(1)})
        assert texts_found(store) == ["new", "other"]

    def test_a_chunk_that_stays_the_same_needs_no_vectors(self, store: Store) -> None:
        """It keeps its id, wherever in the document it stands now; what the store knows it tells."""
        store_texts(store, "a.md", {"kept": unit(1), "gone": unit(0, 1)})
        before = search(store, unit(1), 1)[0].chunk_id
        opened = store.open_set("default", MODEL)
        known = store.known_chunks(opened, ["a.md", "unknown.md"])
        assert known == {"a.md": {chunk("kept").key, chunk("gone").key}, "unknown.md": frozenset()}
        new = {chunk("new").key: unit(0, 0, 1).reshape(1, -1)}
        store.replace_document(opened, document("a.md"), [chunk("new"), chunk("kept")], new)
        found = search(store, unit(1), 5)
        assert sorted(hit.text for hit in found) == ["kept", "new"]
        assert found[0].chunk_id == before

    def test_missing_vectors_change_nothing(self, store: Store) -> None:
        """Whoever did not know that a chunk is gone is told to embed it."""
        store_texts(store, "a.md", {"old": unit(1)})
        opened = store.open_set("default", MODEL)
        with pytest.raises(MissingVectors, match=r"a\.md"):
            store.replace_document(opened, document("a.md"), [chunk("new")], {})
        assert texts_found(store) == ["old"]

    def test_removing_tells_what_was_there(self, store: Store) -> None:
        """Each uri once, in the order asked for; its chunks are gone."""
        store_texts(store, "a.md", {"one": unit(1)})
        store_texts(store, "b.md", {"two": unit(1)})
        assert store.remove_documents("default", ["b.md", "c.md", "a.md", "b.md"]) == ["b.md", "a.md"]
        assert store.remove_documents("default", ["a.md"]) == []
        assert store.remove_documents("unknown", ["a.md"]) == []
        assert texts_found(store) == []

    def test_documents_are_listed_by_uri(self, store: Store) -> None:
        """With all that was stored of them, the number of chunks, and the time of the last replacement."""
        store_texts(store, "b.md", {"one": unit(1), "two": unit(0, 1)})
        tags = (("lang", "en"), ("team", "billing"))
        rich = Document("a.md", "Manual", "cd" * 32, tags, ("staff",), "a.zip", "ef" * 32, "recipe", "folder")
        store.replace_document(store.open_set("default", MODEL), rich, [], {})
        first, second = store.documents("default")
        assert (first.document, first.chunk_count) == (rich, 0)
        expected = replace(document("b.md"), source_uri="b.md", source_hash="ab" * 32)
        assert (second.document, second.chunk_count) == (expected, 2)
        assert abs(datetime.now(UTC) - second.updated_at) < timedelta(minutes=1)

    def test_an_unknown_knowledge_set_is_none(self, store: Store) -> None:
        """No error: a set exists once it was opened."""
        assert store.find_set("nowhere") is None
        assert store.documents("nowhere") == []
        assert store.open_set("nowhere", MODEL) == store.find_set("nowhere")

    def test_options_are_kept_until_others_are_chosen(self, store: Store) -> None:
        """None leaves what the set has."""
        chosen = SetOptions(chunk_tokens=128, chunk_overlap=10, text_search="simple", index_precision="float16")
        store.open_set("default", MODEL, chosen)
        again = store.open_set("default", MODEL, SetOptions(chunk_overlap=0))
        assert _options(again) == SetOptions(128, 0, "simple", "float16")
        assert _options(store.open_set("other", MODEL)) == SetOptions(None, None, "english", "float32")

    @pytest.mark.parametrize("name", ["", " ", "a,b", " a", "a\0"])
    def test_a_set_needs_a_name_that_can_be_listed(self, store: Store, name: str) -> None:
        """Commas stand between the names of several sets."""
        with pytest.raises(ConfigurationError, match="no name for a knowledge set"):
            store.open_set(name, MODEL)

    def test_knowledge_sets_do_not_see_each_other(self, store: Store) -> None:
        """The same uri lives in both, each found only in its own."""
        store_texts(store, "a.md", {"of sales": unit(1)}, "sales")
        store_texts(store, "a.md", {"of support": unit(1)}, "support")
        assert texts_found(store, "sales") == ["of sales"]
        store.remove_documents("sales", ["a.md"])
        assert texts_found(store, "support") == ["of support"]

    @pytest.mark.parametrize(
        "other",
        [
            replace(MODEL, name="other-model"),
            replace(MODEL, dimension=DIMENSION + 1),
            replace(MODEL, query_prompt="ask: "),
            replace(MODEL, passage_prompt=""),
        ],
    )
    def test_another_model_is_refused(self, store: Store, other: EmbeddingModel) -> None:
        """Its name, dimension and prompts are the set's, and nothing is changed."""
        store_texts(store, "a.md", {"one": unit(1)})
        before = store.find_set("default")
        with pytest.raises(ConfigurationError, match="ingest reembed"):
            store.open_set("default", other, SetOptions(chunk_tokens=64))
        assert store.find_set("default") == before

    def test_two_models_live_in_two_sets(self, store: Store) -> None:
        """Their dimensions may differ."""
        longer = EmbeddingModel("long-model", 12)
        store_texts(store, "a.md", {"short": unit(1)}, "short")
        store_texts(store, "a.md", {"long": np.ones(12, dtype=np.float32) / 12**0.5}, "long", longer)
        assert texts_found(store, "long", longer) == ["long"]
        assert texts_found(store, "short") == ["short"]

    def test_too_many_dimensions_are_refused(self, store: Store) -> None:
        """The operator reads how many are possible, in which precision; no set is made."""
        wide = EmbeddingModel("wide-model", 3000)
        with pytest.raises(ConfigurationError, match=r"3000 .* ASSISTANT_INDEX_PRECISION=float16"):
            store.open_set("wide", wide)
        assert store.find_set("wide") is None
        assert store.open_set("wide", wide, SetOptions(index_precision="float16")).space.dimension == 3000

    def test_hostile_text_comes_back_as_it_went_in(self, store: Store) -> None:
        """Quotes, percent signs, control characters and other scripts are data."""
        text = "'; drop table chunks; -- %s \\ \x01\x7f {0} 你好 \U0001f600 \u202e"
        uri, name = "a' or 1=1 --%s.md", "set' %s \"x"
        store_chunks(store, document(uri, text, ((text, text),)), {chunk(text): unit(1)}, name)
        hit = search(store, unit(1), 1, name)[0]
        assert (hit.uri, hit.title, hit.text) == (uri, text, text)
        assert store.documents(name)[0].document.tags == ((text, text),)

    def test_loading_may_be_finished_at_any_time(self, store: Store) -> None:
        """Twice too; everything is found as before."""
        store_texts(store, "a.md", {"one": unit(1)})
        opened = store.open_set("default", MODEL)
        store.finish_loading(opened)
        store.finish_loading(opened)
        assert texts_found(store) == ["one"]

    def test_threads_may_share_it(self, store: Store) -> None:
        """Eight threads open the same new set and replace the same documents: each ends with one version of each."""

        def replace_it(number: int) -> None:
            uri = f"{number % 4}.md"
            store_texts(store, uri, {f"{number} a": unit(1, number), f"{number} b": unit(1, number, 1)})

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(replace_it, range(40)))
        found = search(store, unit(1), 100)
        versions = {(hit.uri, hit.text.split()[0]) for hit in found}
        assert (len(found), len(versions)) == (8, 4)


def _options(found: KnowledgeSet) -> SetOptions:
    return SetOptions(found.chunk_tokens, found.chunk_overlap, found.text_search, found.space.index_precision)
