"""The one job there is. Redis may be written by others: of a job nothing is read but its id, which names a message."""

from __future__ import annotations

import logging
import re
from typing import Any

import redis
from rq.exceptions import NoSuchJobError
from rq.job import Job

_log = logging.getLogger(__name__)

ANSWER_JOB = "assistant.jobs.answer_message"
"""What `rq info` shows as the job's function. Nobody imports it."""
_ID = re.compile(r"message-([1-9][0-9]{0,17})")


def job_id(message_id: int) -> str:
    """The id of the job that wakes a worker for the message. A second wake-up is the same job."""
    return f"message-{message_id}"


def message_id_of(job_id: str) -> int | None:
    """The message for which that job wakes a worker; None if the job is not ours."""
    found = _ID.fullmatch(job_id)
    return int(found[1]) if found else None


class WakeUpJob(Job):
    """A job as workers see it. RQ takes the function's name, callbacks and webhooks from the job's hash in Redis and
    would import and call whatever stands there (rq 3.0, job.py: func, success_callback, webhooks); here nobody asks."""

    @classmethod
    def fetch(cls, id: str, connection: redis.Redis | None = None, serializer: Any = None) -> WakeUpJob:  # noqa: A002
        """The job of that id, without a look at Redis. To RQ a job that is not ours is none (NoSuchJobError)."""
        if message_id_of(id) is None:
            _log.error("a job in Redis is not ours: find out who else writes to REDIS_URL", extra={"action": "refuse"})
            raise NoSuchJobError("a job in Redis is not ours")
        return cls(id, connection=connection, serializer=serializer)

    def restore(self, raw_data: Any) -> None:
        """Whatever else of RQ reads a job's hash learns nothing from it."""
