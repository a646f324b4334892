"""The way from the gateway connection to `on_message`: in order for each conversation, and again when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from weakref import WeakValueDictionary

from adapters.base import IncomingMessage, OnMessage

_log = logging.getLogger(__name__)
# Long enough for a message to be stored, short enough for an orderly shutdown.
DRAIN_TIMEOUT_S = 5.0


class Inbox:
    """Hands each message to `on_message`.

    Discord's gateway has no acknowledgement and sends nothing twice, so a message that could not be stored is tried
    again here, after each of `retry_delays_s`; then it is given up with an error in the log, by its ids.
    """

    def __init__(
        self, on_message: OnMessage, retry_delays_s: Sequence[float], drain_timeout_s: float = DRAIN_TIMEOUT_S
    ) -> None:
        self._drain_timeout_s = drain_timeout_s
        self._on_message = on_message
        self._retry_delays_s = tuple(retry_delays_s)
        # A lock lives as long as somebody holds or awaits it; asyncio's locks are first come, first served.
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[None]] = set()

    def put(self, message: IncomingMessage) -> None:
        """Deliver the message in a task; messages of one conversation are delivered in the order of the calls."""
        task = asyncio.create_task(self._in_order(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Let the running deliveries end, for a limited time."""
        if not self._running:
            return
        _, unfinished = await asyncio.wait(self._running, timeout=self._drain_timeout_s)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)

    async def _in_order(self, message: IncomingMessage) -> None:
        conversation = (message.address.channel, message.address.thread)
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        async with lock:
            await self._deliver(message)

    async def _deliver(self, message: IncomingMessage) -> None:
        if await self._accepted(message):
            return
        for delay_s in self._retry_delays_s:
            await asyncio.sleep(delay_s)
            if await self._accepted(message):
                return
        _log.error("message given up", extra={"action": "discord_message_lost", "event_key": message.event_key})

    async def _accepted(self, message: IncomingMessage) -> bool:
        try:
            await self._on_message(message)
        except Exception as exc:  # noqa: BLE001 - whatever the callback raises, the message must not be lost
            facts = {"action": "discord_message_failed", "event_key": message.event_key, "error": type(exc).__name__}
            _log.warning("message not stored yet", extra=facts)
            return False
        return True
