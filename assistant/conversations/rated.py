"""Exchanges that people found good, as far as everybody of a channel could see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from assistant.conversations.model import Lease
from assistant.database import database_errors

NEWEST = 200
"""So many of a channel are looked at."""

# Never from a one-to-one chat, nor from what one person alone was shown, nor from another channel, knowledge set or
# workspace; never what was withdrawn, erased, or made from documents that this audience may not see any more.
_RATED = """
select r.id, m.text, r.text
from conversations c join replies r on r.conversation_id = c.id join messages m on m.id = r.message_id
where c.platform = %(platform)s and c.workspace = %(workspace)s and c.channel = %(channel)s
  and c.knowledge_set = %(knowledge_set)s and c.id <> %(conversation_id)s
  and r.decision = 'answered' and not r.is_withdrawn and r.text <> '' and m.text <> '' and m.role = 'customer'
  and m.erased_at is null and not m.erase_when_done
  and not coalesce((m.reply_address->>'is_direct')::boolean, false)
  and coalesce(m.reply_address->>'visible_to', '') = ''
  and exists (select from ratings where reply_id = r.id and rating > 0)
  and not exists (select from ratings where reply_id = r.id and rating < 0)
  and not exists (
      select from unnest(r.chunk_ids) used (id) left join chunks k on k.id = used.id
      where k.id is null or not k.audience && %(audiences)s::text[]
  )
order by r.id desc limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class RatedExchange:
    """A question and its reply, which was rated well and by nobody badly."""

    reply_id: int
    question: str
    reply: str


class RatedExchanges:
    """Through the worker's pool. Raises DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def seen_in(self, lease: Lease, audiences: Sequence[str]) -> list[RatedExchange]:
        """The newest ones that everybody of the conversation's channel could see, in other conversations."""
        place = {
            "platform": lease.platform,
            "workspace": lease.workspace,
            "channel": lease.channel,
            "knowledge_set": lease.knowledge_set,
            "conversation_id": lease.conversation_id,
            "audiences": list(audiences),
            "limit": NEWEST,
        }
        with database_errors(), self._pool.connection() as connection:
            return [RatedExchange(*row) for row in connection.execute(_RATED, place).fetchall()]
