"""Messages that could not be answered: to be looked at, and tried again when what was wrong is mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from assistant.database import connect, database_errors

_FIELDS = """
select m.id, c.platform, c.channel, c.thread, m.author_name, m.text, coalesce(r.text, ''), coalesce(m.last_error, ''),
    m.attempts, m.received_at
from messages m join conversations c on c.id = m.conversation_id left join replies r on r.message_id = m.id
where m.state = 'dead'
"""
_LIST = f"{_FIELDS} order by m.id limit %(limit)s"
_SHOW = f"{_FIELDS} and m.id = %(id)s"
_RETRY = """
update messages set state = 'pending', attempts = 0, due_at = now()
where state = 'dead' and erased_at is null and (%(ids)s::bigint[] is null or id = any(%(ids)s::bigint[]))
returning id
"""


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message whose reply is no answer: `reply` is what the customer got instead, `error` the class of failure."""

    id: int
    platform: str
    channel: str
    thread: str
    author_name: str
    text: str
    reply: str
    error: str
    attempts: int
    received_at: datetime


class DeadMessages:
    """The dead messages of one database. Raises DatabaseUnavailable."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

    def oldest(self, limit: int) -> list[DeadMessage]:
        """At most `limit` of them, oldest first."""
        return [DeadMessage(*row) for row in self._rows(_LIST, {"limit": limit})]

    def find(self, message_id: int) -> DeadMessage | None:
        """The dead message with that id."""
        return next((DeadMessage(*row) for row in self._rows(_SHOW, {"id": message_id})), None)

    def retry(self, message_ids: list[int] | None) -> list[int]:
        """Let these, or all, wait for an answer again, which takes the place of what was shown; gives their ids. Those
        whose text is erased stay as they are."""
        return [row[0] for row in self._rows(_RETRY, {"ids": message_ids})]

    def _rows(self, statement: str, parameters: dict[str, object]) -> list[TupleRow]:
        with database_errors(), connect(self._database_url) as connection:
            return connection.execute(statement, parameters).fetchall()
