"""The queue that wakes ingest workers, from both of its ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import redis
from rq import Queue
from rq.job import Job

from assistant.queue import NO_TIMEOUT, connect_redis, queue_unavailable
from assistant.queue_threads import WORKER_TTL_S, QueueThread
from ingest.spread.jobs import INGEST_JOB, TaskJob, is_ours, job_id

_log = logging.getLogger(__name__)

QUEUE_NAME = "llamadesk-ingest"
_RECONNECT_S = 1.0


class TaskQueue:
    """Where a command tells that there are tasks."""

    def __init__(self, redis_url: str) -> None:
        self._connection = connect_redis(redis_url)
        self._queue = Queue(QUEUE_NAME, connection=self._connection, serializer="json")

    def wake(self, task_ids: Sequence[int]) -> None:
        """Wake workers for the tasks. A Redis that is away delays them by seconds, and is told in the log."""
        jobs = [
            Queue.prepare_data(
                INGEST_JOB,
                job_id=job_id(task_id),
                timeout=NO_TIMEOUT,
                result_ttl=0,
                failure_ttl=0,
                description="take a document in",
            )
            for task_id in task_ids
        ]
        try:
            with self._connection.pipeline(transaction=False) as pipeline:
                self._queue.enqueue_many(jobs, pipeline=pipeline)
                pipeline.execute()
        except redis.RedisError as exc:
            _log.warning("redis is away", extra={"action": "enqueue", "error": type(exc).__name__})

    def clear(self) -> None:
        """Take back the wake-ups that nobody has taken."""
        try:
            self._queue.empty()  # type: ignore[no-untyped-call]  # rq has no types there
        except redis.RedisError as exc:
            _log.warning("redis is away", extra={"action": "enqueue", "error": type(exc).__name__})

    def check(self) -> None:
        """Raise QueueUnavailable unless Redis answers."""
        try:
            self._connection.ping()
        except redis.RedisError as exc:
            raise queue_unavailable(exc) from exc

    def close(self) -> None:
        """End the connections."""
        self._connection.close()


class _Listener(QueueThread):
    """RQ's worker in a thread, for this queue."""

    on_job: Callable[[], None]

    def execute_job(self, job: Job, queue: Queue) -> None:
        if is_ours(job.id):
            self.on_job()
        with self.connection.pipeline(transaction=False) as pipeline:
            pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
            pipeline.delete(job.key)
            pipeline.execute()


def listen(redis_url: str, on_job: Callable[[], None], stopping: threading.Event) -> None:
    """Call back, from a thread, for each wake-up, until `stopping`; a Redis that went away is asked again."""

    def run() -> None:
        while not stopping.is_set():
            try:
                with connect_redis(redis_url) as connection:
                    worker = _Listener(
                        [QUEUE_NAME],
                        connection=connection,
                        job_class=TaskJob,
                        serializer="json",
                        worker_ttl=WORKER_TTL_S,
                        log_job_description=False,
                        default_result_ttl=0,
                    )
                    worker.on_job = on_job
                    worker.work(logging_level="ERROR")
            except (redis.RedisError, OSError) as exc:
                _log.warning("redis is away", extra={"action": "dequeue", "error": type(exc).__name__})
            stopping.wait(_RECONNECT_S)

    threading.Thread(target=run, name="ingest-queue", daemon=True).start()
