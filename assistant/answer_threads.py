"""The threads in which conversations are answered, one for each that is at work."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)


class AnswerThreads:
    """Takes message ids from the queue's threads. With `count` at work it lets them wait, so that the rest stays in
    Redis for other workers.

    Daemon threads, as a process that is told to stop must not wait for a model that says nothing: what they are at
    then is told by their leases, and another worker takes it over.
    """

    def __init__(self, count: int, answer_message: Callable[[int], None]) -> None:
        self._answer_message = answer_message
        self._free = threading.BoundedSemaphore(count)
        self._running: set[threading.Thread] = set()
        self._stopping = threading.Event()

    def submit(self, message_id: int) -> None:
        """Answer the message in a thread, as soon as there is room; a wake-up that comes while stopping is let go, and
        one for which the machine has no thread: the sweeper wakes the message again."""
        while not self._free.acquire(timeout=0.5):
            if self._stopping.is_set():
                return
        if self._stopping.is_set():
            self._free.release()
            return
        thread = threading.Thread(target=self._answer, args=(message_id,), name="answer", daemon=True)
        self._running.add(thread)
        try:
            thread.start()
        except RuntimeError as exc:
            self._running.discard(thread)
            self._free.release()
            facts = {"action": "answer", "message_id": message_id, "error": type(exc).__name__}
            _log.warning("no thread to answer in; message was left for later", extra=facts)

    def stop(self, deadline: float) -> bool:
        """Begin nothing more, and wait for what runs until `deadline` (time.monotonic); tells whether all ended."""
        self._stopping.set()
        for thread in list(self._running):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in list(self._running))

    def _answer(self, message_id: int) -> None:
        try:
            self._answer_message(message_id)
        except Exception as exc:  # noqa: BLE001 (the sweeper wakes the message again)
            facts = {"action": "answer", "message_id": message_id, "error": type(exc).__name__}
            _log.warning("message was left for later", extra=facts)
        finally:
            self._running.discard(threading.current_thread())
            self._free.release()
