"""The way from a connection without acknowledgements to `on_event`: in order for each conversation, and again when it
fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from weakref import WeakValueDictionary

from adapters.base import DeletedMessage, IncomingMessage, OnEvent
from adapters.running import DRAIN_TIMEOUT_S, Running

_log = logging.getLogger(__name__)
# As long as a database takes to start again, and longer.
RETRY_DELAYS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)

InboxEvent = IncomingMessage | DeletedMessage


class Inbox:
    """Hands each event to `on_event`.

    For platforms that have no acknowledgement and send nothing twice: an event that could not be stored is tried again
    here, after each of `retry_delays_s`; then it is given up with an error in the log, by its ids.
    """

    def __init__(
        self, on_event: OnEvent, retry_delays_s: Sequence[float], drain_timeout_s: float = DRAIN_TIMEOUT_S
    ) -> None:
        self._drain_timeout_s = drain_timeout_s
        self._on_event = on_event
        self._retry_delays_s = tuple(retry_delays_s)
        # A lock lives as long as somebody holds or awaits it; asyncio's locks are first come, first served.
        self._of_conversation: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._of_message: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._running = Running()

    def put(self, event: InboxEvent) -> asyncio.Task[bool]:
        """Deliver the event in a task, which tells whether it was taken; events of one conversation are delivered in
        the order of the calls."""
        task = asyncio.create_task(self._in_order(event, self._lock(event)))
        self._running.add(task)
        return task

    async def close(self) -> None:
        """Let the running deliveries end, for a limited time."""
        await self._running.drain(self._drain_timeout_s)

    def _lock(self, event: InboxEvent) -> asyncio.Lock:
        """Give the lock of the conversation. A deletion does not know its thread: it follows what is on its way."""
        if isinstance(event, DeletedMessage):
            return self._of_message.get(event.event_key) or asyncio.Lock()
        conversation = (event.address.channel, event.address.thread)
        lock = self._of_conversation.setdefault(conversation, asyncio.Lock())
        self._of_message[event.event_key] = lock
        return lock

    async def _in_order(self, event: InboxEvent, lock: asyncio.Lock) -> bool:
        async with lock:
            return await self._deliver(event)

    async def _deliver(self, event: InboxEvent) -> bool:
        if await self._accepted(event):
            return True
        for delay_s in self._retry_delays_s:
            await asyncio.sleep(delay_s)
            if await self._accepted(event):
                return True
        _log.error("message given up", extra={"action": "message_lost", "event_key": event.event_key})
        return False

    async def _accepted(self, event: InboxEvent) -> bool:
        try:
            await self._on_event(event)
        except Exception as exc:  # noqa: BLE001 - whatever the callback raises, the event must not be lost
            facts = {"action": "message_not_stored", "event_key": event.event_key, "error": type(exc).__name__}
            _log.warning("message not stored yet", extra=facts)
            return False
        return True
