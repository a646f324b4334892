"""Which questions the assistant would refuse: gaps of the FAQ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.embedding.base import QueryEmbedder
from assistant.gate import judge
from assistant.rerank import Reranker
from assistant.retrieve import Retriever
from assistant.vector_store.base import ChunkSearch, RetrievedChunk
from assistant.vector_store.scope import Scope
from ingest.lint.clusters import clusters, grouped_texts
from ingest.lint.finding import Finding, Place
from ingest.lint.limits import Limits

MAX_GAPS = 5_000
"""Different questions that are put together; what comes after is counted one by one."""


@dataclass(frozen=True, slots=True)
class _Gap:
    question: str
    count: int
    nearest: RetrievedChunk | None


class OneModel:
    """KnowledgeModels for sets of one embedding model that doesn't change meanwhile."""

    def __init__(self, embedder: QueryEmbedder) -> None:
        self._embedder = embedder

    def of(self, knowledge_sets: Sequence[str]) -> QueryEmbedder:
        return self._embedder

    def look_again(self, knowledge_sets: Sequence[str]) -> None:
        """There is no other."""


def unanswered(
    questions: Sequence[str],
    embedder: QueryEmbedder,
    search: ChunkSearch,
    scope: Scope,
    limits: Limits,
    *,
    reranker: Reranker | None,
    on_asked: Callable[[int, int], None],
) -> list[Finding]:
    """The questions that the assistant finds nothing for, by the same search and the same gate; many ways of asking for
    one thing are one finding, what is asked most comes first."""
    retriever = Retriever(OneModel(embedder), search, limits.top_k, reranker)
    counts = grouped_texts(questions)
    gaps: list[_Gap] = []
    for number, (question, count) in enumerate(counts.items(), start=1):
        retrieval = retriever.retrieve(scope, question, ())
        if not judge(retrieval, limits.max_distance, limits.max_rerank_distance).is_open:
            gaps.append(_Gap(question, count, min(retrieval.alone, key=lambda hit: hit.distance, default=None)))
        on_asked(number, len(counts))
    return _grouped(gaps, embedder)


def _grouped(gaps: Sequence[_Gap], embedder: QueryEmbedder) -> list[Finding]:
    together, rest = gaps[:MAX_GAPS], gaps[MAX_GAPS:]
    findings = [_finding([gap]) for gap in rest]
    if together:
        vectors = embedder.embed_queries([gap.question for gap in together])
        for cluster in clusters(vectors):
            others = [together[member] for member in cluster.members if member != cluster.first]
            findings.append(_finding([together[cluster.first], *others]))
    return sorted(findings, key=lambda finding: -finding.count)


def _finding(gaps: Sequence[_Gap]) -> Finding:
    first = gaps[0]
    count = sum(gap.count for gap in gaps)
    others = tuple(Place(gap.question) for gap in gaps[1:])
    if first.nearest is None:
        return Finding("unanswered", Place(first.question), "nothing is found", others, None, count)
    heading = first.nearest.heading or first.nearest.title
    why = f"the nearest passage is {heading!r}" if heading else f"the nearest passage is in {first.nearest.uri}"
    return Finding("unanswered", Place(first.question), why, others, first.nearest.distance, count)
