"""Passages that not even their own words find."""

from __future__ import annotations

import pytest

from assistant.vector_store.base import Chunk, Document
from ingest.lint.limits import Limits
from ingest.lint.passage import LintedChunk
from ingest.lint.stored_chunks import Batch
from ingest.lint.unreachable import Unreachable
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.vector_store import FakeVectorStore


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Fees are the same everywhere in the land. More.", "Fees: Fees are the same everywhere in the land."),
        ("2. Stay calm in every case. And so on.", "Fees: 2. Stay calm in every case. And so on."),
        ("Fees\nWe charge nothing at all, ever, for this.", "Fees: We charge nothing at all, ever, for this."),
        ("", "Fees"),
    ],
)
def test_a_passage_is_asked_for_by_heading_and_beginning(text: str, expected: str) -> None:
    """A numeral alone is no sentence, and a repeated heading says nothing new."""
    chunk = LintedChunk(1, "a.md", "Shop", ("Fees",), "", text)
    assert expected == chunk.own_questions[0]


def test_a_crowded_out_passage_is_found_with_those_before_it() -> None:
    """And one that lies too far from what it says; the others are no findings."""
    embedder, store = TopicEmbedder("cat", "dog", "fish"), FakeVectorStore()
    known = store.open_set("default", embedder.identity)
    texts = ("cat food", "cat cushion", "cat and dog and fish", "fish")
    chunks = [Chunk(text, (), "", 3) for text in texts]
    vectors = {chunk.key: embedder.embed_passages(chunk.embedded_texts) for chunk in chunks}
    vectors[chunks[3].key] = embedder.embed_passages(["nothing"])
    vectors[chunks[2].key] = embedder.embed_passages(["dog"])
    store.replace_document(known, Document("a.md", "", "hash"), chunks, vectors)
    linted = tuple(LintedChunk(i, "a.md", "", (), "", text) for i, text in enumerate(texts, start=1))
    check = Unreachable(embedder, store, ["default"], Limits(top_k=3, max_distance=0.6))
    found = [(f.place.text, [o.text for o in f.others]) for f in check.findings(Batch(known, linted, ()))]
    assert found == [("fish", [*texts[:3]])]
    far = Unreachable(embedder, store, ["default"], Limits(top_k=4, max_distance=0.4))
    reasons = {f.place.text: (f.others, f.distance) for f in far.findings(Batch(known, linted, ()))}
    assert {text: round(distance or 0, 2) for text, (_, distance) in reasons.items()} == {texts[2]: 0.42, "fish": 1.0}


def test_pairs_that_the_index_finds_are_not_searched_for() -> None:
    """Their question is embedded as it is."""
    embedder, store = TopicEmbedder("cat"), FakeVectorStore()
    known = store.open_set("default", embedder.identity)
    linted = (LintedChunk(1, "a.csv", "", (), "", "Why cats?\nBecause.", is_pair=True),)
    check = Unreachable(embedder, store, ["default"], Limits())
    assert list(check.findings(Batch(known, linted, (), frozenset({1})))) == []
    assert embedder.queries == []
    assert [f.kind for f in check.findings(Batch(known, linted, ()))] == ["unreachable"]
