"""Which passages no question finds, not even their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.embedding.base import QueryEmbedder
from assistant.gate import judge
from assistant.retrieve import Retrieval
from assistant.vector_store.base import ChunkSearch, Query, RetrievedChunk, Ways
from assistant.vector_store.joined import SAME_SHARE
from assistant.vector_store.scope import EVERYONE, Scope
from ingest.lint.finding import Finding, Place
from ingest.lint.limits import Limits
from ingest.lint.passage import LintedChunk
from ingest.lint.stored_chunks import NEIGHBOURS, Batch
from ingest.lint.wording import shared_shingles

BATCH_QUERIES = 16
SHOWN_OTHERS = 3
SAME_VECTOR = 0.001
"""Cosine distance, up to which another question may come before a chunk's own."""
MOST_RIVALS = NEIGHBOURS - 2
"""So many neighbours are seen at least, a chunk's own two vectors aside."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of a chunk's own, and what it found."""

    question: str
    hits: tuple[RetrievedChunk, ...]


class Unreachable:
    """Searches for each chunk as somebody would who may see it and wants exactly this, by the real search."""

    def __init__(
        self, embedder: QueryEmbedder, search: ChunkSearch, knowledge_sets: Sequence[str], limits: Limits
    ) -> None:
        self._embedder = embedder
        self._search = search
        self._sets = tuple(knowledge_sets)
        self._limits = limits

    def findings(self, batch: Batch) -> Iterator[Finding]:
        """The chunks of the batch that none of their own questions finds."""
        waiting = [chunk for chunk in batch.chunks if chunk.own_questions and not self._surely_found(chunk, batch)]
        waiting = self._not_nearest(waiting)
        tried: dict[int, _Asked] = {}
        attempt = 0
        while waiting:
            asked = self._ask([(chunk, chunk.own_questions[attempt]) for chunk in waiting])
            missed = [chunk for chunk in waiting if not _is_among(chunk, self._counted(asked[chunk.id]))]
            tried |= {chunk.id: asked[chunk.id] for chunk in missed if chunk.id not in tried}
            attempt += 1
            waiting = [chunk for chunk in missed if attempt < len(chunk.own_questions)]
            yield from (_finding(chunk, tried[chunk.id]) for chunk in missed if attempt >= len(chunk.own_questions))

    def _surely_found(self, chunk: LintedChunk, batch: Batch) -> bool:
        """A pair's question is embedded as it is, so it finds the pair at distance 0: unless the index has lost it, or
        as many others have the same question as are shown. Words can't put a longer distance before 0."""
        space = batch.knowledge_set.space
        if not chunk.is_pair or space.query_prompt != space.passage_prompt or chunk.id not in batch.indexed:
            return False
        rivals = sum(pair.one.id == chunk.id and pair.distance <= SAME_VECTOR for pair in batch.near)
        return rivals < min(self._limits.top_k, MOST_RIVALS)

    def _not_nearest(self, chunks: Sequence[LintedChunk]) -> list[LintedChunk]:
        """Without those that lie nearest to their own beginning: they hold its words as well, so words don't push them
        away. It spares most chunks the search by words, which takes longer."""
        asked = self._ask([(chunk, chunk.own_questions[0]) for chunk in chunks], "dense")
        return [chunk for chunk in chunks if not _is_among(chunk, self._counted(asked[chunk.id])[:1])]

    def _ask(self, wanted: Sequence[tuple[LintedChunk, str]], ways: Ways = "fused") -> dict[int, _Asked]:
        """By chunk id, searched together as far as the same people may see the chunks."""
        by_audience: defaultdict[tuple[str, ...], list[tuple[LintedChunk, str]]] = defaultdict(list)
        for chunk, question in wanted:
            by_audience[tuple(dict.fromkeys((EVERYONE, *chunk.audience)))].append((chunk, question))
        found: dict[int, _Asked] = {}
        for audiences, questions in by_audience.items():
            scope = Scope(self._sets, audiences)
            for start in range(0, len(questions), BATCH_QUERIES):
                found |= self._searched(scope, questions[start : start + BATCH_QUERIES], ways)
        return found

    def _searched(self, scope: Scope, questions: Sequence[tuple[LintedChunk, str]], ways: Ways) -> dict[int, _Asked]:
        texts = [question for _, question in questions]
        vectors = self._embedder.embed_queries(texts)
        queries = [Query(text, vector, self._limits.top_k) for text, vector in zip(texts, vectors, strict=True)]
        results = self._search.search_many(scope, self._embedder.model_name, queries, ways)
        return {
            chunk.id: _Asked(question, tuple(hits)) for (chunk, question), hits in zip(questions, results, strict=True)
        }

    def _counted(self, asked: _Asked) -> tuple[RetrievedChunk, ...]:
        """What an answer to the question may be made from."""
        return judge(Retrieval(asked.hits, searched=(asked.question,)), self._limits.max_distance).chunks


def _is_among(chunk: LintedChunk, hits: Sequence[RetrievedChunk]) -> bool:
    """A passage that says the same in its place is as good."""
    return any(
        chunk.id in (hit.chunk_id, *hit.chunk_ids) or shared_shingles(hit.text, chunk.text) >= SAME_SHARE
        for hit in hits
    )


def _finding(chunk: LintedChunk, asked: _Asked) -> Finding:
    own = next((hit for hit in asked.hits if chunk.id in (hit.chunk_id, *hit.chunk_ids)), None)
    if own is not None:
        why = f"{asked.question!r} finds it, but too far away to count (ASSISTANT_MAX_DISTANCE)"
        return Finding("unreachable", Place.of(chunk), why, (), own.distance)
    others = tuple(Place.of_hit(hit) for hit in asked.hits[:SHOWN_OTHERS])
    nearest = asked.hits[0].distance if asked.hits else None
    return Finding("unreachable", Place.of(chunk), f"{asked.question!r} finds others before it", others, nearest)
