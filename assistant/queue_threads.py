"""Threads that take wake-ups from the queue."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from rq.exceptions import StopRequested
from rq.job import Job
from rq.timeouts import TimerDeathPenalty
from rq.worker import SimpleWorker, WorkerStatus

from assistant.jobs import wake_up_job_class
from assistant.queue import QUEUE_NAME, connect_redis

_log = logging.getLogger(__name__)

THREADS = 2
WORKER_TTL_S = 18
"""With it RQ blocks 3 s for a job at a time (rq 3.0: dequeue_timeout = worker_ttl - 15), so that a stop is noticed."""


class QueueThread(SimpleWorker):
    """RQ's SimpleWorker, fit to live in a thread beside others: no signals, no remote commands, no process title."""

    death_penalty_class = TimerDeathPenalty

    def request_thread_stop(self) -> None:
        """Stop before the next job."""
        self._stop_requested = True

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        if self._stop_requested and self._state == WorkerStatus.IDLE:
            raise StopRequested
        super().heartbeat(timeout, pipeline)

    def _install_signal_handlers(self) -> None:
        """Only the main thread can have them."""

    def subscribe(self) -> None:
        """Commands that anybody with access to Redis can send (stop, kill) are not taken."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""

    def procline(self, message: str) -> None:
        """One process, many threads: there is no title to set."""


class QueueThreads:
    """Threads that take wake-ups from Redis and hand their message ids on; each starts anew when Redis went away.

    Few are enough: a job is done once its id is handed on, as Postgres knows what is still to be answered.
    """

    def __init__(self, redis_url: str, hand_on: Callable[[int], None], count: int = THREADS) -> None:
        self._redis_url = redis_url
        self._job_class: type[Job] = wake_up_job_class(hand_on)
        self._stopping = threading.Event()
        self._workers: dict[int, QueueThread] = {}
        self._threads = [
            threading.Thread(target=self._run, args=(number,), name=f"queue-{number}", daemon=True)
            for number in range(count)
        ]

    def start(self) -> None:
        """Begin to take jobs."""
        for thread in self._threads:
            thread.start()

    def stop(self, deadline: float) -> bool:
        """Take no more; tells whether all threads ended by `deadline` (time.monotonic)."""
        self._stopping.set()
        for worker in list(self._workers.values()):
            worker.request_thread_stop()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, number: int) -> None:
        while not self._stopping.is_set():
            try:
                with connect_redis(self._redis_url) as connection:
                    self._work(number, connection)
            except (redis.RedisError, OSError) as exc:
                _log.warning("redis is away", extra={"action": "dequeue", "error": type(exc).__name__})
            self._stopping.wait(1.0)

    def _work(self, number: int, connection: redis.Redis) -> None:
        worker = QueueThread(
            [QUEUE_NAME],
            connection=connection,
            job_class=self._job_class,
            serializer="json",
            worker_ttl=WORKER_TTL_S,
            log_job_description=False,
            default_result_ttl=0,
        )
        self._workers[number] = worker
        if not self._stopping.is_set():
            worker.work(logging_level="ERROR")
