"""A worker as a process: what `assistant worker` runs, and how other commands start one beside themselves."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from psycopg_pool import ConnectionPool

from assistant import wiring
from assistant.answer_threads import AnswerThreads
from assistant.child_process import ChildProcess, when_input_ends
from assistant.config import Settings
from assistant.conversations.handoffs import Agents
from assistant.conversations.store import ConversationStore
from assistant.errors import AssistantError
from assistant.leases import LeaseRenewer
from assistant.presence import Live, LiveLock, live_workers
from assistant.queue import WakeUpQueue
from assistant.queue_threads import QueueThreads
from assistant.worker import Answers, ConversationWorker

_log = logging.getLogger(__name__)

STOP_S = 25.0
"""How long a stop lets running answers finish: whoever stops us (a container engine) is patient for 30 s."""
NICENESS = 15
"""On a machine of their own workers lose nothing by it; beside a gateway, its acknowledgements go first."""
START_S = 120.0
"""How long a worker may take to load its embedding model (a cold disk, a slow machine)."""


def run_worker(
    settings: Settings,
    *,
    until_input_ends: bool = False,
    new_store: Callable[[ConnectionPool, str, Agents], ConversationStore] = ConversationStore,
    new_answers: Callable[[Settings, ConnectionPool], AbstractContextManager[Answers]] = wiring.answers,
) -> None:
    """Work until SIGTERM or SIGINT, or with `until_input_ends` until standard input ends (the parent is gone)."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if until_input_ends:
        when_input_ends(stopping.set)
    WakeUpQueue(settings.redis_url).check()
    os.nice(NICENESS)  # on Linux only this thread's, and of those that it starts from here on
    with (
        wiring.database_pool(settings, min(settings.worker_threads, wiring.MAX_POOL)) as pool,
        new_answers(settings, pool) as answers,
    ):
        store = new_store(pool, f"{socket.gethostname()}-{os.getpid()}", wiring.agents(settings))
        renewer = LeaseRenewer(store, LiveLock(settings.database_url, Live.WORKER))
        worker = ConversationWorker(store, answers, renewer)
        answering = AnswerThreads(settings.worker_threads, worker.answer_message)
        queue = QueueThreads(settings.redis_url, answering.submit)
        renewer.start()
        queue.start()
        _log.info("worker is ready", extra={"action": "start", "threads": settings.worker_threads})
        stopping.wait()
        deadline = time.monotonic() + STOP_S
        worker.stop()
        if not answering.stop(deadline):
            _log.warning("answers were given up; another worker takes them over", extra={"action": "stop"})
            renewer.hand_back()
        queue.stop(deadline)
        renewer.stop()


class WorkerProcess(ChildProcess):
    """A worker in a child process."""

    def __init__(self) -> None:
        super().__init__("worker", patience_s=STOP_S + START_S)

    def wait_until_ready(self, settings: Settings) -> None:
        """Return when it takes messages. Raises AssistantError when it ended instead; it has said why itself."""
        deadline = time.monotonic() + START_S
        while live_workers(settings.database_url) == 0:
            if not self.is_running:
                raise AssistantError("the worker could not start: the line above says why")
            if time.monotonic() > deadline:
                raise AssistantError(
                    f"the worker was not ready after {START_S:.0f} s: look at what else loads this machine"
                )
            time.sleep(0.1)


@contextmanager
def worker_at_hand(settings: Settings, on_status: Callable[[str], None]) -> Iterator[None]:
    """Some worker serves this database while the block runs: one that is there already, or else one of our own."""
    if live_workers(settings.database_url) > 0:
        yield
        return
    on_status("starting a worker")
    process = WorkerProcess()
    try:
        process.wait_until_ready(settings)
        yield
    finally:
        process.stop()
