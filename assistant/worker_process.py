"""A worker as a process: what `assistant worker` runs, and how other commands start one beside themselves."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from psycopg_pool import ConnectionPool

from adapters.base import ReplyAddress
from assistant import wiring
from assistant.answer_threads import AnswerThreads
from assistant.config import Settings
from assistant.conversations.store import ConversationStore
from assistant.errors import AssistantError
from assistant.leases import LeaseRenewer
from assistant.presence import Presence, live_workers
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
    new_store: Callable[[ConnectionPool, str, ReplyAddress | None], ConversationStore] = ConversationStore,
    new_answers: Callable[[Settings, ConnectionPool], AbstractContextManager[Answers]] = wiring.answers,
) -> None:
    """Work until SIGTERM or SIGINT, or with `until_input_ends` until standard input ends (the parent is gone)."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if until_input_ends:
        threading.Thread(target=_watch_input, args=(stopping,), daemon=True).start()
    WakeUpQueue(settings.redis_url).check()
    os.nice(NICENESS)  # on Linux only this thread's, and of those that it starts from here on
    with (
        wiring.database_pool(settings, min(settings.worker_threads, wiring.MAX_POOL)) as pool,
        new_answers(settings, pool) as answers,
    ):
        store = new_store(pool, f"{socket.gethostname()}-{os.getpid()}", wiring.alert_address(settings))
        renewer = LeaseRenewer(store, Presence(settings.database_url))
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


def _watch_input(stopping: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stopping.set()


class WorkerProcess:
    """A worker in a child process that ends with this one, however this one ends."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start it, also anew when it has ended. In a session of its own: Ctrl-C is ours, and it ends after us."""
        command = [sys.executable, "-m", "assistant", "worker", "--until-input-ends"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

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

    def stop(self) -> None:
        """Let it finish what it is at, and wait for its end; what hangs is killed, and its messages are kept."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_S + START_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


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
