"""Jobs that wake a worker. Redis may be written by others: of a job nothing is read but its id, which names a row in
Postgres."""

from __future__ import annotations

import logging
import re
from typing import Any, ClassVar, Self

import redis
from rq.exceptions import NoSuchJobError
from rq.job import Job

_log = logging.getLogger(__name__)
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class WakeUpJob(Job):
    """A job as workers see it. RQ takes the function's name, callbacks and webhooks from the job's hash in Redis and
    would import and call whatever stands there (rq 3.0, job.py: func, success_callback, webhooks); here nobody asks.

    `kind` begins its ids. `function` and `task` are what `rq info` shows; nobody imports the function.
    """

    queue_name: ClassVar[str] = "llamadesk"
    kind: ClassVar[str] = "message"
    function: ClassVar[str] = "assistant.jobs.answer_message"
    task: ClassVar[str] = "answer a message"

    @classmethod
    def id_of(cls, number: int) -> str:
        """The id of the job that wakes a worker for what has that number. A second wake-up is the same job."""
        return f"{cls.kind}-{number}"

    @classmethod
    def number_of(cls, job_id: str) -> int | None:
        """The number for which that job wakes a worker; None if the job is not ours."""
        kind, _, number = job_id.partition("-")
        return int(number) if kind == cls.kind and _NUMBER.fullmatch(number) else None

    @classmethod
    def fetch(cls, id: str, connection: redis.Redis | None = None, serializer: Any = None) -> Self:  # noqa: A002
        """The job of that id, without a look at Redis. To RQ a job that is not ours is none (NoSuchJobError)."""
        if cls.number_of(id) is None:
            _log.error("a job in Redis is not ours: find out who else writes to REDIS_URL", extra={"action": "refuse"})
            raise NoSuchJobError("a job in Redis is not ours")
        return cls(id, connection=connection, serializer=serializer)

    def restore(self, raw_data: Any) -> None:
        """Whatever else of RQ reads a job's hash learns nothing from it."""
