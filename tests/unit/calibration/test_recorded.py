"""Calibrations as a worker knows them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.calibration.recorded import LOOKED_UP_FOR_S, RecordedCalibrations
from assistant.calibration.store import Calibration
from assistant.embedding.distances import NearDistances


class Kept:
    """Calibrations by set and model; counts how often it is asked."""

    def __init__(self) -> None:
        self.limits: dict[tuple[str, str], NearDistances] = {}
        self.asked = 0

    def find(self, knowledge_set: str, model_name: str) -> Calibration | None:
        self.asked += 1
        limits = self.limits.get((knowledge_set, model_name))
        return Calibration(limits, datetime.now(UTC)) if limits else None


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_new_calibration_is_seen_without_a_restart(kept: Kept) -> None:
    """Within LOOKED_UP_FOR_S; until then the database is left alone."""
    now = 0.0
    recorded = RecordedCalibrations(kept, clock=lambda: now)
    assert recorded.of(["faq"], "m") is None
    kept.limits["faq", "m"] = NearDistances(0.5, 0.2)
    now = LOOKED_UP_FOR_S - 1
    assert (recorded.of(["faq"], "m"), kept.asked) == (None, 1)
    now = LOOKED_UP_FOR_S
    assert (recorded.of(["faq"], "m"), kept.asked) == (NearDistances(0.5, 0.2), 2)


def test_other_models_calibration_does_not_count(kept: Kept) -> None:
    """Its vectors lie otherwise."""
    kept.limits["faq", "old"] = NearDistances(0.5, 0.2)
    assert RecordedCalibrations(kept).of(["faq"], "new") is None


def test_strictest_counts_for_sets_that_are_searched_together(kept: Kept) -> None:
    """A question that one of them answers may be near to the other by chance."""
    kept.limits |= {("a", "m"): NearDistances(0.5, 0.1), ("b", "m"): NearDistances(0.4, 0.2)}
    assert RecordedCalibrations(kept).of(["a", "b", "c"], "m") == NearDistances(0.4, 0.1)
