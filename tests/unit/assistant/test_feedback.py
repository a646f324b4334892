"""The confidence in what people think of answers."""

from __future__ import annotations

import pytest

from assistant.explaining.feedback import Feedback, wilson


@pytest.mark.parametrize(
    ("up", "rated", "expected"),
    [(0, 1, (0.0, 0.7935)), (1, 1, (0.2065, 1.0)), (5, 10, (0.2366, 0.7634)), (80, 100, (0.7112, 0.8666))],
)
def test_interval_is_wilsons(up: int, rated: int, expected: tuple[float, float]) -> None:
    """Computed with statsmodels' proportion_confint(method="wilson")."""
    assert wilson(up, rated) == pytest.approx(expected, abs=1e-4)


def test_without_ratings_nothing_is_claimed() -> None:
    """No rate, no interval."""
    row = Feedback("llama2/answer@0", "m", 3, 0, 0, 1)
    assert (row.rate, row.interval) == (None, None)
