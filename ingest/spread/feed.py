"""What a worker's pipeline is fed with: tasks of one run, leased a few at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from ingest.outcome import Outcome
from ingest.reading.base import SourceFile
from ingest.spread.held_tasks import HeldTasks
from ingest.spread.task_table import Task, TaskTable

LEASED_TOGETHER = 4
# Enough for batches of like length; few enough that no other worker is idle at the end while this one has a lot.
MAX_HELD = 64
POLL_S = 2.0
"""How often a worker looks for tasks by itself: a wake-up through Redis may be lost."""
_ROOM_S = 0.5


class Feed:
    """The tasks of one run for one worker. `wake` is set when there may be new ones; `stopping`: lease no more."""

    def __init__(
        self,
        tasks: TaskTable,
        run_id: int,
        holder: str,
        held: HeldTasks,
        *,
        wake: threading.Event,
        stopping: threading.Event,
    ) -> None:
        self._tasks = tasks
        self._run_id = run_id
        self._holder = holder
        self._held = held
        self._wake = wake
        self._stopping = stopping

    def sources(self) -> Iterator[SourceFile]:
        """Each leased source, as long as there are any, or may soon be."""
        while not self._stopping.is_set():
            if len(self._held) > MAX_HELD - LEASED_TOGETHER:
                self._held.wait(_ROOM_S)
                continue
            self._wake.clear()
            leased = self._tasks.lease(self._run_id, self._holder, LEASED_TOGETHER)
            if leased:
                yield from self._given(leased)
            elif len(self._held):
                self._held.wait(_ROOM_S)
            elif leased := self._tasks.lease(self._run_id, self._holder, 1, again=True):
                yield from self._given(leased)
                self._wait_for_all()
            elif not self._wake.wait(POLL_S):
                return

    def told(self, outcome: Outcome) -> None:
        """Note the outcome; a source's last one ends its task."""
        done = self._held.told(outcome)
        if done is not None:
            self._tasks.finish(done.id, self._holder, done.outcomes)
            self._held.remove([outcome.source_uri])

    def _given(self, leased: list[Task]) -> Iterator[SourceFile]:
        for task in leased:
            self._held.add(task)  # all are renewed from here on
        for task in leased:
            yield task.source

    def _wait_for_all(self) -> None:
        while len(self._held) and not self._stopping.is_set():
            self._held.wait(_ROOM_S)
