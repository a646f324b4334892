"""All checks of knowledge sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.embedding.base import QueryEmbedder
from assistant.rerank import Reranker
from assistant.vector_store.base import ChunkSearch
from assistant.vector_store.scope import Scope
from ingest.lint.collisions import Collisions
from ingest.lint.contradictions import contradiction
from ingest.lint.dead_links import DeadLinks
from ingest.lint.duplicates import is_duplicate
from ingest.lint.finding import KINDS, Finding
from ingest.lint.limits import Limits
from ingest.lint.progress import Progress
from ingest.lint.stored_chunks import StoredChunks
from ingest.lint.unanswered import unanswered
from ingest.lint.unreachable import Unreachable


@dataclass(frozen=True, slots=True)
class LintParts:
    """What the checks work with. `dead_links` is None where links are not to be followed, `questions` are those that
    people asked."""

    chunks: StoredChunks
    embedder: QueryEmbedder
    search: ChunkSearch
    knowledge_sets: tuple[str, ...]
    limits: Limits
    dead_links: DeadLinks | None = None
    reranker: Reranker | None = None
    questions: Sequence[str] = field(default_factory=tuple)


def lint(parts: LintParts, progress: Progress) -> list[Finding]:
    """Everything to be mended, the most important first."""
    found = [*_of_chunks(parts, progress), *_of_links(parts, progress), *_of_questions(parts, progress)]
    return sorted(found, key=lambda finding: KINDS.index(finding.kind))


def _of_chunks(parts: LintParts, progress: Progress) -> Iterator[Finding]:
    total, done = parts.chunks.count(), 0
    contradictions, duplicates = Collisions("contradiction"), Collisions("duplicate")
    unreachable = Unreachable(parts.embedder, parts.search, parts.knowledge_sets, parts.limits)
    for batch in parts.chunks.batches():
        for pair in batch.near:
            if is_duplicate(pair):
                duplicates.add(pair, "they say the same")
            elif why := contradiction(pair):
                contradictions.add(pair, why)
        yield from unreachable.findings(batch)
        if parts.dead_links is not None:
            for chunk in batch.chunks:
                parts.dead_links.add(chunk)
        done += len(batch.chunks)
        progress.show("passages", done, max(done, total))
    yield from contradictions.findings()
    yield from duplicates.findings()


def _of_links(parts: LintParts, progress: Progress) -> Iterator[Finding]:
    if parts.dead_links is not None:
        yield from parts.dead_links.findings(lambda done, total: progress.show("links", done, total))


def _of_questions(parts: LintParts, progress: Progress) -> list[Finding]:
    return unanswered(
        parts.questions,
        parts.embedder,
        parts.search,
        Scope(parts.knowledge_sets),
        parts.limits,
        reranker=parts.reranker,
        on_asked=lambda done, total: progress.show("questions", done, total),
    )
