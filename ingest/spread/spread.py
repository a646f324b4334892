"""Spreads the sources of a sync over workers, and gathers what became of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field

from assistant.errors import AssistantError
from assistant.presence import LiveLock
from ingest.intake import Choices
from ingest.loaders.options import BYTES_PER_MB
from ingest.outcome import Outcome, Progress
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.spread.portions import Portion, portions
from ingest.spread.queue import TaskQueue
from ingest.spread.run_table import RunTable
from ingest.spread.task_table import TaskTable
from ingest.spread.work_order import WorkOrder
from ingest.spread.worker import holder_name
from ingest.spread.worker_process import LocalWorkers
from ingest.wiring import Knowledge

# So much may wait in the database, whatever the size of the folder.
MAX_WAITING = 1_000
MAX_WAITING_BYTES = 200 * BYTES_PER_MB
POLL_S = 0.1
CHECK_S = 1.0
PATIENCE_S = 15.0
"""How long there may be no worker at all: those on other machines may just be restarting."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Takes documents in as Intake.run does, by `workers` processes beside this one, and all others that serve the same
    database and Redis. No worker is started, and no knowledge set made, where there is no source."""

    knowledge: Knowledge
    choices: Choices
    workers: int

    def run(self, entries: Iterable[SourceFile | RefusedDocument], progress: Progress) -> Iterator[Outcome]:
        """What became of each document. Raises AssistantError when there is no worker, or no database."""
        settings, store = self.knowledge.settings, self.knowledge.store
        runs = RunTable(self.knowledge.pool, settings.database_url)
        runs.wait_for_abandoned(self.choices.knowledge_set)
        found = store.find_set(self.choices.knowledge_set)
        order = WorkOrder.of(self.choices, settings, found)
        stored = False
        with ExitStack() as stack:
            under_way: UnderWay | None = None
            for portion in portions(entries, settings.max_document_mb):
                yield from (Outcome(each.uri, error=each.error, source_uri=each.uri) for each in portion.refused)
                if not portion.sources:
                    continue
                under_way = under_way or stack.enter_context(self._started(runs, order))
                for outcome in under_way.take(portion):
                    stored = stored or outcome.status == "stored"
                    yield _announced(outcome, progress)
            for outcome in under_way.rest() if under_way else ():
                stored = stored or outcome.status == "stored"
                yield _announced(outcome, progress)
        opened = store.find_set(self.choices.knowledge_set)
        if stored and opened is not None:
            store.finish_loading(opened)

    @contextmanager
    def _started(self, runs: RunTable, order: WorkOrder) -> Iterator[UnderWay]:
        settings = self.knowledge.settings
        with closing(TaskQueue(settings.redis_url)) as queue:
            queue.check()
            with runs.opened(order) as (run_id, sign):
                local = LocalWorkers(self.workers, settings)
                try:
                    yield UnderWay(run_id, TaskTable(self.knowledge.pool), runs, queue, local, sign)
                finally:
                    local.stop()
                    queue.clear()


@dataclass(slots=True)
class UnderWay:
    """A run with its workers. `waiting`: the bytes of each task that is not done."""

    run_id: int
    tasks: TaskTable
    runs: RunTable
    queue: TaskQueue
    local: LocalWorkers
    sign: LiveLock
    waiting: dict[int, int] = field(default_factory=dict)
    checked_at: float = field(default_factory=time.monotonic)
    seen_at: float = field(default_factory=time.monotonic)

    def take(self, portion: Portion) -> Iterator[Outcome]:
        """Place the portion as soon as there is room; gives what is done by then."""
        while self.waiting and not self._has_room(portion):
            yield from self._gathered()
        ids = self.tasks.place(self.run_id, portion.sources)
        self.waiting |= {id_: len(source.data or b"") for id_, source in zip(ids, portion.sources, strict=True)}
        self.queue.wake(*ids)
        yield from self._collected()

    def rest(self) -> Iterator[Outcome]:
        """All that is still to be done."""
        while self.waiting:
            yield from self._gathered()

    def _has_room(self, portion: Portion) -> bool:
        fits = sum(self.waiting.values()) + portion.bytes <= MAX_WAITING_BYTES
        return fits and len(self.waiting) + len(portion.sources) <= MAX_WAITING

    def _gathered(self) -> Iterator[Outcome]:
        """What is done; where nothing is, after a moment."""
        count = len(self.waiting)
        yield from self._collected()
        if len(self.waiting) == count:
            time.sleep(POLL_S)
        if time.monotonic() - self.checked_at > CHECK_S:
            self.checked_at = time.monotonic()
            self._check_workers()

    def _collected(self) -> Iterator[Outcome]:
        for done in self.tasks.collect(self.run_id):
            self.waiting.pop(done.id, None)
            yield from done.outcomes

    def _check_workers(self) -> None:
        """Start killed workers anew, and leave their tasks to others at once. Raises AssistantError without any."""
        self.sign.keep()
        for pid in self.local.restart_killed():
            self.tasks.expire(self.run_id, holder_name(pid))
        if self.local.are_running or self.runs.live_workers():
            self.seen_at = time.monotonic()
        elif time.monotonic() - self.seen_at > (PATIENCE_S if self.local.count == 0 else 0):
            raise AssistantError(
                "no ingest worker runs: see above why those of this command ended, or start `ingest worker` with the"
                " same DATABASE_URL and REDIS_URL"
            )


def _announced(outcome: Outcome, progress: Progress) -> Outcome:
    progress.split(outcome.chunk_count)
    progress.embedded(outcome.chunk_count)
    return outcome
