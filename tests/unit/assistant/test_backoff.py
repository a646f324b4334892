"""Waits between attempts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import pytest

from assistant.backoff import waits


@pytest.mark.parametrize(
    ("backoff_s", "expected"),
    [((1.0, 2.0, 5.0), [1.0, 2.0, 5.0, 5.0, 5.0]), ((0.0,), [0.0] * 5)],
    ids=["growing", "none"],
)
def test_last_wait_is_repeated_for_ever(backoff_s: Sequence[float], expected: list[float]) -> None:
    """Whatever is away may stay away for long."""
    assert expected == list(islice(waits(backoff_s), 5))
