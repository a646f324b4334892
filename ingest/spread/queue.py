"""The queue that wakes ingest workers."""

from __future__ import annotations

import logging

import redis

from assistant.errors import QueueUnavailable
from assistant.queue import WakeUpQueue
from ingest.spread.jobs import TaskJob

_log = logging.getLogger(__name__)


class TaskQueue(WakeUpQueue):
    """Where a command tells that there are tasks."""

    job = TaskJob

    def wake(self, *numbers: int) -> None:
        """Wake workers for the tasks. A Redis that is away delays them by seconds, and is told in the log."""
        try:
            super().wake(*numbers)
        except QueueUnavailable as exc:
            _tell(exc.__cause__)

    def clear(self) -> None:
        """Take back the wake-ups that nobody has taken."""
        try:
            self._queue.empty()  # type: ignore[no-untyped-call]  # rq has no types there
        except redis.RedisError as exc:
            _tell(exc)


def _tell(error: BaseException | None) -> None:
    _log.warning("redis is away", extra={"action": "enqueue", "error": type(error).__name__})
