"""Curves against values worked out by hand, and against scikit-learn."""

from __future__ import annotations

import random

import pytest
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve, precision_score, recall_score

from assistant.evaluation.curves import (
    RefusalPoint,
    Refusals,
    RiskPoint,
    area_under_risk,
    average_precision,
    refusal_curve,
    refusals,
    risk_coverage,
)


def judged(seed: int) -> tuple[list[float], list[bool]]:
    """200 questions, many at the same distance."""
    chance = random.Random(seed)
    to_refuse = [chance.random() < 0.3 for _ in range(200)]
    return [round(chance.gauss(0.6 if refuse else 0.4, 0.15), 2) for refuse in to_refuse], to_refuse


def test_refusal_curve_has_a_point_for_each_distance() -> None:
    """The farthest first; questions of one distance are refused together."""
    points = refusal_curve([0.9, 0.5, 0.7, 0.7], [True, False, True, False])
    assert points == [RefusalPoint(0.9, 1.0, 0.5), RefusalPoint(0.7, 2 / 3, 1.0), RefusalPoint(0.5, 0.5, 1.0)]
    assert average_precision(points) == pytest.approx(0.5 * 1.0 + 0.5 * 2 / 3)


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_is_that_of_scikit_learn(seed: int) -> None:
    """Equal distances included."""
    distances, to_refuse = judged(seed)
    points = refusal_curve(distances, to_refuse)
    assert pytest.approx(average_precision_score(to_refuse, distances)) == average_precision(points)
    precision, recall, _ = precision_recall_curve(to_refuse, distances)
    assert pytest.approx(list(precision[:-1])) == [point.precision for point in reversed(points)]
    assert pytest.approx(list(recall[:-1])) == [point.recall for point in reversed(points)]


@pytest.mark.parametrize("seed", range(5))
def test_refusals_are_judged_as_by_scikit_learn(seed: int) -> None:
    """At one limit."""
    distances, to_refuse = judged(seed)
    refused = [distance > 0.5 for distance in distances]
    expected = (
        precision_score(to_refuse, refused),
        recall_score(to_refuse, refused),
        f1_score(to_refuse, refused),
    )
    found = refusals(refused, to_refuse)
    assert pytest.approx(expected) == (found.precision, found.recall, found.f1)


@pytest.mark.parametrize(
    ("refused", "to_refuse", "expected"),
    [
        ([False, False], [False, False], Refusals(None, None, None)),
        ([True, False], [False, False], Refusals(0.0, None, None)),
        ([False, False], [True, False], Refusals(None, 0.0, 0.0)),
        ([True, False], [True, False], Refusals(1.0, 1.0, 1.0)),
    ],
)
def test_what_cannot_be_told_is_none(refused: list[bool], to_refuse: list[bool], expected: Refusals) -> None:
    """Nothing is divided by nothing."""
    assert expected == refusals(refused, to_refuse)


def test_nothing_to_refuse_has_no_curve() -> None:
    """And no area."""
    assert refusal_curve([0.1, 0.2], [False, False]) == []
    assert average_precision([]) is None


def test_risk_rises_with_coverage() -> None:
    """The nearest first: 0 of 1, 1 of 2, 1 of 3, 2 of 4."""
    points = risk_coverage([0.1, 0.4, 0.2, 0.3], [False, True, True, False])
    assert points == [RiskPoint(0.25, 0.0), RiskPoint(0.5, 0.5), RiskPoint(0.75, 1 / 3), RiskPoint(1.0, 0.5)]
    assert area_under_risk(points) == pytest.approx((0.0 + 0.5 + 1 / 3 + 0.5) / 4)


def test_risk_of_equal_distances_does_not_hang_on_their_order() -> None:
    """The wrong ones among them are spread evenly."""
    one, other = risk_coverage([0.1, 0.1], [True, False]), risk_coverage([0.1, 0.1], [False, True])
    assert one == other == [RiskPoint(0.5, 0.5), RiskPoint(1.0, 0.5)]
    assert area_under_risk([]) is None
