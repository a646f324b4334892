"""What is known of the knowledge sets' calibrations, looked up again now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from assistant.calibration.store import Calibration
from assistant.embedding.distances import NearDistances

LOOKED_UP_FOR_S = 10.0
"""Seconds after which a worker sees a new calibration."""


class FindsCalibrations(Protocol):
    """The reading part of CalibrationStore."""

    def find(self, knowledge_set: str, model_name: str) -> Calibration | None: ...


class RecordedCalibrations:
    """Gives the limits of sets that are searched together, at the cost of a look at the database every
    LOOKED_UP_FOR_S. Safe to share between threads: at worst two look at once."""

    def __init__(self, store: FindsCalibrations, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, NearDistances | None]] = {}

    def of(self, knowledge_sets: Sequence[str], model_name: str) -> NearDistances | None:
        """The limits of the sets by the vectors of that model, the strictest of those that are calibrated; None where
        none is. Raises DatabaseUnavailable."""
        found = [near for name in knowledge_sets if (near := self._limits(name, model_name)) is not None]
        if not found:
            return None
        return NearDistances(min(near.asked for near in found), min(near.overheard for near in found))

    def _limits(self, name: str, model_name: str) -> NearDistances | None:
        now = self._clock()
        looked_up = self._known.get((name, model_name))
        if looked_up is None or now - looked_up[0] >= LOOKED_UP_FOR_S:
            calibration = self._store.find(name, model_name)
            looked_up = now, calibration.limits if calibration else None
            self._known[name, model_name] = looked_up
        return looked_up[1]
