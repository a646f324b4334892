"""Whether to answer: only from passages that are near enough to the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from assistant.checks.known import known
from assistant.checks.words import content_words, known_words
from assistant.embedding.distances import SPREAD
from assistant.retrieve import Retrieval
from assistant.vector_store.base import RetrievedChunk

MAX_DEPARTURE = 0.84
"""Of the embedding model's spread: a question that departs farther has left the conversation's topic. Measured on
dialogues: of the follow-ups 94 % stay; of questions that other dialogues began with 41 %, and of those of quite another
kind 13 %."""
OF_DISTANCE = 0.3
"""How much of the question's distance from what was said before counts as departing,"""
OF_OWN = 0.1
"""and how much of its distance from all that is known counts against it: one that is near by itself needs no topic."""
OF_LEANING = 0.24
"""Of the spread: so much less departs who says "it" or "and what about"."""
NEIGHBOURS = 5
OF_NEIGHBOURS = 0.3
"""How much of what the nearest passages lie farther away than the very nearest, on average, is added to its distance:
one near passage among far ones is an accident more often than one of several."""
OF_MISSING = 0.4
"""Of the embedding model's spread, for a nearest passage that holds none of the question's words."""
FARTHEST = 2.0
"""No cosine distance is longer."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What passed: the chunks to answer from, the most relevant first (none: refuse), and the values that decided.
    `distance`: what `max_distance` was compared with, of the nearest chunk, with the `doubt`; None where nothing was
    found. `departure`: how far the question leads away from what was said before; `stays`: that played a part.
    `searched`: see Retrieval."""

    chunks: tuple[RetrievedChunk, ...]
    nearest_alone: float | None
    nearest_in_context: float | None
    drift: float
    max_distance: float
    max_rerank_distance: float | None = None
    nearest_reranked: float | None = None
    distance: float | None = None
    doubt: float = 0.0
    departure: float = 0.0
    stays: bool = False
    searched: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return bool(self.chunks)


def judge(
    retrieval: Retrieval, max_distance: float, max_rerank_distance: float | None = None, spread: float = SPREAD
) -> GateResult:
    """Keep the chunks whose cosine distance, with the doubt added to it, is within `max_distance` or, where they were
    reranked and there is such a limit, those within `max_rerank_distance` ([0, 1]). Never by relevance: what words add
    to it does not tell whether the answer is there. (Fused values calibrate worse: 63.9 against 70.6 F1 on the same
    data.)

    The doubt grows with how far behind the nearest passage the next ones are, and with the share of the question's
    words that it lacks. Mean over seven sets, on questions that the limits were not fitted on, in brackets by the
    plain distance of what is nearest by any search: F1 of refusing 0.907 (0.878), overheard questions answered 0.76
    (0.64), area under risk-coverage 0.238 (0.251).

    A question that stays with the conversation's topic may be near by virtue of what was said before ("and how much is
    it?"); one that leaves the topic must be near by itself, and what was said before plays no part in its answer.
    `spread`: see NearDistances.
    """
    departure = _departure(retrieval, spread)
    stays = bool(retrieval.in_context) and departure <= MAX_DEPARTURE * spread
    candidates = retrieval.merged if stays else retrieval.alone
    nearest = _nearest(candidates)
    doubt = _doubt(retrieval.question, candidates, spread)
    return GateResult(
        chunks=tuple(chunk for chunk in candidates if _is_near(chunk, max_distance - doubt, max_rerank_distance)),
        nearest_alone=_nearest(retrieval.alone),
        nearest_in_context=_nearest(retrieval.in_context),
        drift=retrieval.drift,
        max_distance=max_distance,
        max_rerank_distance=max_rerank_distance,
        nearest_reranked=min((c.rerank_distance for c in candidates if c.rerank_distance is not None), default=None),
        distance=None if nearest is None else nearest + doubt,
        doubt=doubt,
        departure=departure,
        stays=stays,
        searched=retrieval.searched,
    )


def _departure(retrieval: Retrieval, spread: float) -> float:
    """How far the question leads away from what was said before, as a cosine distance; 0 where nothing was."""
    if not retrieval.in_context:
        return 0.0
    own = _nearest(retrieval.alone) or 0.0
    leaning = OF_LEANING * spread if retrieval.leans else 0.0
    return retrieval.drift + OF_DISTANCE * retrieval.from_context - OF_OWN * own - leaning


def _doubt(question: str, candidates: Sequence[RetrievedChunk], spread: float) -> float:
    """What is added to the distances of all of them."""
    if not candidates:
        return 0.0
    ranked = sorted(candidates, key=lambda chunk: chunk.distance)[:NEIGHBOURS]
    nearest = ranked[0]
    behind = fmean(chunk.distance for chunk in ranked) - nearest.distance
    words = content_words(question)
    # Read by itself, the text is remembered for the checks of the answer.
    held = known(nearest.text).words | known_words(f"{nearest.title}\n{nearest.heading}")
    missing = sum(word not in held for word in words) / len(words) if words else 0.0
    return OF_NEIGHBOURS * behind + OF_MISSING * spread * missing


def _is_near(chunk: RetrievedChunk, max_distance: float, max_rerank_distance: float | None) -> bool:
    if chunk.rerank_distance is None or max_rerank_distance is None:
        return chunk.distance <= max_distance
    return chunk.rerank_distance <= max_rerank_distance


def _nearest(chunks: tuple[RetrievedChunk, ...]) -> float | None:
    return min((chunk.distance for chunk in chunks), default=None)
