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
from rq.queue import Queue
from rq.timeouts import TimerDeathPenalty
from rq.worker import SimpleWorker

from assistant.jobs import WakeUpJob
from assistant.queue import connect_redis

_log = logging.getLogger(__name__)

THREADS = 2
WORKER_TTL_S = 18
"""With it RQ blocks 3 s for a job at a time (rq 3.0: dequeue_timeout = worker_ttl - 15), so that a stop is noticed."""


class QueueThread(SimpleWorker):
    """RQ's SimpleWorker, fit to live in a thread beside others: no signals, no remote commands, no process title."""

    death_penalty_class = TimerDeathPenalty
    taken: type[WakeUpJob]
    hand_on: Callable[[int], object]
    _beaten_at = float("-inf")

    def request_thread_stop(self) -> None:
        """Stop before the next job."""
        self._stop_requested = True

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Hand the id on, and forget the job. RQ's own way keeps account of it in a dozen calls to Redis; the account
        of what is to be answered is in Postgres."""
        number = self.taken.number_of(job.id)
        if number is not None:
            self.hand_on(number)
        with self.connection.pipeline(transaction=False) as pipeline:
            pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
            pipeline.delete(job.key)
            pipeline.execute()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Once in a while is enough: it only keeps this worker in the list that `rq info` shows."""
        if self._stop_requested:
            raise StopRequested
        if time.monotonic() - self._beaten_at > WORKER_TTL_S / 4:
            self._beaten_at = time.monotonic()
            super().heartbeat(timeout, pipeline)

    def set_state(self, state: str, pipeline: Any = None) -> None:
        """As idle as it is in Redis: a job takes no time."""
        self._state = state

    def check_for_suspension(self, burst: bool) -> None:
        """`rq suspend` is a command that anybody with access to Redis can send, and is not taken either."""

    def _install_signal_handlers(self) -> None:
        """Only the main thread can have them."""

    def subscribe(self) -> None:
        """Commands that anybody with access to Redis can send (stop, kill) are not taken."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""

    def procline(self, message: str) -> None:
        """One process, many threads: there is no title to set."""


class QueueThreads:
    """Threads that take one kind of wake-up from Redis and hand the numbers on; each starts anew when Redis went away.

    Few are enough: a job is done once its id is handed on, as Postgres knows what is still to be answered.
    """

    def __init__(
        self, redis_url: str, hand_on: Callable[[int], object], count: int = THREADS, job: type[WakeUpJob] = WakeUpJob
    ) -> None:
        self._redis_url = redis_url
        self._job = job
        self._hand_on = hand_on
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
            [self._job.queue_name],
            connection=connection,
            job_class=self._job,
            serializer="json",
            worker_ttl=WORKER_TTL_S,
            log_job_description=False,
            default_result_ttl=0,
        )
        worker.taken, worker.hand_on = self._job, self._hand_on
        self._workers[number] = worker
        if not self._stopping.is_set():
            worker.work(logging_level="ERROR")
