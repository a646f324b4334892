"""An ingest worker as a process: what `ingest worker` runs, and how a sync starts some beside itself."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from assistant.child_process import ChildProcess, when_input_ends
from assistant.config import Settings
from assistant.embedded.machine import available_cores
from assistant.errors import AssistantError
from assistant.presence import Live, LiveLock
from assistant.queue_threads import QueueThreads
from ingest.spread.jobs import TaskJob
from ingest.spread.queue import TaskQueue
from ingest.spread.worker import TaskWorker, WorkerKnowledge
from ingest.wiring import Knowledge

_log = logging.getLogger(__name__)

STOP_S = 10.0
"""How long a stop waits for documents that are under way; after that they are left to others."""
MAX_DEATHS = 10
"""So often workers of one sync may be killed and are started anew: a document costs at most three of them."""


def run_worker(knowledge: Knowledge, threads: int | None, *, until_input_ends: bool) -> None:
    """Work until SIGTERM or SIGINT, or with `until_input_ends` until standard input ends. Raises AssistantError."""
    if threads is not None:
        os.environ["OMP_NUM_THREADS"] = str(threads)  # read when torch is loaded, which comes later
    settings = knowledge.settings
    with closing(TaskQueue(settings.redis_url)) as queue:
        queue.check()
    sign = LiveLock(settings.database_url, Live.INGEST_WORKER)
    sign.keep()
    try:
        worker = TaskWorker(WorkerKnowledge(settings, knowledge.pool, knowledge.store, threads), sign)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if until_input_ends:
            when_input_ends(worker.stop)
        else:
            _log.info("ingest worker is ready", extra={"action": "start"})
        QueueThreads(settings.redis_url, lambda _: worker.wake.set(), count=1, job=TaskJob).start()
        worker.work()
    finally:
        sign.end()


class LocalWorkers:
    """So many workers beside this process, which share its cores."""

    def __init__(self, count: int, settings: Settings) -> None:
        threads = max(1, available_cores() // max(1, count))
        environment = {**os.environ, "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
        self.count = count
        self._deaths = 0
        self._processes = [_worker_process(threads, environment) for _ in range(count)]

    @property
    def are_running(self) -> bool:
        """Whether there is one, of those that are left."""
        return any(process.is_running for process in self._processes)

    def restart_killed(self) -> list[int]:
        """Start those anew that were killed; the process ids of the dead. Raises AssistantError when that goes on and
        on. One that ended by itself has said why, and stays away."""
        killed = [process for process in self._processes if (process.exit_code or 0) < 0]
        pids = [process.pid for process in killed]
        self._deaths += len(killed)
        if self._deaths > MAX_DEATHS:
            raise AssistantError(
                f"ingest workers were killed {self._deaths} times: start fewer of them (--workers), so that the memory"
                " suffices, and see the system's log"
            )
        for process in killed:
            process.start()
        return pids

    def stop(self) -> None:
        """End them all."""
        if self._processes:
            with ThreadPoolExecutor(len(self._processes)) as pool:
                list(pool.map(ChildProcess.stop, self._processes))


def _worker_process(threads: int, environment: Mapping[str, str]) -> ChildProcess:
    """`ingest worker` in a child process. It speaks on standard error: standard output is the command's."""
    return ChildProcess(
        "worker",
        "--threads",
        str(threads),
        patience_s=STOP_S,
        program="ingest",
        environment=environment,
        is_quiet=True,
    )
