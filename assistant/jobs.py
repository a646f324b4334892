"""The one job there is. Redis may be written by others: a forged job runs nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import redis
from rq.exceptions import NoSuchJobError
from rq.job import Job

from assistant.errors import AssistantError

_log = logging.getLogger(__name__)

ANSWER_JOB = "assistant.jobs.answer_message"
"""The name that a job must bear. It is compared, never imported."""


class ForbiddenJob(AssistantError):
    """A job in Redis names something else than the one thing that workers do."""


def wake_up_job_class(answer_message: Callable[[int], None]) -> type[Job]:
    """A Job class that can do nothing but call `answer_message` with one integer.

    RQ takes the function's name, callbacks and webhooks from the job's hash in Redis and would import and call whatever
    stands there (rq 3.0, job.py: func, success_callback, webhooks).
    """

    class WakeUpJob(Job):
        @property
        def func(self) -> Callable[[int], None]:
            if self.func_name != ANSWER_JOB or self.instance is not None or not _is_one_id(self.args, self.kwargs):
                _log.error(
                    "a job in Redis is not ours: find out who else writes to REDIS_URL", extra={"action": "refuse"}
                )
                raise ForbiddenJob("a job in Redis is not ours: find out who else writes to REDIS_URL")
            return answer_message

        @classmethod
        def fetch(cls, id: str, connection: redis.Redis | None = None, serializer: Any = None) -> Job:  # noqa: A002
            """To RQ a job that is not there is nothing; any other error in reading it would end the worker."""
            try:
                return super().fetch(id, connection, serializer)
            except (redis.RedisError, NoSuchJobError):
                raise
            except Exception as exc:
                raise NoSuchJobError("a job in Redis can't be read") from exc

        def restore(self, raw_data: Any) -> None:
            super().restore(raw_data)
            self.webhooks = []
            self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
            self._dependency_ids = []
            self.repeats_left = self.retries_left = None
            self.rate_limit_key = None

    return WakeUpJob


def _is_one_id(args: object, kwargs: object) -> bool:
    return isinstance(args, list) and len(args) == 1 and type(args[0]) is int and args[0] > 0 and not kwargs
