"""Sends claimed deliveries through their adapter, and records what became of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

import psycopg

from adapters.base import ChatAdapter
from adapters.errors import AdapterError, AuthenticationFailed, DeliveryUnknown, RateLimited
from assistant.conversations.deliveries import Deliveries, Delivery

_log = logging.getLogger(__name__)

MAX_AT_ONCE = 20
MAX_ATTEMPTS = 8


class Sender:
    """The gateway's way out. Different conversations' deliveries are sent side by side; `on_done` hears of each end."""

    def __init__(
        self, deliveries: Deliveries, adapters: Mapping[str, ChatAdapter], on_done: Callable[[], None]
    ) -> None:
        self._deliveries = deliveries
        self._adapters = adapters
        self._on_done = on_done
        self._sending: set[asyncio.Task[None]] = set()

    async def send_due(self, platform: str, workspace: str | None) -> None:
        """Begin to send what is due on the platform, as far as there is room."""
        while (room := MAX_AT_ONCE - len(self._sending)) > 0:
            claimed = await self._deliveries.claim(platform, workspace, room)
            for delivery in claimed:
                task = asyncio.create_task(self._send(delivery, self._adapters[platform]))
                self._sending.add(task)
                task.add_done_callback(self._done)
            if len(claimed) < room:
                return

    async def finish(self) -> None:
        """Wait until all that was begun is sent and recorded."""
        await asyncio.gather(*self._sending)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._on_done()

    async def _send(self, delivery: Delivery, adapter: ChatAdapter) -> None:
        facts: dict[str, object] = {"action": "send", "delivery_id": delivery.id, "platform": adapter.platform}
        try:
            await self._try_to_send(delivery, adapter, facts)
        except psycopg.Error as exc:
            # The claim runs out, and the delivery is taken up again then.
            _log.warning("delivery could not be recorded", extra=facts | {"error": type(exc).__name__})

    async def _try_to_send(self, delivery: Delivery, adapter: ChatAdapter, facts: dict[str, object]) -> None:
        try:
            await self._send_parts(delivery, adapter)
        except AdapterError as exc:
            _log.warning("reply was not sent", extra=facts | {"error": type(exc).__name__, "reason": str(exc)})
            await self._record_failure(delivery, adapter, exc)
        except psycopg.Error:
            raise
        except Exception as exc:  # noqa: BLE001 (one adapter's fault must not end the others)
            _log.exception("adapter failed", extra=facts)
            await self._deliveries.finish(delivery, "failed", type(exc).__name__)

    async def _send_parts(self, delivery: Delivery, adapter: ChatAdapter) -> None:
        if delivery.was_interrupted and not adapter.capabilities.idempotent_send:
            raise DeliveryUnknown("a gateway ended while it was sending this")
        parts = adapter.render(delivery.reply)
        for number in range(delivery.parts_sent, len(parts)):
            sent = await adapter.send(delivery.address, parts[number], delivery.idempotency_key(number))
            await self._deliveries.record_part(delivery, sent.message_id)
        await self._deliveries.finish(delivery, "sent")

    async def _record_failure(self, delivery: Delivery, adapter: ChatAdapter, error: AdapterError) -> None:
        # Waiting out a rate limit is no failed attempt; a revoked token may be replaced in the meantime.
        may_repeat = error.retryable or isinstance(error, AuthenticationFailed)
        may_repeat = may_repeat or (isinstance(error, DeliveryUnknown) and adapter.capabilities.idempotent_send)
        if isinstance(error, RateLimited) or (may_repeat and delivery.attempts < MAX_ATTEMPTS):
            delay_s = error.retry_after_s if isinstance(error, RateLimited) else float(2**delivery.attempts)
            await self._deliveries.postpone(delivery, delay_s, type(error).__name__)
        else:
            state = "unknown" if isinstance(error, DeliveryUnknown) else "failed"
            await self._deliveries.finish(delivery, state, type(error).__name__)
