"""The job that wakes an ingest worker. Redis may be written by others: of a job nothing is read but its id."""

from __future__ import annotations

import logging
import re
from typing import Any

import redis
from rq.exceptions import NoSuchJobError

from assistant.jobs import WakeUpJob

_log = logging.getLogger(__name__)

INGEST_JOB = "ingest.spread.jobs.take_in"
"""What `rq info` shows as the job's function. Nobody imports it."""
_ID = re.compile(r"ingest-[1-9][0-9]{0,17}")


def job_id(task_id: int) -> str:
    """The id of the job that wakes a worker for the task."""
    return f"ingest-{task_id}"


def is_ours(job_id: str) -> bool:
    """Whether it is the id of such a job."""
    return _ID.fullmatch(job_id) is not None


class TaskJob(WakeUpJob):
    """A job as ingest workers see it."""

    @classmethod
    def fetch(cls, id: str, connection: redis.Redis | None = None, serializer: Any = None) -> TaskJob:  # noqa: A002
        """The job of that id, without a look at Redis. To RQ a job that is not ours is none (NoSuchJobError)."""
        if not is_ours(id):
            _log.error("a job in Redis is not ours: find out who else writes to REDIS_URL", extra={"action": "refuse"})
            raise NoSuchJobError("a job in Redis is not ours")
        return cls(id, connection=connection, serializer=serializer)
