"""Figures of limits, and figures by limits that were fitted on other questions."""

from __future__ import annotations

import pytest

from assistant.calibration.figures import CalibrationFigures, cross_validated, figures
from assistant.calibration.fit import Judged
from assistant.embedding.distances import NearDistances

NEAR = Judged(0.2, answerable=True)
FAR = Judged(0.8, answerable=False)


def test_figures_count_what_is_refused_and_what_is_answered() -> None:
    """Two of three refusals are right, and all that should be; one of three is answered unasked, and rightly."""
    asked = [NEAR, Judged(0.4, answerable=True), Judged(0.7, answerable=True), FAR, FAR]
    found = figures(asked, [NearDistances(0.5, 0.3)] * 5)
    assert (found.precision, found.recall, found.f1) == pytest.approx((2 / 3, 1.0, 0.8))
    assert (found.overheard_precision, found.overheard_coverage) == pytest.approx((1.0, 1 / 3))
    assert found.aurc == pytest.approx((1 / 4 + 2 / 5) / 5)


def test_nothing_to_divide_by_is_no_figure() -> None:
    """Neither a perfect one nor zero."""
    assert figures([NEAR], [NearDistances(0.5, -1.0)]) == CalibrationFigures(None, None, None, None, 0.0, 0.0)


def test_cross_validation_judges_by_limits_of_others() -> None:
    """An outlier can't move its own limit: seen by it, it would pass."""
    questions = [NEAR] * 30 + [FAR] * 30
    assert cross_validated(questions).f1 == pytest.approx(1.0)
    outlier = Judged(0.79, answerable=True)
    assert cross_validated([*questions, outlier]).precision == pytest.approx(30 / 31)
