"""Wakes what is due and nobody works at: lost wake-ups, an emptied Redis, dead workers, retries whose time has come."""

from __future__ import annotations

import asyncio
import logging

from psycopg import AsyncConnection, Error
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from assistant.errors import QueueUnavailable
from assistant.queue import WakeUpQueue

_log = logging.getLogger(__name__)

SWEEP_S = 2.0
BATCH = 500

# Only the oldest message of a conversation counts: the later ones wait for it. A message is given half a second to be
# woken in the ordinary way; what stays due is woken again each time, as a wake-up too many does nothing.
_DUE = """
select first.id from (
    select distinct on (conversation_id) id, conversation_id, due_at, received_at from messages
    where state = 'pending' order by conversation_id, id
) first join conversations c on c.id = first.conversation_id
where first.due_at <= now() and first.received_at < now() - interval '0.5 seconds'
  and (c.lease_until is null or c.lease_until < now())
order by first.id limit %(batch)s
"""


class Sweeper:
    """Runs in every gateway; several do no harm."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection], queue: WakeUpQueue) -> None:
        self._pool = pool
        self._queue = queue

    async def run(self) -> None:
        """Sweep every SWEEP_S seconds until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self.sweep()
            except (Error, PoolTimeout, QueueUnavailable) as exc:
                _log.warning("sweep failed", extra={"action": "sweep", "error": type(exc).__name__})

    async def sweep(self) -> int:
        """Wake all that is due and unattended; gives their number."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_DUE, {"batch": BATCH})
            rows = await cursor.fetchall()
        # As long as that many wake-ups wait anyhow, the workers are merely busy: more would only swell the queue.
        if not rows or await asyncio.to_thread(self._queue.length) >= len(rows):
            return 0
        for (message_id,) in rows:
            await asyncio.to_thread(self._queue.wake, message_id)
        return len(rows)
