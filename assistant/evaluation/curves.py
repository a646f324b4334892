"""Precision and recall of refusing, and risk against coverage, over all distances at which one could refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """Where questions of at least that distance are refused: how many of the refused were to be refused, and how many
    of those that were to be refused are."""

    distance: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Where so large a share of the questions is answered, the nearest first: the share of wrong ones among them."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Refusals:
    """Precision, recall and F1 of refusing, as it was done; None where nothing can be told (nothing to divide by)."""

    precision: float | None
    recall: float | None
    f1: float | None


def refusal_curve(distances: Sequence[float], to_refuse: Sequence[bool]) -> list[RefusalPoint]:
    """A point for each distance that occurs, the farthest first. Empty where nothing is to be refused."""
    total = sum(to_refuse)
    if not total:
        return []
    points: list[RefusalPoint] = []
    refused = rightly = 0
    ranked = sorted(zip(distances, to_refuse, strict=True), key=itemgetter(0), reverse=True)
    for distance, group in groupby(ranked, key=itemgetter(0)):
        members = list(group)
        refused += len(members)
        rightly += sum(is_right for _, is_right in members)
        points.append(RefusalPoint(distance, rightly / refused, rightly / total))
    return points


def average_precision(points: Sequence[RefusalPoint]) -> float | None:
    """The area under the curve as steps: the mean of precision, weighted by the gain in recall (as scikit-learn's
    average_precision_score); None without points."""
    if not points:
        return None
    before = [0.0, *(point.recall for point in points)]
    return sum((point.recall - was) * point.precision for point, was in zip(points, before, strict=False))


def risk_coverage(distances: Sequence[float], wrong: Sequence[bool]) -> list[RiskPoint]:
    """A point for each question more that is answered, the nearest first. Questions of one distance can't be told
    apart: the wrong ones among them are spread evenly."""
    points: list[RiskPoint] = []
    answered, errors = 0, 0.0
    ranked = sorted(zip(distances, wrong, strict=True), key=itemgetter(0))
    for _, group in groupby(ranked, key=itemgetter(0)):
        members = list(group)
        share = sum(is_wrong for _, is_wrong in members) / len(members)
        for _ in members:
            answered += 1
            errors += share
            points.append(RiskPoint(answered / len(ranked), errors / answered))
    return points


def area_under_risk(points: Sequence[RiskPoint]) -> float | None:
    """AURC: the mean risk over all coverages (Geifman et al. 2018, https://arxiv.org/abs/1805.08206), 0 is best; None
    without points."""
    return sum(point.risk for point in points) / len(points) if points else None


def refusals(refused: Sequence[bool], to_refuse: Sequence[bool]) -> Refusals:
    """How well was refused."""
    rightly = sum(was and should for was, should in zip(refused, to_refuse, strict=True))
    precision = rightly / sum(refused) if any(refused) else None
    recall = rightly / sum(to_refuse) if any(to_refuse) else None
    if recall is None:
        return Refusals(precision, None, None)
    return Refusals(precision, recall, 2 * rightly / (sum(refused) + sum(to_refuse)))
