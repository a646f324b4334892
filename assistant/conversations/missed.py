"""What a platform may have told while no gateway was connected."""

from __future__ import annotations

from datetime import timedelta

from adapters.base import Missed
from assistant.database import AsyncPool, database_errors

OVERLAP = timedelta(minutes=10)
"""Read again before the newest stored message: of those that came with it some may not have been stored any more."""

_LAST = "select max(m.sent_at) from messages m join conversations c on c.id = m.conversation_id where c.platform = %s"
_DIRECT = """
select channel from conversations c
where platform = %s and exists (
    select from messages m where m.conversation_id = c.id and (m.reply_address->>'is_direct')::boolean
)
order by id desc limit 200
"""


async def find_missed(pool: AsyncPool, platform: str) -> Missed | None:
    """Since when messages may be missing on the platform, and its one-to-one chats; None where nothing was stored yet.

    Raises DatabaseUnavailable.
    """
    with database_errors():
        async with pool.connection() as connection:
            row = await (await connection.execute(_LAST, [platform])).fetchone()
            if row is None or row[0] is None:
                return None
            channels = await (await connection.execute(_DIRECT, [platform])).fetchall()
    return Missed(row[0] - OVERLAP, tuple(channel for (channel,) in channels))
