"""An ingest worker as a process: what `ingest worker` runs, and how a sync starts some beside itself."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from assistant.child_process import UNTIL_INPUT_ENDS, ChildProcess, when_input_ends
from assistant.config import Settings
from assistant.embedded.machine import available_cores
from assistant.errors import AssistantError
from ingest.spread.live_lock import WORKER_LOCK, LiveLock
from ingest.spread.queue import TaskQueue, listen
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
    sign = LiveLock(settings.database_url, WORKER_LOCK)
    sign.keep()
    try:
        worker = TaskWorker(WorkerKnowledge(settings, knowledge.pool, knowledge.store, threads), sign)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if until_input_ends:
            when_input_ends(worker.stop)
        else:
            _log.info("ingest worker is ready", extra={"action": "start"})
        listen(settings.redis_url, worker.wake.set, worker.stopping)
        worker.work()
    finally:
        sign.end()


class WorkerProcess(ChildProcess):
    """`ingest worker` in a child process. What it prints goes to standard error: standard output is the command's."""

    def __init__(self, threads: int, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        super().__init__("worker", "--threads", str(threads), patience_s=STOP_S)

    def start(self) -> None:
        command = [sys.executable, "-m", "ingest", *self._arguments, UNTIL_INPUT_ENDS]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, env=self._environment
        )

    @property
    def pid(self) -> int:
        return self._process.pid


class LocalWorkers:
    """So many workers beside this process, which share its cores."""

    def __init__(self, count: int, settings: Settings) -> None:
        threads = max(1, available_cores() // max(1, count))
        addresses = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
        self.count = count
        self._deaths = 0
        self._processes = [WorkerProcess(threads, {**os.environ, **addresses}) for _ in range(count)]

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
                list(pool.map(WorkerProcess.stop, self._processes))
