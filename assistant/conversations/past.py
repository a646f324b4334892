"""What a worker looks up of a conversation's past."""

from __future__ import annotations

from typing import Any

from psycopg_pool import ConnectionPool

from adapters.base import Source
from assistant.conversations.model import Lease
from assistant.database import database_errors

_LAST_SOURCES = """
select r.sources from replies r
where r.conversation_id = %(conversation_id)s and r.decision in ('answered', 'quoted') and not r.is_withdrawn
order by r.id desc limit 1
"""
_LAST_REPLY = """
select r.id from replies r
where r.conversation_id = %(conversation_id)s and r.decision in ('answered', 'quoted', 'refused')
order by r.id desc limit 1
"""


class ConversationPast:
    """The last answers of conversations, through the worker's pool. Raises DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def last_sources(self, lease: Lease) -> tuple[Source, ...]:
        """The sources of the last answer, () if there is none."""
        row = self._row(_LAST_SOURCES, lease)
        return tuple(Source(**source) for source in row[0]) if row else ()

    def last_reply(self, lease: Lease) -> int | None:
        """The id of the last reply that can be rated."""
        row = self._row(_LAST_REPLY, lease)
        return row[0] if row else None

    def _row(self, statement: str, lease: Lease) -> Any:
        with database_errors(), self._pool.connection() as connection:
            return connection.execute(statement, {"conversation_id": lease.conversation_id}).fetchone()
