"""A worker: takes in the documents of whichever sync has tasks."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from dataclasses import dataclass, replace

from assistant import wiring
from assistant.embedding.base import Embedder
from assistant.errors import DatabaseUnavailable
from assistant.presence import LiveLock
from ingest.intake import Intake
from ingest.spread.counted_reader import CountedReader
from ingest.spread.feed import POLL_S, Feed
from ingest.spread.held_tasks import HeldTasks
from ingest.spread.run_table import Run, RunTable
from ingest.spread.task_table import LEASE_S, TaskTable
from ingest.wiring import Knowledge

_log = logging.getLogger(__name__)

TIDY_S = 60.0


def holder_name(pid: int) -> str:
    """What a worker process of this machine is called in the tasks that it holds."""
    return f"{socket.gethostname()}-{pid}"


@dataclass(frozen=True, slots=True)
class WorkerKnowledge(Knowledge):
    """Knowledge whose embedding model keeps `threads` busy; None: as many as there are cores."""

    threads: int | None = None

    def embedder_named(self, name: str) -> Embedder:
        return wiring.embedder_named(name, self.settings, self.threads)


class TaskWorker:
    """Serves one run at a time, and keeps the last embedding model loaded. `wake` it when there may be tasks."""

    def __init__(self, knowledge: WorkerKnowledge, sign: LiveLock) -> None:
        self._knowledge = knowledge
        self._sign = sign
        self._tasks = TaskTable(knowledge.pool)
        self._runs = RunTable(knowledge.pool, knowledge.settings.database_url)
        self._holder = holder_name(os.getpid())
        self._held = HeldTasks()
        self._model: tuple[str, Embedder] | None = None
        self._tidied_at = float("-inf")
        self.wake = threading.Event()
        self.stopping = threading.Event()

    def stop(self) -> None:
        """Lease no more, finish what is begun, and return from `work`."""
        self.stopping.set()
        self.wake.set()

    def work(self) -> None:
        """Until `stop`. Raises AssistantError where this worker can do nothing: its embedding model can't be loaded,
        or is not the knowledge set's; no process for reading can be started."""
        threading.Thread(target=self._renew, name="ingest-renew", daemon=True).start()
        while not self.stopping.is_set():
            try:
                self._look()
            except DatabaseUnavailable as exc:
                # What it held, others take over.
                _log.warning("tasks can't be had", extra={"action": "lease", "error": type(exc).__name__})
                self._held.clear()
                self.stopping.wait(POLL_S)

    def _look(self) -> None:
        self.wake.clear()
        if time.monotonic() - self._tidied_at > TIDY_S:
            self._tidied_at = time.monotonic()
            self._runs.drop_abandoned()
        run = self._runs.find()
        if run is None:
            self.wake.wait(POLL_S)
            return
        try:
            self._serve(run)
        finally:
            if left := self._held.clear():
                self._tasks.hand_back(left, self._holder)

    def _serve(self, run: Run) -> None:
        """Take in tasks of the run until there are none."""
        knowledge = replace(self._knowledge, settings=run.order.applied_to(self._knowledge.settings))
        embedder = self._embedder(knowledge, run)
        intake = Intake(knowledge, run.order.choices)
        feed = Feed(self._tasks, run.id, self._holder, self._held, wake=self.wake, stopping=self.stopping)
        with CountedReader(intake.reader(), self._held) as reader:
            for outcome in intake.pipeline(reader, embedder).run(feed.sources(), finishes=False):
                feed.told(outcome)

    def _embedder(self, knowledge: WorkerKnowledge, run: Run) -> Embedder:
        name = run.order.embedding_model
        if self._model is None or self._model[0] != name:
            self._model = None  # two models at once may be more than there is memory
            self._model = (name, knowledge.embedder_named(name))
        return self._model[1]

    def _renew(self) -> None:
        """The leases, and the sign of life, every quarter of a lease."""
        while True:
            try:
                self._sign.keep()
                if ids := self._held.ids:
                    self._tasks.renew(ids, self._holder)
            except DatabaseUnavailable as exc:
                _log.warning("leases could not be renewed", extra={"action": "renew", "error": type(exc).__name__})
            time.sleep(LEASE_S / 4)
