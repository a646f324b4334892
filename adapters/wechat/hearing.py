"""Whether the gateway can still be heard: a connection can stay open for hours and carry nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from adapters.errors import PlatformUnavailable

# Deafness is found within DEAF_AFTER_S and one DING_S more.
DING_S = 20.0
DEAF_AFTER_S = 60.0


class Hearing:
    """`ask` asks the gateway for a dong event, and tells whether the call was answered.

    Where dongs have been heard, silence is deafness; a gateway that can't send them is judged by its answers to the
    calls alone.
    """

    def __init__(self, ask: Callable[[], Awaitable[bool]], ding_s: float, deaf_after_s: float) -> None:
        self._ask = ask
        self._ding_s = ding_s
        self._deaf_after_s = deaf_after_s
        self._heard_at = 0.0
        self._dongs = False

    def heard(self) -> None:
        """Any event came."""
        self._heard_at = time.monotonic()

    def heard_dong(self) -> None:
        self._dongs = True

    async def watch(self) -> None:
        """Ask again and again; raise PlatformUnavailable once nothing has been heard for too long."""
        self.heard()
        while True:
            asked_at = time.monotonic()
            if await self._ask() and not self._dongs:
                self.heard()
            await asyncio.sleep(max(0.0, asked_at + self._ding_s - time.monotonic()))
            if time.monotonic() - self._heard_at > self._deaf_after_s:
                raise PlatformUnavailable("The Wechaty gateway says nothing any more: the connection is taken for lost")
