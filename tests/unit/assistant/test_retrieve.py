"""Retrieval: the question by itself, the question in its conversation, and how far it leads away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.retrieve import CONTEXT_TURNS, Retrieval, Retriever
from assistant.vector_store.base import Chunk, Document, RetrievedChunk
from assistant.vector_store.scope import Scope
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.knowledge_models import OneModel
from tests.fakes.retrieved_chunks import chunk
from tests.fakes.vector_store import FakeVectorStore

TEXTS = ("returns take 30 days", "shipping is free", "the price is 5")
AUDIENCES = (("everyone",), ("everyone",), ("everyone", "staff"))


@pytest.fixture
def embedder() -> TopicEmbedder:
    return TopicEmbedder("returns", "shipping", "price")


@pytest.fixture
def retriever(embedder: TopicEmbedder) -> Retriever:
    """Over three chunks, the two nearest of which are found."""
    return Retriever(OneModel(embedder), filled_store(embedder), top_k=2)


def filled_store(embedder: TopicEmbedder) -> FakeVectorStore:
    store = FakeVectorStore()
    chosen = store.open_set("default", embedder.identity)
    for number, text in enumerate(TEXTS):
        document = Document(f"{number}.md", f"Document {number}", "0" * 64, audience=AUDIENCES[number])
        stored = Chunk(text, (), "", 4)
        store.replace_document(chosen, document, [stored], {stored.key: embedder.embed_passages([text])})
    return store


def test_first_turn_is_searched_by_itself(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """Without a past there is no context, and nothing is embedded twice."""
    found = retriever.retrieve(Scope.of("default"), "shipping?", [])
    assert [found.alone[0].text, len(found.alone), found.in_context, found.drift] == [TEXTS[1], 2, (), 0.0]
    assert embedder.queries == [["shipping?"]]


@pytest.mark.parametrize("earlier", [[""], ["  \n", "\t"]])
def test_blank_turns_are_no_context(retriever: Retriever, embedder: TopicEmbedder, earlier: list[str]) -> None:
    """A bare mention says nothing about the topic."""
    assert retriever.retrieve(Scope.of("default"), "shipping?", earlier).in_context == ()
    assert embedder.queries == [["shipping?"]]


def test_follow_up_is_searched_alone_and_in_context(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """All three vectors come from one call, so that the model runs once."""
    found = retriever.retrieve(Scope.of("default"), "and how long?", ["tell me about returns"])
    assert embedder.queries == [
        ["and how long?", "tell me about returns\nand how long?", "tell me about returns"],
    ]
    assert found.searched == ("and how long?", "tell me about returns\nand how long?")
    assert found.in_context[0].text == TEXTS[0]
    assert found.in_context[0].distance == pytest.approx(0.0, abs=1e-6)
    assert found.drift == pytest.approx(0.0, abs=1e-6)


def test_what_was_said_before_can_be_left_out(embedder: TopicEmbedder) -> None:
    """Then every question is searched by itself."""
    retriever = Retriever(OneModel(embedder), filled_store(embedder), top_k=2, with_context=False)
    found = retriever.retrieve(Scope.of("default"), "and how long?", ["tell me about returns"])
    assert (found.in_context, found.searched, embedder.queries) == ((), ("and how long?",), [["and how long?"]])


def test_drift_tells_how_far_the_question_leads_away(retriever: Retriever) -> None:
    """Two topics at once are farther from either than one alone: 1 - 1/sqrt(2)."""
    found = retriever.retrieve(Scope.of("default"), "the price?", ["tell me about returns"])
    assert found.drift == pytest.approx(1 - 2**-0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("question", "from_context", "leans"),
    [
        ("What is the price of shipping?", 1.0, False),
        ("Do returns take long?", 0.0, False),
        ("Does it take long?", 1.0, True),
    ],
)
def test_it_is_told_how_far_a_question_is_from_what_was_said(
    retriever: Retriever, question: str, from_context: float, leans: bool
) -> None:
    """By its vector, and by its words."""
    found = retriever.retrieve(Scope.of("default"), question, ["tell me about returns"])
    assert found.from_context == pytest.approx(from_context, abs=1e-6)
    assert leans == found.leans


def test_only_the_last_turns_are_context(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """What was said long ago no longer counts."""
    turns = [f"turn {number}" for number in range(CONTEXT_TURNS + 3)]
    retriever.retrieve(Scope.of("default"), "now?", turns)
    assert embedder.queries[0][2] == "\n".join(turns[-CONTEXT_TURNS:])


def test_unknown_knowledge_set_gives_nothing(retriever: Retriever) -> None:
    """An empty set is no error here: the gate refuses."""
    found = retriever.retrieve(Scope.of("other"), "shipping?", ["returns"])
    assert (found.alone, found.in_context, found.drift) == ((), (), 0.0)
    assert (found.model_name, found.searched) == ("topics", ("shipping?", "returns\nshipping?"))


def test_warming_up_embeds_once(retriever: Retriever, embedder: TopicEmbedder) -> None:
    """It costs one query and searches nothing."""
    retriever.warm_up(Scope.of("default"))
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
    """Where no words count: nearest first, ties by id, and no more than the longer list held."""
    first, second = (tuple(relevant(*pair, 1 - pair[1]) for pair in pairs) for pairs in (alone, in_context))
    found = Retrieval(first, second)
    assert [(merged.chunk_id, merged.distance) for merged in found.merged] == expected


def relevant(number: int, distance: float, relevance: float, *chunk_ids: int) -> RetrievedChunk:
    return replace(chunk(number, distance), relevance=relevance, chunk_ids=chunk_ids)


def test_merged_goes_by_relevance() -> None:
    """What words brought to the front stays there, though it lies farther away."""
    found = Retrieval((relevant(1, 0.5, 0.9), relevant(2, 0.3, 0.7)), (relevant(3, 0.4, 0.8),))
    assert [passage.chunk_id for passage in found.merged] == [1, 3]


def test_merged_holds_no_chunk_twice_in_joined_passages() -> None:
    """The more relevant passage stays, and the smaller distance counts."""
    found = Retrieval((relevant(1, 0.5, 0.9, 1, 2),), (relevant(2, 0.3, 0.8, 2, 3), relevant(4, 0.4, 0.5, 4)))
    assert [(passage.chunk_ids, passage.distance) for passage in found.merged] == [((1, 2), 0.3), ((4,), 0.4)]


@pytest.mark.parametrize(("audiences", "expected"), [((), 0), (("everyone",), 2), (("staff",), 1), (("nobody",), 0)])
def test_only_ones_own_audiences_passages_are_found(
    retriever: Retriever, audiences: tuple[str, ...], expected: int
) -> None:
    """The audiences of who asks go with the search."""
    assert len(retriever.retrieve(Scope.of("default", audiences), "shipping?", []).alone) == expected


def test_several_knowledge_sets_stand_in_one_name(retriever: Retriever) -> None:
    """Separated by commas; one that isn't there adds nothing."""
    assert retriever.retrieve(Scope.of("default, other"), "shipping?", []).alone[0].text == TEXTS[1]


class LongestFirst:
    """A Reranker that likes long texts."""

    def rerank_distances(self, question: str, texts: Sequence[str]) -> list[float]:
        return [1 / len(text) for text in texts]


def test_reranker_decides_the_order(embedder: TopicEmbedder) -> None:
    """It judges more passages than are wanted, and its judgement stands with those that stay."""
    retriever = Retriever(OneModel(embedder), filled_store(embedder), 2, LongestFirst())
    found = retriever.retrieve(Scope.of("default"), "shipping?", []).alone
    assert [(passage.text, passage.rerank_distance) for passage in found] == [(TEXTS[0], 1 / 20), (TEXTS[1], 1 / 16)]
