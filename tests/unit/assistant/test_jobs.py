"""Jobs as others may have written them to Redis: whatever stands there, nothing runs but answering one message."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import redis
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job

from assistant.jobs import ANSWER_JOB, ForbiddenJob, wake_up_job_class

HOOK = json.dumps([{"url": "http://127.0.0.1:1/hook", "job_status": "failed", "method": "POST"}])


class Redis(redis.Redis):
    """A client that answers `hgetall` with what it was given, and must not be asked for anything else."""

    def __init__(self, stored: dict[bytes, bytes]) -> None:
        super().__init__(port=1)
        self._stored = stored

    def hgetall(self, name: Any) -> Any:
        return self._stored


def job_data(*call: object) -> bytes:
    return json.dumps(call).encode()


def fetched(data: bytes, **fields: str | bytes) -> tuple[Job, list[int]]:
    """The job as a worker reads it from Redis, and the list of ids that it answered."""
    answered: list[int] = []
    stored = {b"data": data} | {
        name.encode(): value if isinstance(value, bytes) else value.encode() for name, value in fields.items()
    }
    return wake_up_job_class(answered.append).fetch("a-job", Redis(stored), "json"), answered


def test_wake_up_answers_its_message() -> None:
    """The one thing that a job can do."""
    job, answered = fetched(job_data(ANSWER_JOB, None, [7], {}))
    job.perform()
    assert answered == [7]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(job_data("os.system", None, ["touch /tmp/forged"], {}), id="another function"),
        pytest.param(job_data("os.system", None, [7], {}), id="another function of an id"),
        pytest.param(job_data("assistant.jobs.wake_up_job_class", None, [7], {}), id="another function of ours"),
        pytest.param(job_data(ANSWER_JOB + " ", None, [7], {}), id="nearly the name"),
        pytest.param(job_data(None, None, [7], {}), id="no function"),
        pytest.param(job_data([ANSWER_JOB], None, [7], {}), id="a list for a name"),
        pytest.param(job_data(ANSWER_JOB, "text", [7], {}), id="a method of an instance"),
        pytest.param(job_data(ANSWER_JOB, {}, [7], {}), id="an empty instance"),
        pytest.param(job_data(ANSWER_JOB, None, [], {}), id="no id"),
        pytest.param(job_data(ANSWER_JOB, None, [7, 8], {}), id="two ids"),
        pytest.param(job_data(ANSWER_JOB, None, ["7"], {}), id="a text for an id"),
        pytest.param(job_data(ANSWER_JOB, None, [True], {}), id="a truth for an id"),
        pytest.param(job_data(ANSWER_JOB, None, [-7], {}), id="a negative id"),
        pytest.param(job_data(ANSWER_JOB, None, [0], {}), id="zero"),
        pytest.param(job_data(ANSWER_JOB, None, [7.0], {}), id="a fraction"),
        pytest.param(job_data(ANSWER_JOB, None, [None], {}), id="null for an id"),
        pytest.param(job_data(ANSWER_JOB, None, [[7]], {}), id="a list for an id"),
        pytest.param(job_data(ANSWER_JOB, None, {"0": 7}, {}), id="a mapping for arguments"),
        pytest.param(job_data(ANSWER_JOB, None, "7", {}), id="a text for arguments"),
        pytest.param(job_data(ANSWER_JOB, None, [7], {"message_id": 8}), id="keyword arguments"),
    ],
)
def test_forged_call_runs_nothing(data: bytes) -> None:
    """Only the exact name with exactly one positive whole number is ours."""
    job, answered = fetched(data)
    with pytest.raises(ForbiddenJob, match="REDIS_URL"):
        job.perform()
    assert answered == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pickle.dumps((ANSWER_JOB, None, (7,), {})), id="ours, pickled"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[]", id="too short"),
        pytest.param(job_data(ANSWER_JOB, None, [7], {}, 1), id="too long"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 100_000, id="too deep"),
    ],
)
def test_unreadable_data_runs_nothing(data: bytes) -> None:
    """What is not the JSON of a call is no call."""
    job, answered = fetched(data)
    with pytest.raises(DeserializationError):
        job.perform()
    assert answered == []


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._folder),)


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    """Neither the call, nor what RQ keeps beside it."""
    folder = tmp_path / "made"
    bomb = pickle.dumps(Bomb(folder))
    job, _ = fetched(bomb, meta=bomb, result=bomb)
    with pytest.raises(DeserializationError):
        job.perform()
    assert not folder.exists()
    pickle.loads(bomb)  # noqa: S301 (our own)
    assert folder.exists()


def test_callbacks_and_webhooks_are_dropped() -> None:
    """RQ would import and call what stands there, or post to it."""
    names = {f"{end}_callback_name": "os.abort" for end in ("success", "failure", "stopped")}
    job, _ = fetched(job_data(ANSWER_JOB, None, [7], {}), webhooks=HOOK, **names)
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    assert not job.webhooks
    assert _stock_job(webhooks=HOOK).webhooks, "RQ itself would have taken it"


def _stock_job(**fields: str) -> Job:
    """The same as RQ's own class reads it."""
    stored = {b"data": b""} | {name.encode(): value.encode() for name, value in fields.items()}
    return Job.fetch("a-job", Redis(stored), "json")


def test_repeats_and_retries_are_dropped() -> None:
    """A forged job fails once, not for ever."""
    job, _ = fetched(
        job_data(ANSWER_JOB, None, [7], {}),
        repeats_left="1000000",
        retries_left="1000000",
        rate_limit_key="stuck",
        dependency_ids='["other"]',
    )
    assert (job.repeats_left, job.retries_left, job.rate_limit_key, job._dependency_ids) == (None, None, None, [])


@pytest.mark.parametrize(
    "fields",
    [
        {"created_at": "yesterday"},
        {"timeout": "soon"},
        {"status": "unheard of"},
        {"origin": b"\xff"},
        {"result_ttl": "x"},
        {"dependency_ids": "{"},
        {"retry_intervals": "["},
    ],
)
def test_unreadable_job_is_no_job(fields: dict[str, str | bytes]) -> None:
    """RQ passes over a job that is not there; any other error would end the worker at every start."""
    with pytest.raises(NoSuchJobError):
        fetched(job_data(ANSWER_JOB, None, [7], {}), **fields)


@pytest.mark.parametrize("job_id", ["bad id", "../x", "naïve"])
def test_unusable_id_is_no_job(job_id: str) -> None:
    """RQ itself refuses such an id with another error."""
    job_class = wake_up_job_class(lambda _: None)
    with pytest.raises(NoSuchJobError):
        job_class.fetch(job_id, Redis({b"data": job_data(ANSWER_JOB, None, [7], {})}), "json")
