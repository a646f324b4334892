"""Wakes workers for messages that were stored, behind the acknowledgement's back: it need not wait for Redis."""

from __future__ import annotations

import asyncio
import logging

from assistant.errors import QueueUnavailable
from assistant.queue import WakeUpQueue

_log = logging.getLogger(__name__)


class Waker:
    """Puts into the queue together what came while it was at the last ones. What it can't wake the sweeper will."""

    def __init__(self, queue: WakeUpQueue) -> None:
        self._queue = queue
        self._waiting: list[int] = []
        self._changed = asyncio.Event()

    def wake(self, message_id: int) -> None:
        """Have a worker woken for the message, as soon as may be."""
        self._waiting.append(message_id)
        self._changed.set()

    async def run(self) -> None:
        """Wake until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            message_ids, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._queue.wake, *message_ids)
            except QueueUnavailable as exc:
                facts = {"action": "wake", "messages": len(message_ids), "error": type(exc).__name__}
                _log.warning("no worker could be woken; the sweeper will", extra=facts)
