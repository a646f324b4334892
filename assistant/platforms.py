"""Keeps each platform connected by itself: one that is refused stops alone, one that is lost is connected again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from adapters.base import ChatAdapter, Missed, OnEvent, SelfClosing
from adapters.errors import AdapterError
from assistant.backoff import BACKOFF_S, waits
from assistant.errors import DatabaseUnavailable

_log = logging.getLogger(__name__)


class Platforms:
    """The adapters of one gateway. `find_missed` tells what may have been missed on a platform."""

    def __init__(
        self,
        adapters: Mapping[str, ChatAdapter],
        on_event: OnEvent,
        find_missed: Callable[[str], Awaitable[Missed | None]],
        backoff_s: Sequence[float] = BACKOFF_S,
    ) -> None:
        self._adapters = adapters
        self._on_event = on_event
        self._find_missed = find_missed
        self._backoff_s = backoff_s
        self._keeping: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect all. A platform that can't be connected is told in the log, and tried again if that may help; raises
        the first one's error where none can be."""
        failures: dict[str, AdapterError] = {}
        for adapter in self._adapters.values():
            try:
                await self._connect(adapter)
            except AdapterError as exc:
                failures[adapter.platform] = exc
        if failures and len(failures) == len(self._adapters):
            raise next(iter(failures.values()))
        for adapter in self._adapters.values():
            failure = failures.get(adapter.platform)
            self._keeping.append(asyncio.create_task(self._keep(adapter, failure)))

    async def close(self) -> None:
        """Disconnect all."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        for adapter in self._adapters.values():
            await adapter.close()

    async def _connect(self, adapter: ChatAdapter) -> None:
        await adapter.start(self._on_event, await self._find_missed(adapter.platform))

    async def _keep(self, adapter: ChatAdapter, failure: AdapterError | None) -> None:
        """See to it that the platform is connected, until it can't be any more."""
        until_next = waits(self._backoff_s)
        while True:
            if failure is None:
                until_next = waits(self._backoff_s)
                failure = await _end_of(adapter)
            if failure is None:
                return
            facts = {"platform": adapter.platform, "error": type(failure).__name__, "reason": str(failure)}
            if not failure.retryable:
                _log.error("platform is no longer served", extra=facts)
                return
            _log.warning("platform is away; connecting again", extra=facts)
            await asyncio.sleep(next(until_next))
            failure = await self._reconnected(adapter, failure)

    async def _reconnected(self, adapter: ChatAdapter, failure: AdapterError) -> AdapterError | None:
        """Why it could not be connected again, None if it was."""
        try:
            await adapter.close()
            await self._connect(adapter)
        except AdapterError as exc:
            return exc
        except DatabaseUnavailable:
            return failure
        return None


async def _end_of(adapter: ChatAdapter) -> AdapterError | None:
    """Wait for the end of the connection; what ended it, None where it was closed or never ends by itself."""
    if not isinstance(adapter, SelfClosing):
        return None
    try:
        await adapter.wait_closed()
    except AdapterError as exc:
        return exc
    return None
