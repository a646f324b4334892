"""The tasks that a worker holds, from its lease to its last outcome."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.outcome import Outcome
from ingest.spread.task_table import Done, Task


@dataclass(slots=True)
class _Held:
    task_id: int
    expected: int | None = None
    outcomes: list[Outcome] = field(default_factory=list)


class HeldTasks:
    """Tasks by the uri of their source; safe to share between threads. A source gives as many outcomes as its reader
    gave entries."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._by_uri: dict[str, _Held] = {}

    def __len__(self) -> int:
        return len(self._by_uri)

    @property
    def ids(self) -> list[int]:
        with self._changed:
            return [held.task_id for held in self._by_uri.values()]

    def add(self, task: Task) -> None:
        with self._changed:
            self._by_uri[task.source.uri] = _Held(task.id)

    def expect(self, uri: str, count: int) -> None:
        """The source has been read: so many outcomes are to come."""
        with self._changed:
            if uri in self._by_uri:
                self._by_uri[uri].expected = count

    def told(self, outcome: Outcome) -> Done | None:
        """Take an outcome in; the task, if this was its last one."""
        with self._changed:
            held = self._by_uri.get(outcome.source_uri)
            if held is None:
                return None
            held.outcomes.append(outcome)
            return Done(held.task_id, tuple(held.outcomes)) if len(held.outcomes) == held.expected else None

    def remove(self, uris: Sequence[str]) -> None:
        with self._changed:
            for uri in uris:
                self._by_uri.pop(uri, None)
            self._changed.notify_all()

    def clear(self) -> list[int]:
        """Forget all; the ids that were held."""
        with self._changed:
            ids = [held.task_id for held in self._by_uri.values()]
            self._by_uri.clear()
            self._changed.notify_all()
        return ids

    def wait(self, timeout_s: float) -> None:
        """Return when some were removed, or after the time."""
        with self._changed:
            self._changed.wait(timeout_s)
