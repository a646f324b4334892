"""A word to those who wait long: which place they have in line. The reply then takes the notice's place."""

from __future__ import annotations

import json

from assistant.conversations.deliveries import DELIVERY_CHANNEL
from assistant.database import AsyncPool, database_errors
from assistant.manners import Manners

WAIT_S = 10.0
"""Who has waited so long without anybody being at the question hears of it."""

# Only to those whose reply can take the notice's place, and where nothing of the conversation is on its way or being
# answered: the notice keeps its place in the chat, and the reply that it becomes must not stand before an earlier one.
_TELL = """
with waiting as (
    select id, conversation_id, reply_address, sent_at, received_at, may_preview,
        row_number() over (order by id) as place
    from messages where state = 'pending'
), told as (
    insert into deliveries (message_id, conversation_id, platform, workspace, reply_address, text)
    select w.id, c.id, c.platform, c.workspace, w.reply_address, replace(
        coalesce(
            %(texts)s::jsonb ->> (c.platform || ':' || c.channel), %(texts)s::jsonb ->> c.platform,
            %(texts)s::jsonb ->> 'default'
        ), '{place}', w.place::text)
    from waiting w join conversations c on c.id = w.conversation_id
    where w.received_at < now() - %(wait_s)s * interval '1 second' and w.may_preview
      and (c.lease_until is null or c.lease_until < now())
      and not exists (select from waiting earlier where earlier.conversation_id = c.id
          and (earlier.sent_at, earlier.id) < (w.sent_at, w.id))
      and not exists (select from deliveries d where d.conversation_id = c.id and d.state in ('pending', 'sending'))
    on conflict (message_id) do nothing
    returning id
)
select count(*), case when count(*) > 0 then pg_notify(%(delivery_channel)s, '') end from told
"""


class Notices:
    """Writes the notices, in the language of each channel."""

    def __init__(self, pool: AsyncPool, manners: Manners) -> None:
        self._pool = pool
        texts = {name: each.phrases.waiting for name, each in manners.by_name.items()}
        self._parameters = {"texts": json.dumps(texts), "wait_s": WAIT_S, "delivery_channel": DELIVERY_CHANNEL}

    async def tell_waiting(self) -> int:
        """Tell those who need to hear it, each once; gives their number. Raises DatabaseUnavailable."""
        with database_errors():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_TELL, self._parameters)
                row = await cursor.fetchone()
        return int(row[0]) if row else 0
