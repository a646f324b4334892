"""Finds the chunks for a question, on its own and after what the conversation was about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.embedding.base import QueryEmbedder
from assistant.vector_store.base import RetrievedChunk, VectorStore

CONTEXT_TURNS = 4


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Chunks nearest first. `alone`: for the question by itself. `in_context`: for the question after the customer's
    earlier turns, none in a first turn. `drift`: how much farther from everything that is known the conversation is
    with the question than without it (cosine distance, negative when the question brings it nearer)."""

    alone: tuple[RetrievedChunk, ...]
    in_context: tuple[RetrievedChunk, ...] = ()
    drift: float = 0.0

    @property
    def merged(self) -> tuple[RetrievedChunk, ...]:
        """The chunks of both, each once, at its smaller distance, no more than the longer of the two holds."""
        nearest: dict[int, RetrievedChunk] = {}
        for chunk in (*self.alone, *self.in_context):
            known = nearest.get(chunk.chunk_id)
            if known is None or chunk.distance < known.distance:
                nearest[chunk.chunk_id] = chunk
        ranked = sorted(nearest.values(), key=lambda chunk: (chunk.distance, chunk.chunk_id))
        return tuple(ranked[: max(len(self.alone), len(self.in_context))])


class Retriever:
    """Searches one vector store with one embedding model. Safe to share between threads."""

    def __init__(self, embedder: QueryEmbedder, store: VectorStore, top_k: int) -> None:
        self._embedder = embedder
        self._store = store
        self._top_k = top_k

    def warm_up(self) -> None:
        """Embed once: the first time costs more, and should not be a customer's."""
        self._embedder.embed_queries(["hello"])

    def retrieve(self, knowledge_set: str, question: str, earlier: Sequence[str]) -> Retrieval:
        """The chunks for `question` after the customer's `earlier` turns (oldest first; the last few count)."""
        context = "\n".join([turn for turn in earlier if turn.strip()][-CONTEXT_TURNS:])
        if not context:
            [alone] = self._search(knowledge_set, [question], [self._top_k])
            return Retrieval(alone)
        texts = [question, f"{context}\n{question}", context]
        alone, in_context, before = self._search(knowledge_set, texts, [self._top_k, self._top_k, 1])
        drift = in_context[0].distance - before[0].distance if in_context and before else 0.0
        return Retrieval(alone, in_context, drift)

    def _search(
        self, knowledge_set: str, texts: Sequence[str], top_ks: Sequence[int]
    ) -> list[tuple[RetrievedChunk, ...]]:
        """The chunks for each text: the model runs once, and the store is asked once."""
        vectors = self._embedder.embed_queries(texts)
        found = self._store.search_many(knowledge_set, self._embedder.model_name, vectors, top_ks)
        return [tuple(chunks) for chunks in found]
