"""The wake-up queue: one RQ job for each message (or task of a sync), which holds nothing but its id. Redis may lose
everything at any moment: the sweeper wakes again what was lost."""

from __future__ import annotations

import redis
from rq import Queue

from assistant.errors import QueueUnavailable
from assistant.jobs import WakeUpJob

NO_TIMEOUT = -1
"""RQ's own time-out can't interrupt a blocked socket: every step of a job has a deadline of its own instead."""


class WakeUpQueue:
    """Where gateways put message ids and workers take them from."""

    job: type[WakeUpJob] = WakeUpJob

    def __init__(self, redis_url: str) -> None:
        self._connection = connect_redis(redis_url)
        self._queue = Queue(self.job.queue_name, connection=self._connection, serializer="json")

    def wake(self, *numbers: int) -> None:
        """Tell some worker that they wait. Raises QueueUnavailable; they are safe all the same."""
        jobs = [
            Queue.prepare_data(
                self.job.function,
                job_id=self.job.id_of(number),
                timeout=NO_TIMEOUT,
                result_ttl=0,
                failure_ttl=0,
                description=self.job.task,
            )
            for number in dict.fromkeys(numbers)
        ]
        # Not one transaction, which costs half as much again: half a wake-up is one that the sweeper gives once more.
        try:
            with self._connection.pipeline(transaction=False) as pipeline:
                self._queue.enqueue_many(jobs, pipeline=pipeline)
                pipeline.execute()
        except redis.RedisError as exc:
            raise queue_unavailable(exc) from exc

    def length(self) -> int:
        """How many wake-ups wait for a worker. Raises QueueUnavailable."""
        try:
            return self._queue.count
        except redis.RedisError as exc:
            raise queue_unavailable(exc) from exc

    def check(self) -> None:
        """Raise QueueUnavailable unless Redis answers."""
        try:
            self._connection.ping()
        except redis.RedisError as exc:
            raise queue_unavailable(exc) from exc

    def close(self) -> None:
        """End the connections."""
        self._connection.close()


def connect_redis(redis_url: str) -> redis.Redis:
    """A client with deadlines of its own. Blocking pops set longer ones for themselves."""
    return redis.Redis.from_url(redis_url, socket_connect_timeout=5, socket_timeout=10, health_check_interval=30)


def queue_unavailable(exc: redis.RedisError) -> QueueUnavailable:
    """The error that tells the operator what is wrong with Redis, on one line."""
    reason = " ".join(str(exc).split())
    return QueueUnavailable(f"Redis can't be used; check REDIS_URL and that the server runs ({reason})")
