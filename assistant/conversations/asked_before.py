"""Questions as they were asked once, with what had been said before, to be answered once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.conversations.model import Lease, PastTurn, PendingMessage
from assistant.conversations.store import HISTORY_TURNS, past_turns
from assistant.conversations.store_statements import HISTORY
from assistant.database import connect, database_errors

# What is no part of what was said any more (deleted, withdrawn, erased) plays no part here either.
_ASKED = f"""
select l.id, l.knowledge_set, l.platform, l.workspace, l.channel, jsonb_build_object(
        'id', asked.id, 'author_id', asked.author_id, 'author_name', asked.author_name, 'attempts', 0,
        'sent_at', asked.sent_at, 'names_assistant', asked.names_assistant, 'is_overheard', asked.is_overheard,
        'received_at', asked.received_at, 'attachments', asked.attachments, 'text', asked.text || coalesce((
            select string_agg(E'\\n' || j.text, '' order by j.id) from messages j where j.joined_to = asked.id), '')
    ),
    {HISTORY.format(before="and (m.sent_at, m.id) < (asked.sent_at, asked.id)")}
from messages asked join conversations l on l.id = asked.conversation_id
where asked.id = %(message_id)s and asked.erased_at is null and asked.command is null and asked.text <> ''
"""  # noqa: S608 (constants put together)

NO_FENCE = -1
"""No conversation has it."""


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """A question with its history (oldest first), and where it was asked. The lease allows nothing to be written."""

    lease: Lease
    message: PendingMessage
    history: tuple[PastTurn, ...]


def asked_before(database_url: str, message_id: int) -> AskedBefore | None:
    """The question of that message; None where it is none, or its text is gone. Raises DatabaseUnavailable."""
    with database_errors(), connect(database_url) as connection:
        row = connection.execute(_ASKED, {"message_id": message_id, "max_turns": HISTORY_TURNS}).fetchone()
    if row is None:
        return None
    conversation_id, *place, asked, history = row
    facts: dict[str, Any] = {name: datetime.fromisoformat(asked[name]) for name in ("sent_at", "received_at")}
    facts["attachments"] = tuple(asked["attachments"])
    return AskedBefore(
        Lease(conversation_id, NO_FENCE, *place), PendingMessage(**asked | facts), tuple(past_turns(history))
    )
