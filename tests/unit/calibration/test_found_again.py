"""Which made questions a set is calibrated by."""

from __future__ import annotations

import pytest

from assistant.calibration.found_again import found_again
from assistant.evaluation.questions import Gold, Question
from assistant.retrieve import Retriever
from assistant.vector_store.base import Chunk, Document
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.knowledge_models import OneModel
from tests.fakes.vector_store import FakeVectorStore

TEXTS = {
    "/docs/returns.md": "returns take 30 days",
    "/docs/shipping.md": "shipping is free",
    "/docs/price.md": "a price",
}


@pytest.fixture
def retriever() -> Retriever:
    """Finds the nearest of three documents."""
    embedder, store = TopicEmbedder("returns", "shipping", "price"), FakeVectorStore()
    chosen = store.open_set("faq", embedder.identity)
    for uri, text in TEXTS.items():
        chunk = Chunk(text, (), "", 4)
        vectors = {chunk.key: embedder.embed_passages([text])}
        store.replace_document(chosen, Document(uri, uri, "0" * 64), [chunk], vectors)
    return Retriever(OneModel(embedder), store, top_k=1)


def made(name: str, query: str) -> Question:
    return Question(name, query, gold=(Gold(f"{name}.md", TEXTS[f"/docs/{name}.md"]),))


def test_only_questions_whose_passage_is_found_are_kept(retriever: Retriever) -> None:
    """In their order; one that strayed to what another passage says is dropped."""
    questions = [made("price", "what price?"), made("returns", "is shipping free?"), made("shipping", "and shipping?")]
    assert found_again(retriever, "faq", questions) == [questions[0], questions[2]]
