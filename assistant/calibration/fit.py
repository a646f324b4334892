"""Fits the gate's two limits: for questions to the assistant, and for what it only overheard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from assistant.embedding.distances import NearDistances
from assistant.errors import CalibrationError
from assistant.evaluation.curves import RefusalPoint, refusal_curve

FEWEST = 20
"""Questions of either kind, below which a limit is mostly chance."""
OVERHEARD_PRECISION = 0.95
"""Of the overheard questions that are answered, the share that the set does answer: whoever was not asked must be
right."""
NEVER = -1.0
"""A limit that no distance is within."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the distance that the gate goes by (see gate.GateResult), and whether the set answers it."""

    distance: float
    answerable: bool


def check_enough(judged: Sequence[Judged]) -> None:
    """Raises CalibrationError where there are too few of either kind."""
    answerable = sum(each.answerable for each in judged)
    if min(answerable, len(judged) - answerable) < FEWEST:
        raise CalibrationError(
            f"{answerable} questions with an answer and {len(judged) - answerable} without are too few to calibrate by:"
            f" give at least {FEWEST} of each kind"
        )


def fitted(judged: Sequence[Judged]) -> NearDistances:
    """The limits that suit these questions, of which there must be some of either kind."""
    asked = _best_refusing(judged)
    return NearDistances(asked, min(asked, _precise(judged)))


def _best_refusing(judged: Sequence[Judged]) -> float:
    """Where refusing has the highest F1, halfway to the next question; of equally good ones the farthest."""
    points = refusal_curve([each.distance for each in judged], [not each.answerable for each in judged])
    # The first of the best: the farthest comes first.
    best = max(range(len(points)), key=lambda place: _f1(points[place]))
    refused = points[best].distance
    return (refused + points[best + 1].distance) / 2 if best + 1 < len(points) else refused / 2


def _f1(point: RefusalPoint) -> float:
    return 2 * point.precision * point.recall / (point.precision + point.recall) if point.recall else 0.0


def _precise(judged: Sequence[Judged]) -> float:
    """The farthest limit within which OVERHEARD_PRECISION holds, were one more of them wrong; NEVER where none is.

    Where few of the questions are without an answer these weigh more, as if there were as many of both kinds: in a
    channel most of what is said is none of the assistant's business.
    """
    answerable = sum(each.answerable for each in judged)
    weight = max(1.0, answerable / (len(judged) - answerable))
    limit, right, wrong, before = NEVER, 0, 0.0, 0.0
    is_good = False
    for distance, group in groupby(sorted(judged, key=attrgetter("distance")), key=attrgetter("distance")):
        if is_good:
            limit = (before + distance) / 2
        for each in group:
            right += each.answerable
            wrong += 0 if each.answerable else weight
        is_good, before = right >= OVERHEARD_PRECISION * (right + wrong + 1), distance
    return before if is_good else limit
