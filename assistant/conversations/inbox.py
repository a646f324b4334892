"""Messages on their way in: stored once for each post, before the platform is told that we have it."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import AsyncConnection, Error
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from adapters.base import IncomingMessage
from assistant.database import database_unavailable, storable
from assistant.errors import DatabaseUnavailable

# The upsert locks the conversation's row until the transaction ends, so that the messages of one conversation get
# their ids in the order in which they are stored.
_STORE = """
with conversation as (
    insert into conversations (platform, workspace, channel, thread, knowledge_set)
    values (%(platform)s, %(workspace)s, %(channel)s, %(thread)s, %(knowledge_set)s)
    on conflict (platform, workspace, channel, thread) do update set platform = excluded.platform
    returning id
)
insert into messages (conversation_id, event_key, author_id, author_name, text, reply_address, state, sent_at)
select id, %(event_key)s, %(author_id)s, %(author_name)s, %(text)s, %(reply_address)s, %(state)s, %(sent_at)s
from conversation
on conflict (event_key) do nothing
returning id
"""

_IS_OURS = """
select exists (
    select from conversations
    where platform = %(platform)s and workspace = %(workspace)s and channel = %(channel)s and thread = %(thread)s
)
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a message: `message_id` is None where nothing was stored (a twin, or not our conversation);
    `is_pending` tells whether it waits for an answer."""

    message_id: int | None
    is_pending: bool = False


class Inbox:
    """Stores messages through the gateway's pool."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection], knowledge_set: str) -> None:
        self._pool = pool
        self._knowledge_set = knowledge_set

    async def accept(self, message: IncomingMessage) -> Accepted:
        """Commit the message; the same post is stored once, however often its event arrives.

        A message that addresses the assistant waits for an answer, and so does a follow-up in a thread that the
        assistant is in, unless it speaks to somebody else (then it is kept as overheard history). What is said outside
        our conversations is not stored at all. Raises DatabaseUnavailable; nothing is stored then.
        """
        parameters = self._parameters(message)
        try:
            async with self._pool.connection() as connection:
                if not message.is_addressed and not await _is_ours(connection, parameters):
                    return Accepted(None)
                cursor = await connection.execute(_STORE, parameters)
                row = await cursor.fetchone()
        except PoolTimeout as exc:
            raise DatabaseUnavailable("Postgres gives no connection; check DATABASE_URL and that it runs") from exc
        except Error as exc:
            raise database_unavailable(exc) from exc
        return Accepted(row[0] if row else None, is_pending=parameters["state"] == "pending")

    def _parameters(self, message: IncomingMessage) -> dict[str, object]:
        address = message.address
        speaks_to_us = message.is_addressed or not message.mentions_others
        return {
            "platform": address.platform,
            "workspace": address.workspace,
            "channel": address.channel,
            "thread": address.thread,
            "knowledge_set": self._knowledge_set,
            "event_key": message.event_key,
            "author_id": message.author_id,
            "author_name": storable(message.author_name),
            "text": storable(message.text),
            "reply_address": address.to_json(),
            "state": "pending" if speaks_to_us else "overheard",
            "sent_at": message.sent_at,
        }


async def _is_ours(connection: AsyncConnection, parameters: dict[str, object]) -> bool:
    cursor = await connection.execute(_IS_OURS, parameters)
    row = await cursor.fetchone()
    return bool(row and row[0])
