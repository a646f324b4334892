"""The process that plays Slack, from outside: what it is told, and what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.bench.processes import ROOT, end, first_line


@dataclass(frozen=True, slots=True)
class Run:
    """One run, a place of each list for each post. Times are of the machine's monotonic clock, 0.0 for "never"."""

    event_keys: list[str]
    posted_at: list[float]
    acked_at: list[float]
    visible_at: list[float]
    statuses: list[int]
    notices: int
    duplicates: int
    unknown_calls: dict[str, int]
    first_seen_at: list[float] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.event_keys)

    @property
    def answered(self) -> int:
        return sum(map(bool, self.visible_at))

    @property
    def refused(self) -> int:
        """Posts that were not acknowledged with a 2xx."""
        return sum(not 200 <= status < 300 for status in self.statuses)

    @property
    def reply_s(self) -> list[float]:
        """Seconds from the post to its visible reply, of those answered."""
        return [seen - posted for posted, seen in zip(self.posted_at, self.visible_at, strict=True) if seen]

    @property
    def ack_s(self) -> list[float]:
        """Seconds from the post to the platform's acknowledgement."""
        return [acked - posted for posted, acked in zip(self.posted_at, self.acked_at, strict=True)]

    def replies_per_s(self, begin: float, end: float) -> float:
        """Visible replies a second between two moments."""
        return sum(begin <= seen < end for seen in self.visible_at) / (end - begin)


class Load:
    """Gives orders, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.api_url = first_line(process)

    def introduce(self, events_url: str) -> None:
        """Let everybody be known by name."""
        told = self._order(do="introduce", events_url=events_url)
        if told.unknown_calls:
            raise RuntimeError(f"the load plays no such part of Slack: {told.unknown_calls}")

    def at_rate(self, events_url: str, rate: float, seconds: float, *, wait_s: float = 60.0) -> Run:
        """Post `rate` questions a second, then wait for the answers, at most `wait_s`."""
        return self._order(do="rate", events_url=events_url, rate=rate, seconds=seconds, wait_s=wait_s)

    def closed_loop(self, events_url: str, customers: int, seconds: float, *, wait_s: float = 60.0) -> Run:
        """Let so many people ask, each again when answered, and all for so long."""
        return self._order(do="closed", events_url=events_url, customers=customers, seconds=seconds, wait_s=wait_s)

    def _order(self, **order: object) -> Run:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(first_line(self.process))
        return Run(**told)


@contextmanager
def slack_load() -> Iterator[Load]:
    """The process, while the block runs."""
    command = [sys.executable, "-m", "tests.bench.slack_load"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield Load(process)
    finally:
        end(process)
