"""Gaps: questions that the assistant would refuse, put together."""

from __future__ import annotations

import numpy as np

from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.scope import Scope
from ingest.lint.clusters import clusters, grouped_texts
from ingest.lint.limits import Limits
from ingest.lint.unanswered import unanswered
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.vector_store import FakeVectorStore


def test_the_text_with_most_others_near_it_begins_a_cluster() -> None:
    """Largest first; what lies alone stays alone."""
    angles = np.radians([90, 0, 20, 40])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = [(cluster.first, cluster.members) for cluster in clusters(vectors, 0.1)]
    assert found == [(2, (1, 2, 3)), (0, (0,))]


def test_texts_are_counted_whatever_their_case() -> None:
    """As they were first written."""
    assert grouped_texts(["Why  me?", "why me?", "How?"]) == {"Why  me?": 2, "How?": 1}


def test_refused_questions_are_gaps() -> None:
    """Ways of asking for the same are one finding with how often it was asked; what is answered is none."""
    embedder, store = TopicEmbedder("cat", "dog", "fish"), FakeVectorStore()
    known = store.open_set("default", embedder.identity)
    chunk = Chunk("All about cats", ("Cats",), "cats", 3)
    vectors = {chunk.key: embedder.embed_passages(chunk.embedded_texts)}
    store.replace_document(known, Document("a.md", "Animals", "hash"), [chunk], vectors)
    asked = ["a fish?", "my cat", "dog food", "a dog?", "A dog?"]
    shown: list[tuple[int, int]] = []
    found = unanswered(
        asked,
        embedder,
        store,
        Scope(("default",)),
        Limits(top_k=3, max_distance=0.5),
        reranker=None,
        on_asked=lambda done, total: shown.append((done, total)),
    )
    assert [(f.place.text, [o.text for o in f.others], f.count, f.why, f.distance) for f in found] == [
        ("dog food", ["a dog?"], 3, "the nearest passage is 'Cats'", 1.0),
        ("a fish?", [], 1, "the nearest passage is 'Cats'", 1.0),
    ]
    assert shown[-1] == (4, 4)
