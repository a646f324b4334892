"""The job that wakes an ingest worker."""

from __future__ import annotations

from typing import ClassVar

from assistant.jobs import WakeUpJob


class TaskJob(WakeUpJob):
    """Names a task of a sync."""

    queue_name: ClassVar[str] = "llamadesk-ingest"
    kind: ClassVar[str] = "ingest"
    function: ClassVar[str] = "ingest.spread.jobs.take_in"
    task: ClassVar[str] = "take a document in"
