"""Pairs of passages that collide, gathered to findings."""

from __future__ import annotations

from ingest.lint.finding import Finding, Kind, Place
from ingest.lint.grouping import Groups
from ingest.lint.passage import NearPair


class Collisions:
    """Findings of one kind, one for each group of passages. Of a group the nearest pair tells why."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._groups = Groups()
        self._places: dict[int, Place] = {}
        self._reasons: dict[int, tuple[float, str]] = {}

    def add(self, pair: NearPair, why: str) -> None:
        """That the two collide. Each pair may come twice, once from either side."""
        for chunk in (pair.one, pair.other):
            if chunk.id not in self._places:
                self._places[chunk.id] = Place.of(chunk)
            known = self._reasons.get(chunk.id)
            if known is None or pair.distance < known[0]:
                self._reasons[chunk.id] = (pair.distance, why)
        self._groups.join(pair.one.id, pair.other.id)

    def findings(self) -> list[Finding]:
        return [self._finding(group) for group in self._groups.all()]

    def _finding(self, group: list[int]) -> Finding:
        distance, why = min(self._reasons[chunk_id] for chunk_id in group)
        first, *others = (self._places[chunk_id] for chunk_id in group)
        return Finding(self._kind, first, why, tuple(others), distance, len(group))
