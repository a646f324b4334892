"""How well searches find what they should: recall, MRR and nDCG."""

from __future__ import annotations

import math
from collections.abc import Sequence

from assistant.evaluation.hits import Found, Wanted, gains

DEPTHS = (1, 3, 5)
DEEPEST = 10
MEASURES = (*(f"recall@{depth}" for depth in DEPTHS), "MRR", f"nDCG@{DEEPEST}")
"""recall@k: the share of questions with one of the wanted passages among the first k. MRR: the mean of 1 / the place of
the first one, 0 beyond the tenth. nDCG@10: gains discounted by log2(place + 1), as a share of the best possible
(Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418), where each wanted passage gains once."""


def first_place(wanted: Sequence[Wanted], found: Sequence[Found]) -> int | None:
    """The place, from 1, of the first passage that is wanted, within the first ten."""
    gained = gains(wanted, found[:DEEPEST])
    return next((place for place, gain in enumerate(gained, start=1) if gain), None)


def measures_of_one(wanted: Sequence[Wanted], found: Sequence[Found]) -> tuple[float, ...]:
    """MEASURES of one question, for which something is wanted."""
    gained = [min(gain, 1) for gain in gains(wanted, found[:DEEPEST])]
    place = first_place(wanted, found) or math.inf
    recalls = (float(place <= depth) for depth in DEPTHS)
    best = sum(_discount(place) for place in range(1, min(DEEPEST, len(wanted)) + 1))
    total = sum(gain * _discount(place) for place, gain in enumerate(gained, start=1))
    return (*recalls, 1 / place, total / best)


def mean_measures(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The mean of each of MEASURES over questions, of which there is at least one."""
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


def _discount(place: int) -> float:
    return 1 / math.log2(place + 1)
