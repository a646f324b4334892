"""Wakes what is due and nobody works at: lost wake-ups, an emptied Redis, dead workers, retries whose time has come.
What is kept no longer is erased here, too."""

from __future__ import annotations

import asyncio
import logging

from assistant.conversations.erasure import Erasure
from assistant.conversations.handoffs import Handoffs
from assistant.conversations.notices import Notices
from assistant.database import AsyncPool, database_errors
from assistant.errors import DatabaseUnavailable, QueueUnavailable
from assistant.queue import WakeUpQueue

_log = logging.getLogger(__name__)

SWEEP_S = 2.0
BATCH = 500

# Only the oldest message of a conversation counts: the later ones wait for it. A message is given half a second to be
# woken in the ordinary way; what stays due is woken again each time, as a wake-up too many does nothing.
_DUE = """
select first.id from (
    select distinct on (conversation_id) id, conversation_id, due_at, received_at from messages
    where state = 'pending' order by conversation_id, sent_at, id
) first join conversations c on c.id = first.conversation_id
where first.due_at <= now() and first.received_at < now() - interval '0.5 seconds'
  and (c.lease_until is null or c.lease_until < now())
order by first.id limit %(batch)s
"""
_WAITING = "select count(*) from messages where state = 'pending'"


class Sweeper:
    """Runs in every gateway; several do no harm. `waiting` is the number of messages without a reply, as last seen."""

    def __init__(
        self, pool: AsyncPool, queue: WakeUpQueue, notices: Notices, handoffs: Handoffs, erasure: Erasure
    ) -> None:
        self._pool = pool
        self._queue = queue
        self._notices = notices
        self._handoffs = handoffs
        self._erasure = erasure
        self.waiting = 0

    async def run(self) -> None:
        """Sweep every SWEEP_S seconds until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self.sweep()
                await self._notices.tell_waiting()
                await self._handoffs.take_back()
                await self._erasure.erase()
            except (DatabaseUnavailable, QueueUnavailable) as exc:
                _log.warning("sweep failed", extra={"action": "sweep", "error": type(exc).__name__})
                await self._pool.check()

    async def sweep(self) -> int:
        """Wake all that is due and unattended; gives their number. Raises DatabaseUnavailable, QueueUnavailable."""
        with database_errors():
            async with self._pool.connection() as connection:
                rows = await (await connection.execute(_DUE, {"batch": BATCH})).fetchall()
                counted = await (await connection.execute(_WAITING)).fetchone()
        self.waiting = counted[0] if counted else 0
        # As long as that many wake-ups wait anyhow, the workers are merely busy: more would only swell the queue.
        if not rows or await asyncio.to_thread(self._queue.length) >= len(rows):
            return 0
        await asyncio.to_thread(self._queue.wake, *(message_id for (message_id,) in rows))
        return len(rows)
