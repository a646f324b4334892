"""Jobs as others may have written them to Redis: whatever stands there, nothing comes of it but one message's id."""

from __future__ import annotations

import json
import pickle

import pytest
import redis
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job

from assistant.jobs import WakeUpJob

HOOK = json.dumps([{"url": "http://127.0.0.1:1/hook", "job_status": "failed", "method": "POST"}])


class Untouched(redis.Redis):
    """A client that must not be asked for anything."""

    def execute_command(self, *args: object, **options: object) -> object:
        raise AssertionError(args)


def test_a_wake_up_names_its_message_and_nothing_is_read() -> None:
    job = WakeUpJob.fetch(WakeUpJob.id_of(7), Untouched(port=1), "json")
    assert WakeUpJob.number_of(job.id) == 7


@pytest.mark.parametrize(
    "forged",
    ["", "a-job", "message-", "message-0", "message-07", "message--7", "message-7 ", "message-7\n", "xmessage-7",
     "Message-7", "message-7.0", "message-٧", "message-1e3", "message-" + "9" * 19, "bad id", "../x", "naïve"],
)  # fmt: skip
def test_any_other_id_is_no_job(forged: str) -> None:
    """RQ passes over a job that is not there; any other error would end the worker at every start."""
    with pytest.raises(NoSuchJobError):
        WakeUpJob.fetch(forged, Untouched(port=1), "json")


def test_what_stands_in_the_hash_is_never_taken() -> None:
    """Not even by parts of RQ that read it by themselves."""
    stored = {
        b"data": pickle.dumps(("os.abort", None, (), {})),
        b"webhooks": HOOK.encode(),
        b"repeats_left": b"1000000",
        b"retries_left": b"1000000",
        b"dependency_ids": b'["other"]',
        **{f"{end}_callback_name".encode(): b"os.abort" for end in ("success", "failure", "stopped")},
    }
    job, stock = WakeUpJob("message-7", connection=Untouched(port=1)), Job("message-7", connection=Untouched(port=1))
    job.restore(stored)
    stock.restore(stored)
    for name in ("webhooks", "repeats_left", "retries_left", "_dependency_ids"):
        assert not getattr(job, name)
        assert getattr(stock, name), "RQ itself would have taken it"
    assert (job.success_callback, job.failure_callback, job.stopped_callback) == (None, None, None)
    with pytest.raises((DeserializationError, TypeError)):
        job.perform()
