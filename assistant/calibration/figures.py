"""How well limits do on questions that they were not fitted on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.calibration.fit import Judged, fitted
from assistant.embedding.distances import NearDistances
from assistant.evaluation.curves import area_under_risk, refusals, risk_coverage

FOLDS = 5


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """`precision`, `recall` and `f1` are those of refusing a question that was asked. `overheard_precision`: the share
    of the overheard questions answered that the set does answer; `overheard_coverage`: the share of those that it
    answers that are. `aurc`: the area under the risk-coverage curve, at which limits play no part. None: nothing to
    divide by."""

    precision: float | None
    recall: float | None
    f1: float | None
    overheard_precision: float | None
    overheard_coverage: float
    aurc: float | None


def figures(judged: Sequence[Judged], limits: Sequence[NearDistances]) -> CalibrationFigures:
    """Those of the questions, each judged by the limits in its place."""
    pairs = list(zip(judged, limits, strict=True))
    to_refuse = [not each.answerable for each in judged]
    refused = refusals([not each.distance <= near.asked for each, near in pairs], to_refuse)
    said = [each.answerable for each, near in pairs if each.distance <= near.overheard]
    answerable = sum(each.answerable for each in judged)
    return CalibrationFigures(
        refused.precision,
        refused.recall,
        refused.f1,
        sum(said) / len(said) if said else None,
        sum(said) / answerable if answerable else 0.0,
        area_under_risk(risk_coverage([each.distance for each in judged], to_refuse)),
    )


def cross_validated(judged: Sequence[Judged]) -> CalibrationFigures:
    """The figures with limits that were fitted, for each question, on others. There must be FOLDS of either kind."""
    limits: dict[int, NearDistances] = {}
    for part in _parts(judged):
        held_out = set(part)
        near = fitted([each for place, each in enumerate(judged) if place not in held_out])
        limits |= dict.fromkeys(part, near)
    return figures(judged, [limits[place] for place in range(len(judged))])


def _parts(judged: Sequence[Judged]) -> list[list[int]]:
    """The places of the questions in FOLDS parts that hold as many of either kind."""
    order = list(range(len(judged)))
    random.Random(0).shuffle(order)  # noqa: S311 (parts, no secret)
    order.sort(key=lambda place: judged[place].answerable)
    return [order[start::FOLDS] for start in range(FOLDS)]
