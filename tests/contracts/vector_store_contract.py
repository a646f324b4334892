"""What every VectorStore does: each sentence of the port's docstring as a test."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.embedding.base import Vectors
from assistant.errors import ConfigurationError
from assistant.vector_store.base import Chunk, Document, VectorStore

MODEL = "test-model"
DIMENSION = 8


def unit(*direction: float) -> Vectors:
    """A unit vector whose first components point in `direction`."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[: len(direction)] = direction
    normed: Vectors = vector / np.linalg.norm(vector)
    return normed


def document(uri: str, title: str = "A title", tags: tuple[tuple[str, str], ...] = ()) -> Document:
    return Document(uri, title, "ab" * 32, tags)


def chunk(text: str) -> Chunk:
    return Chunk(text, ("Guide", "Setup"), "setup", 3)


def store_texts(store: VectorStore, uri: str, texts: dict[str, Vectors], knowledge_set: str = "default") -> None:
    """One document whose chunks are `texts`, each with its vector."""
    rows = np.array(list(texts.values()), dtype=np.float32).reshape(len(texts), DIMENSION)
    store.replace_document(knowledge_set, MODEL, document(uri), [chunk(text) for text in texts], rows)


class VectorStoreContract:
    """Inherit it, and give a `store` fixture with an empty store."""

    def test_search_gives_the_nearest_first(self, store: VectorStore) -> None:
        """Cosine distances to the query, rising; no more than top_k."""
        store_texts(store, "a.md", {"east": unit(1, 0), "north": unit(0, 1), "north-east": unit(1, 1)})
        found = store.search("default", MODEL, unit(1, 0), top_k=2)
        assert [hit.text for hit in found] == ["east", "north-east"]
        assert [hit.distance for hit in found] == pytest.approx([0.0, 1 - 0.5**0.5], abs=1e-6)

    def test_a_hit_tells_where_it_comes_from(self, store: VectorStore) -> None:
        """Document, heading path joined and anchor come back as stored."""
        store.replace_document("default", MODEL, document("a.md", "Manual"), [chunk("one")], unit(1).reshape(1, -1))
        hit = store.search("default", MODEL, unit(1), top_k=1)[0]
        assert (hit.uri, hit.title, hit.heading, hit.anchor, hit.text) == (
            "a.md",
            "Manual",
            "Guide > Setup",
            "setup",
            "one",
        )

    def test_equal_distances_come_in_the_order_of_storing(self, store: VectorStore) -> None:
        """The chunk's id decides a tie, so that two runs of a search agree."""
        store_texts(store, "a.md", {"first": unit(1), "second": unit(1)})
        store_texts(store, "b.md", {"third": unit(1)})
        found = store.search("default", MODEL, unit(1), top_k=3)
        assert [hit.text for hit in found] == ["first", "second", "third"]
        assert sorted(hit.chunk_id for hit in found) == [hit.chunk_id for hit in found]

    def test_replacing_removes_the_old_chunks(self, store: VectorStore) -> None:
        """Nothing of the old text is found again; other documents stay."""
        store_texts(store, "a.md", {"old one": unit(1), "old two": unit(0, 1)})
        store_texts(store, "b.md", {"other": unit(0, 0, 1)})
        store_texts(store, "a.md", {"new": unit(1)})
        found = store.search("default", MODEL, unit(1), top_k=10)
        assert sorted(hit.text for hit in found) == ["new", "other"]

    def test_removing_tells_whether_there_was_one(self, store: VectorStore) -> None:
        """True once, then False; its chunks are gone."""
        store_texts(store, "a.md", {"one": unit(1)})
        assert store.remove_document("default", "a.md") is True
        assert store.remove_document("default", "a.md") is False
        assert store.remove_document("unknown", "a.md") is False
        assert store.search("default", MODEL, unit(1), top_k=5) == []

    def test_documents_are_listed_by_uri(self, store: VectorStore) -> None:
        """With tags, number of chunks, and the time of the last replacement."""
        store_texts(store, "b.md", {"one": unit(1), "two": unit(0, 1)})
        tagged = document("a.md", "Manual", (("lang", "en"), ("team", "billing")))
        store.replace_document("default", MODEL, tagged, [], np.empty((0, DIMENSION), dtype=np.float32))
        first, second = store.documents("default")
        assert (first.uri, first.title, first.tags, first.chunk_count) == ("a.md", "Manual", tagged.tags, 0)
        assert (second.uri, second.content_hash, second.chunk_count) == ("b.md", "ab" * 32, 2)
        assert abs(datetime.now(UTC) - second.updated_at) < timedelta(minutes=1)

    def test_many_searches_give_what_each_alone_gives(self, store: VectorStore) -> None:
        """In the order of the embeddings, each with its own top_k."""
        store_texts(store, "a.md", {"east": unit(1, 0), "north": unit(0, 1), "north-east": unit(1, 1)})
        queries = np.stack([unit(0, 1), unit(1, 0), unit(1, 1)])
        found = store.search_many("default", MODEL, queries, [2, 1, 3])
        alone = [store.search("default", MODEL, query, top_k) for query, top_k in zip(queries, [2, 1, 3], strict=True)]
        assert [[hit.text for hit in hits] for hits in found] == [
            ["north", "north-east"],
            ["east"],
            ["north-east", "east", "north"],
        ]
        assert found == alone

    def test_many_searches_may_be_none(self, store: VectorStore) -> None:
        """No embedding, no list; an unknown set has one empty list for each; rows and numbers belong together."""
        assert store.search_many("default", MODEL, np.empty((0, DIMENSION), dtype=np.float32), []) == []
        assert store.search_many("nowhere", MODEL, np.stack([unit(1), unit(0, 1)]), [1, 2]) == [[], []]
        for top_ks in ([1, 2], [0]):
            with pytest.raises(ValueError, match="top_k"):
                store.search_many("default", MODEL, unit(1).reshape(1, -1), top_ks)

    def test_an_unknown_knowledge_set_gives_nothing(self, store: VectorStore) -> None:
        """No error: a set exists from its first document on."""
        assert store.search("nowhere", MODEL, unit(1), top_k=5) == []
        assert store.documents("nowhere") == []

    def test_knowledge_sets_do_not_see_each_other(self, store: VectorStore) -> None:
        """The same uri lives in both, each found only in its own."""
        store_texts(store, "a.md", {"of sales": unit(1)}, "sales")
        store_texts(store, "a.md", {"of support": unit(1)}, "support")
        assert [hit.text for hit in store.search("sales", MODEL, unit(1), top_k=5)] == ["of sales"]
        store.remove_document("sales", "a.md")
        assert [hit.text for hit in store.search("support", MODEL, unit(1), top_k=5)] == ["of support"]

    @pytest.mark.parametrize(("model_name", "dimension"), [("other-model", DIMENSION), (MODEL, DIMENSION + 1)])
    def test_another_model_is_refused(self, store: VectorStore, model_name: str, dimension: int) -> None:
        """Storing and searching name both models and the setting, and nothing is stored."""
        store_texts(store, "a.md", {"one": unit(1)})
        vector = np.ones(dimension, dtype=np.float32)
        with pytest.raises(ConfigurationError, match=rf"{MODEL} .*EMBEDDING_MODEL is {model_name}"):
            store.replace_document("default", model_name, document("b.md"), [chunk("two")], vector.reshape(1, -1))
        with pytest.raises(ConfigurationError, match="EMBEDDING_MODEL"):
            store.search("default", model_name, vector, top_k=1)
        assert [stored.uri for stored in store.documents("default")] == ["a.md"]

    def test_two_models_live_in_two_sets(self, store: VectorStore) -> None:
        """Their dimensions may differ."""
        store_texts(store, "a.md", {"short": unit(1)}, "short")
        long = np.ones((1, 12), dtype=np.float32) / 12**0.5
        store.replace_document("long", "long-model", document("a.md"), [chunk("long")], long)
        assert [hit.text for hit in store.search("long", "long-model", long[0], top_k=5)] == ["long"]
        assert [hit.text for hit in store.search("short", MODEL, unit(1), top_k=5)] == ["short"]

    def test_too_many_dimensions_are_refused(self, store: VectorStore) -> None:
        """The operator reads which model and how many are possible; no set is made."""
        wide = np.ones((1, 3000), dtype=np.float32)
        with pytest.raises(ConfigurationError, match="3000"):
            store.replace_document("wide", MODEL, document("a.md"), [chunk("one")], wide)
        assert store.documents("wide") == []

    def test_hostile_text_comes_back_as_it_went_in(self, store: VectorStore) -> None:
        """Quotes, percent signs, control characters and other scripts are data."""
        text = "'; drop table chunks; -- %s \\ \x01\x7f {0} 你好 \U0001f600 \u202e"
        uri = "a' or 1=1 --%s.md"
        store.replace_document(
            "set' %s \"x", MODEL, document(uri, text, ((text, text),)), [chunk(text)], unit(1).reshape(1, -1)
        )
        hit = store.search("set' %s \"x", MODEL, unit(1), top_k=1)[0]
        assert (hit.uri, hit.title, hit.text) == (uri, text, text)
        assert store.documents("set' %s \"x")[0].tags == ((text, text),)

    def test_threads_may_share_it(self, store: VectorStore) -> None:
        """Eight threads open the same new set and replace the same documents: each ends with one version of each."""

        def replace(number: int) -> None:
            uri = f"{number % 4}.md"
            store_texts(store, uri, {f"{number} a": unit(1, number), f"{number} b": unit(1, number)})

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(replace, range(40)))
        found = store.search("default", MODEL, unit(1), top_k=100)
        versions = {(hit.uri, hit.text.split()[0]) for hit in found}
        assert (len(found), len(versions)) == (8, 4)
