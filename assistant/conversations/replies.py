"""Replies as they are looked up afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.database import connect, database_errors

_REPLY = """
select r.decision, r.text, r.sources, t.chunks, t.gate, t.timings_s
from messages m join replies r on r.message_id = m.id join traces t on t.reply_id = r.id
where m.event_key = %(event_key)s
"""


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply with what explains it, as JSON values."""

    decision: str
    text: str
    sources: list[dict[str, Any]]
    chunks: list[dict[str, Any]]
    gate: dict[str, Any]
    timings_s: dict[str, float]


def find_reply(database_url: str, event_key: str) -> StoredReply | None:
    """The reply to the message with that event key, None while there is none. Raises DatabaseUnavailable."""
    with database_errors(), connect(database_url) as connection:
        row = connection.execute(_REPLY, {"event_key": event_key}).fetchone()
    return StoredReply(*row) if row else None
