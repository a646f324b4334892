"""What belongs together by pairs."""

from __future__ import annotations

from collections import defaultdict


class Groups:
    """Ids that were joined, also by way of others (disjoint sets)."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def join(self, one: int, other: int) -> None:
        for key in (one, other):
            self._above.setdefault(key, key)
        first, second = sorted((self._top(one), self._top(other)))
        self._above[second] = first

    def all(self) -> list[list[int]]:
        """The groups, each in order; the largest first, then by their first ids."""
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for key in sorted(self._above):
            groups[self._top(key)].append(key)
        return sorted(groups.values(), key=lambda group: (-len(group), group[0]))

    def _top(self, key: int) -> int:
        while self._above[key] != key:
            self._above[key] = self._above[self._above[key]]
            key = self._above[key]
        return key
