"""Shows whoever asked that somebody is at it, from the moment the question is stored until the reply is there."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping

from adapters.base import ChatAdapter, ReplyAddress
from adapters.errors import AdapterError, RateLimited

_log = logging.getLogger(__name__)

BEGINS_AFTER_S = 0.2
"""Whoever is answered sooner has nothing to wonder about, and the platform one call less."""
RENEWED_AFTER = 0.8
"""Of the time that it shows."""
LONGEST_S = 300.0
AT_ONCE = 8
MAX_SHOWN = 32
"""With more than these waiting the platform has better to do; who waits long is told the place in line."""
CALL_S = 5.0
MAX_REMEMBERED = 10_000


class Working:
    """A courtesy: what fails is not tried again, and where too much is going on it is left out."""

    def __init__(self, adapters: Mapping[str, ChatAdapter], begins_after_s: float = BEGINS_AFTER_S) -> None:
        self._adapters = adapters
        self._begins_after_s = begins_after_s
        self._shown: dict[ReplyAddress, asyncio.Task[None]] = {}
        self._unseen: set[ReplyAddress] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._calls = asyncio.Semaphore(AT_ONCE)
        self._held_until: dict[str, float] = {}

    def begin(self, address: ReplyAddress) -> None:
        """Show it at the address, in a task of its own."""
        adapter = self._adapter(address)
        if adapter is None or address in self._shown:
            return
        if len(self._unseen) >= MAX_REMEMBERED:
            self._unseen.clear()
        self._unseen.add(address)
        if len(self._unseen | self._shown.keys()) > MAX_SHOWN:
            return
        self._shown[address] = asyncio.create_task(self._show(adapter, address))

    def end(self, address: ReplyAddress) -> None:
        """A reply is there, or there will be none: take it away, also what an earlier process showed."""
        task = self._shown.pop(address, None)
        if task is not None:
            task.cancel()
        if address in self._unseen:
            self._unseen.discard(address)
            return
        adapter = self._adapter(address)
        if adapter is not None:
            ending = asyncio.create_task(self._call(adapter, address, is_working=False))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End it all; what is shown runs out by itself."""
        tasks = [*self._shown.values(), *self._ending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _adapter(self, address: ReplyAddress) -> ChatAdapter | None:
        """What can show it at the address; None also where one person alone would see it."""
        adapter = self._adapters.get(address.platform)
        return adapter if adapter and adapter.capabilities.working_s and not address.visible_to else None

    async def _show(self, adapter: ChatAdapter, address: ReplyAddress) -> None:
        await asyncio.sleep(self._begins_after_s)
        self._unseen.discard(address)
        ends_at = time.monotonic() + LONGEST_S
        while time.monotonic() < ends_at:
            await self._call(adapter, address, is_working=True)
            await asyncio.sleep(adapter.capabilities.working_s * RENEWED_AFTER)
        self._shown.pop(address, None)

    async def _call(self, adapter: ChatAdapter, address: ReplyAddress, *, is_working: bool) -> None:
        if time.monotonic() < self._held_until.get(adapter.platform, 0.0):
            return
        try:
            async with self._calls, asyncio.timeout(CALL_S):
                await adapter.show_working(address, is_working=is_working)
        except RateLimited as exc:
            self._held_until[adapter.platform] = time.monotonic() + exc.retry_after_s
        except (AdapterError, TimeoutError) as exc:
            facts = {"action": "show_working", "platform": adapter.platform, "error": type(exc).__name__}
            _log.info("could not show that somebody is at it", extra=facts)
