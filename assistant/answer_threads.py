"""The threads in which conversations are answered: as many at once as there are threads."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

_log = logging.getLogger(__name__)


class AnswerThreads:
    """Takes message ids from the queue's threads. Full, it lets them wait, so that the rest stays in Redis for other
    workers. What a thread is at when everything ends is told by its lease: another worker takes it over."""

    def __init__(self, count: int, answer_message: Callable[[int], None]) -> None:
        self._answer_message = answer_message
        self._free = threading.BoundedSemaphore(count)
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="answer")
        self._running: set[Future[None]] = set()
        self._stopping = threading.Event()

    def submit(self, message_id: int) -> None:
        """Answer the message in a thread, as soon as one is free; a wake-up that comes while stopping is let go."""
        while not self._free.acquire(timeout=0.5):
            if self._stopping.is_set():
                return
        if self._stopping.is_set():
            self._free.release()
            return
        future = self._executor.submit(self._answer, message_id)
        self._running.add(future)
        future.add_done_callback(self._done)

    def stop(self, deadline: float) -> bool:
        """Begin nothing more, and wait for what runs until `deadline` (time.monotonic); tells whether all ended."""
        self._stopping.set()
        self._executor.shutdown(wait=False, cancel_futures=True)
        while self._running and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self._running

    def _done(self, future: Future[None]) -> None:
        self._running.discard(future)
        self._free.release()

    def _answer(self, message_id: int) -> None:
        try:
            self._answer_message(message_id)
        except Exception as exc:  # noqa: BLE001 (the thread goes on; the sweeper wakes the message again)
            facts = {"action": "answer", "message_id": message_id, "error": type(exc).__name__}
            _log.warning("message was left for later", extra=facts)
