"""What crosses Postgres and Redis on its way between command and workers."""

from __future__ import annotations

import json

import pytest
import redis
from rq.exceptions import NoSuchJobError

from assistant.config import Settings
from assistant.vector_store.base import SetOptions
from ingest.errors import DocumentTooLarge
from ingest.intake import Choices
from ingest.outcome import Outcome
from ingest.reading.base import FurnitureRules, ReadingHints
from ingest.spread.jobs import TaskJob
from ingest.spread.outcome_json import outcome_from_json, outcome_json
from ingest.spread.work_order import WorkOrder

CHOICES = Choices(
    "faq",
    (("team", "sales"),),
    ("staff",),
    SetOptions(128, 10, "german", "float16"),
    ReadingHints("Frage", "Antwort", FurnitureRules(("div.promo",), ("[0-9]+ likes",))),
    "/docs",
)


@pytest.mark.parametrize("choices", [CHOICES, Choices("faq")])
def test_work_order_is_the_same_on_the_other_side(choices: Choices) -> None:
    """Whatever was chosen."""
    order = WorkOrder(choices, "model", 64, 5, 1.5)
    assert WorkOrder.from_json(json.loads(json.dumps(order.to_json()))) == order


def test_command_decides_what_is_stored() -> None:
    """A worker's own settings count for the rest."""
    command = Settings.model_validate({"EMBEDDING_MODEL": "theirs", "ASSISTANT_CHUNK_TOKENS": "64"})
    worker = Settings.model_validate({"EMBEDDING_MODEL": "own", "DATABASE_URL": "postgresql://worker"})
    applied = WorkOrder.of(CHOICES, command, None).applied_to(worker)
    assert (applied.embedding_model, applied.chunk_tokens, applied.database_url) == (
        "theirs",
        64,
        "postgresql://worker",
    )


def test_outcome_is_the_same_on_the_other_side() -> None:
    """Of an error its message."""
    stored = Outcome("/a.zip/b", "B", 3, None, ("one", "two"), 2, is_unchanged=True, source_uri="/a.zip")
    assert outcome_from_json(json.loads(json.dumps(outcome_json(stored)))) == stored
    refused = Outcome("/c", error=DocumentTooLarge("/c is too large"), source_uri="/c")
    read = outcome_from_json(json.loads(json.dumps(outcome_json(refused))))
    assert (read.uri, read.status, str(read.error)) == ("/c", "refused", "/c is too large")


@pytest.mark.parametrize(
    "hostile",
    ["message-1", "ingest-", "ingest-0", "ingest-1\n", "ingest-1; drop", "ingest-" + "9" * 30, "os.system", ""],
)
def test_foreign_job_is_none(hostile: str) -> None:
    """Whoever can write to Redis can't make a worker do anything."""
    with pytest.raises(NoSuchJobError):
        TaskJob.fetch(hostile, redis.Redis(port=1))


def test_own_job_is_known_by_its_id() -> None:
    """Redis is not asked."""
    assert TaskJob.fetch(TaskJob.id_of(7), redis.Redis(port=1)).id == "ingest-7"
