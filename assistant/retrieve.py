"""Finds the passages for a question, on its own and after what the conversation was about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace

from assistant.embedding.base import QueryEmbedder, Vectors
from assistant.errors import ConfigurationError
from assistant.knowledge_models import KnowledgeModels
from assistant.rerank import RERANKED, Reranker
from assistant.rewriting.standing_alone import stands_alone
from assistant.vector_store.base import ChunkSearch, Query, RetrievedChunk
from assistant.vector_store.scope import Scope

CONTEXT_TURNS = 4


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Passages, the most relevant first. `alone`: for the question by itself. `in_context`: for the question after the
    customer's earlier turns, none in a first turn. `drift`: how much farther from everything that is known the
    conversation is with the question than without it (cosine distance, negative when the question brings it nearer).
    `from_context`: how far the question is from the earlier turns (cosine distance). `leans`: by its words it can't be
    understood without them.
    `model_name`: the embedding model that the distances are of. `searched`: the texts that were searched for,
    the question first."""

    alone: tuple[RetrievedChunk, ...]
    in_context: tuple[RetrievedChunk, ...] = ()
    drift: float = 0.0
    from_context: float = 0.0
    leans: bool = False
    model_name: str = ""
    searched: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """What was searched by itself; "" where nothing was."""
        return self.searched[0] if self.searched else ""

    @property
    def merged(self) -> tuple[RetrievedChunk, ...]:
        """The passages of both, each chunk once, no more than the longer of the two holds.

        Both relevances are distances shortened by words, and so can be compared. Measured on 1,743 turns of dialogues:
        recall@1 0.813 and MRR 0.879 so, 0.775 and 0.859 when merged by distance, 0.678 and 0.798 by reciprocal rank.
        """
        kept: list[RetrievedChunk] = []
        seen: dict[int, int] = {}
        for passage in sorted((*self.alone, *self.in_context), key=_by_relevance):
            ids = passage.chunk_ids or (passage.chunk_id,)
            place = next((seen[chunk_id] for chunk_id in ids if chunk_id in seen), None)
            if place is None:
                seen |= dict.fromkeys(ids, len(kept))
                kept.append(passage)
            else:
                kept[place] = _nearer(kept[place], passage)
        return tuple(kept[: max(len(self.alone), len(self.in_context))])


class Retriever:
    """Searches with the embedding models of the knowledge sets, and a reranker where there is one. Without
    `with_context` what was said before plays no part. Safe to share between threads."""

    def __init__(
        self,
        models: KnowledgeModels,
        search: ChunkSearch,
        top_k: int,
        reranker: Reranker | None = None,
        *,
        with_context: bool = True,
    ) -> None:
        self._models = models
        self._search = search
        self._top_k = top_k
        self._reranker = reranker
        self._with_context = with_context

    def reaching(self, top_k: int) -> Retriever:
        """One on the same models that gives so many passages."""
        other = copy(self)
        other._top_k = top_k
        return other

    def warm_up(self, scope: Scope) -> None:
        """Embed once, as far as there is a set: the first time costs more, and should not be a customer's."""
        embedder = self._models.of(scope.knowledge_sets)
        if embedder is not None:
            embedder.embed_queries(["hello"])

    def embedded(self, scope: Scope, texts: Sequence[str]) -> tuple[str, Vectors] | None:
        """The texts as questions to these sets are embedded, with the model's name; None where there is none of the
        sets."""
        embedder = self._models.of(scope.knowledge_sets)
        return (embedder.model_name, embedder.embed_queries(texts)) if embedder else None

    def retrieve(self, scope: Scope, question: str, earlier: Sequence[str]) -> Retrieval:
        """The passages for `question` after the customer's `earlier` turns (oldest first; the last few count)."""
        try:
            return self._retrieved(scope, question, earlier)
        except ConfigurationError:
            # The sets may have moved to another embedding model since we looked.
            self._models.look_again(scope.knowledge_sets)
            return self._retrieved(scope, question, earlier)

    def _retrieved(self, scope: Scope, question: str, earlier: Sequence[str]) -> Retrieval:
        embedder = self._models.of(scope.knowledge_sets)
        if embedder is None:
            return Retrieval(())
        context = "\n".join([turn for turn in earlier if turn.strip()][-CONTEXT_TURNS:])
        if not context or not self._with_context:
            [alone] = self._found(embedder, scope, [question], embedder.embed_queries([question]))
            return Retrieval(alone, model_name=embedder.model_name, searched=(question,))
        texts = (question, f"{context}\n{question}")
        vectors = embedder.embed_queries((*texts, context))
        alone, in_context, before = self._found(embedder, scope, texts, vectors)
        return Retrieval(
            alone,
            in_context,
            drift=_nearest(in_context) - _nearest(before) if in_context and before else 0.0,
            from_context=float(1 - vectors[0] @ vectors[-1]),
            leans=not stands_alone(question),
            model_name=embedder.model_name,
            searched=texts,
        )

    def _found(
        self, embedder: QueryEmbedder, scope: Scope, texts: Sequence[str], vectors: Vectors
    ) -> list[tuple[RetrievedChunk, ...]]:
        """The passages for each text by its vector, and the nearest one for the context's, where there is one more: the
        store is asked once."""
        top_k = max(self._top_k, RERANKED) if self._reranker else self._top_k
        queries = [Query(text, vector, top_k) for text, vector in zip(texts, vectors, strict=False)]
        if len(vectors) > len(texts):
            queries.append(Query("", vectors[-1], 1))
        found = self._search.search_many(scope, embedder.model_name, queries)
        if self._reranker is not None:
            for number, text in enumerate(texts):
                found[number] = reranked(self._reranker, text, found[number])[: self._top_k]
        return [tuple(passages) for passages in found]


def reranked(reranker: Reranker, question: str, passages: Sequence[RetrievedChunk]) -> list[RetrievedChunk]:
    """The passages in the reranker's order; its judgement is their relevance then."""
    distances = reranker.rerank_distances(question, [passage.text for passage in passages])
    judged = [
        replace(passage, rerank_distance=distance, relevance=1 - distance)
        for passage, distance in zip(passages, distances, strict=True)
    ]
    return sorted(judged, key=_by_relevance)


def _by_relevance(passage: RetrievedChunk) -> tuple[float, float, int]:
    return (-passage.relevance, passage.distance, passage.chunk_id)


def _nearer(kept: RetrievedChunk, other: RetrievedChunk) -> RetrievedChunk:
    """The passage with the better of both judgements, as the gate goes by them."""
    judged = [each.rerank_distance for each in (kept, other) if each.rerank_distance is not None]
    return replace(kept, distance=min(kept.distance, other.distance), rerank_distance=min(judged, default=None))


def _nearest(passages: Iterable[RetrievedChunk]) -> float:
    return min(passage.distance for passage in passages)
