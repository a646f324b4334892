"""Retrieval: the question by itself, the question in its conversation, and how far it leads away."""

from __future__ import annotations

import pytest

from assistant.retrieve import CONTEXT_TURNS, Retrieval, Retriever
from assistant.vector_store.base import Chunk, Document
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.retrieved_chunks import chunk
from tests.fakes.vector_store import FakeVectorStore

TEXTS = ("returns take 30 days", "shipping is free", "the price is 5")


@pytest.fixture
def embedder() -> TopicEmbedder:
    return TopicEmbedder("returns", "shipping", "price")


@pytest.fixture
def retriever(embedder: TopicEmbedder) -> Retriever:
    """Over three chunks, the two nearest of which are found."""
    store = FakeVectorStore()
    for number, text in enumerate(TEXTS):
        document = Document(f"{number}.md", f"Document {number}", "0" * 64)
        chunks = [Chunk(text, (), "", 4)]
        store.replace_document("default", embedder.model_name, document, chunks, embedder.embed_passages([text]))
    return Retriever(embedder, store, top_k=2)


def test_first_turn_is_searched_by_itself(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """Without a past there is no context, and nothing is embedded twice."""
    found = retriever.retrieve("default", "shipping?", [])
    assert [found.alone[0].text, len(found.alone), found.in_context, found.drift] == [TEXTS[1], 2, (), 0.0]
    assert embedder.queries == [["shipping?"]]


@pytest.mark.parametrize("earlier", [[""], ["  \n", "\t"]])
def test_blank_turns_are_no_context(retriever: Retriever, embedder: TopicEmbedder, earlier: list[str]) -> None:
    """A bare mention says nothing about the topic."""
    assert retriever.retrieve("default", "shipping?", earlier).in_context == ()
    assert embedder.queries == [["shipping?"]]


def test_follow_up_is_searched_alone_and_in_context(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """All three vectors come from one call, so that the model runs once."""
    found = retriever.retrieve("default", "and how long?", ["tell me about returns"])
    assert embedder.queries == [
        ["and how long?", "tell me about returns\nand how long?", "tell me about returns"],
    ]
    assert found.in_context[0].text == TEXTS[0]
    assert found.in_context[0].distance == pytest.approx(0.0, abs=1e-6)
    assert found.drift == pytest.approx(0.0, abs=1e-6)


def test_drift_tells_how_far_the_question_leads_away(retriever: Retriever) -> None:
    """Two topics at once are farther from either than one alone: 1 - 1/sqrt(2)."""
    found = retriever.retrieve("default", "the price?", ["tell me about returns"])
    assert found.drift == pytest.approx(1 - 2**-0.5, abs=1e-6)


def test_only_the_last_turns_are_context(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """What was said long ago no longer counts."""
    turns = [f"turn {number}" for number in range(CONTEXT_TURNS + 3)]
    retriever.retrieve("default", "now?", turns)
    assert embedder.queries[0][2] == "\n".join(turns[-CONTEXT_TURNS:])


def test_unknown_knowledge_set_gives_nothing(retriever: Retriever) -> None:
    """An empty set is no error here: the gate refuses."""
    assert retriever.retrieve("other", "shipping?", ["returns"]) == Retrieval((), (), 0.0)


def test_warming_up_embeds_once(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """It costs one query and searches nothing."""
    retriever.warm_up()
    assert len(embedder.queries) == 1


@pytest.mark.parametrize(
    ("alone", "in_context", "expected"),
    [
        ([], [], []),
        ([(1, 0.1), (2, 0.2)], [], [(1, 0.1), (2, 0.2)]),
        ([(1, 0.5)], [(1, 0.2)], [(1, 0.2)]),
        ([(1, 0.2)], [(1, 0.5)], [(1, 0.2)]),
        ([(1, 0.1), (2, 0.4)], [(3, 0.2), (4, 0.3)], [(1, 0.1), (3, 0.2)]),
        ([(2, 0.3)], [(1, 0.3), (3, 0.3)], [(1, 0.3), (2, 0.3)]),
    ],
)
def test_merged_holds_each_chunk_once_at_its_smaller_distance(
    alone: list[tuple[int, float]], in_context: list[tuple[int, float]], expected: list[tuple[int, float]]
) -> None:
    """Nearest first, ties by id, and no more than the longer list held."""
    found = Retrieval(tuple(chunk(*pair) for pair in alone), tuple(chunk(*pair) for pair in in_context))
    assert [(merged.chunk_id, merged.distance) for merged in found.merged] == expected
