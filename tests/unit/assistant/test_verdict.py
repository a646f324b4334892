"""The values that decided, against their limits."""

from __future__ import annotations

import pytest

from assistant.explaining.explanation import Traced
from assistant.explaining.verdict import nearest


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ({}, ""),
        ({"distance": 0.41}, "nearest 0.41"),
        ({"distance": 0.41, "max_distance": 0.7}, "nearest 0.41 <= 0.70"),
        ({"distance": 0.72, "max_distance": 0.7}, "nearest 0.72 > 0.70"),
        ({"distance": 0.72, "doubt": 0.1, "max_distance": 0.7}, "nearest 0.72 (0.10 of it for doubt) > 0.70"),
        ({"distance": 0.72, "doubt": 0.001, "max_distance": 0.7}, "nearest 0.72 > 0.70"),
        (
            {
                "distance": 0.72,
                "doubt": 0.1,
                "max_distance": 0.7,
                "nearest_reranked": 0.2,
                "max_rerank_distance": 0.5,
            },
            "nearest 0.20 <= 0.50",
        ),
    ],
)
def test_the_nearest_value_stands_against_its_limit(gate: dict[str, float], expected: str) -> None:
    """The reranker's where there is one, which knows no doubt."""
    assert expected == nearest(gate, Traced("", "", "", {}, (), {}, {}, {}, ()))
