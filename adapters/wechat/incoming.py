"""The way of a message from its id to `Inbox`: looked up at once, handed on in the order in which the ids came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.base import DeletedMessage, IncomingMessage
from adapters.errors import AdapterError
from adapters.running import Running
from adapters.wechat.parse import is_from_a_person, parse_message
from adapters.wechat.payload import Payload
from adapters.wechat.people import People
from adapters.wechat.puppet import Puppet

_log = logging.getLogger(__name__)

MAX_LOOKED_UP = 16
# Long enough for a look-up, short enough for an orderly shutdown.
DRAIN_TIMEOUT_S = 2.0


class Incoming:
    """Gives each event to `deliver`.

    Nothing is told twice by WeChat, so a look-up that failed is tried again after each of `retry_delays_s`. Messages
    from before `since` are left out: some gateways tell of old ones anew when they log in.
    """

    def __init__(
        self,
        puppet: Puppet,
        people: People,
        deliver: Callable[[IncomingMessage | DeletedMessage], object],
        since: datetime,
        retry_delays_s: Sequence[float],
    ) -> None:
        self._puppet = puppet
        self._people = people
        self._deliver = deliver
        self._since = since
        self._retry_delays_s = tuple(retry_delays_s)
        self._at_once = asyncio.Semaphore(MAX_LOOKED_UP)
        self._last: asyncio.Task[None] | None = None
        self._running = Running()

    def put(self, message_id: str, own_id: str) -> None:
        """Look the message up in a task, which ends after those of earlier calls."""
        self._last = asyncio.create_task(self._in_order(message_id, own_id, self._last))
        self._running.add(self._last)

    async def close(self) -> None:
        """Let the look-ups end, for a limited time."""
        if unfinished := await self._running.drain(DRAIN_TIMEOUT_S):
            facts = {"action": "wechat_messages_lost", "count": unfinished}
            _log.error("messages given up, as the connection was closed", extra=facts)

    async def _in_order(self, message_id: str, own_id: str, before: asyncio.Task[None] | None) -> None:
        try:
            async with self._at_once:
                event = await self._event(message_id, own_id)
        except Exception as exc:  # noqa: BLE001 - whatever a payload does to us, the next one must not suffer from it
            event = None
            facts = {"action": "wechat_message_lost", "message_id": message_id, "error": type(exc).__name__}
            _log.error("message given up", extra=facts)
        if before is not None:
            await asyncio.wait({before})
        if event is not None:
            self._deliver(event)

    async def _event(self, message_id: str, own_id: str) -> IncomingMessage | DeletedMessage | None:
        payload = await self._payload(message_id)
        if payload.sent_at < self._since or not is_from_a_person(payload, own_id):
            return None
        talker, me, me_there = await asyncio.gather(
            self._people.person(payload.room_id, payload.talker_id),
            self._people.person("", own_id),
            self._people.person(payload.room_id, own_id),
        )
        return parse_message(payload, talker, me.called | me_there.called, own_id)

    async def _payload(self, message_id: str) -> Payload:
        for delay_s in self._retry_delays_s:
            try:
                return await self._puppet.message(message_id)
            except AdapterError as exc:
                if not exc.retryable:
                    raise
                facts = {"action": "wechat_message_not_read", "message_id": message_id, "error": type(exc).__name__}
                _log.warning("message not read yet", extra=facts)
            await asyncio.sleep(delay_s)
        return await self._puppet.message(message_id)
