"""Outcomes as they stand in Postgres, from worker to command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.errors import IngestError
from ingest.loaders.storable import storable
from ingest.outcome import Outcome


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON that Postgres can hold; of an error its message."""
    return {
        "uri": storable(outcome.uri),
        "title": storable(outcome.title),
        "chunk_count": outcome.chunk_count,
        "error": None if outcome.error is None else storable(str(outcome.error)),
        "notes": [storable(note) for note in outcome.notes],
        "new_chunks": outcome.new_chunks,
        "is_unchanged": outcome.is_unchanged,
        "source_uri": storable(outcome.source_uri),
    }


def outcome_from_json(value: Mapping[str, Any]) -> Outcome:
    """The same again; whatever the error was, it is an IngestError now."""
    facts = dict(value)
    error, notes = facts.pop("error"), facts.pop("notes")
    return Outcome(**facts, error=None if error is None else IngestError(error), notes=tuple(notes))
