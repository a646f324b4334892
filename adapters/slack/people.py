"""Names of people by user id, remembered for a while; a name is never worth delaying an acknowledgement."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from adapters.errors import AdapterError
from adapters.recent import Recent

MAX_REMEMBERED = 5_000
MAX_LOOKED_UP = 5
MAX_NAME_CHARS = 80
TIMEOUT_S = 0.5
KEEP_S = 3_600.0
# After a failed look-up the id serves as the name for this long, so that a slow Slack slows no second message.
KEEP_FAILED_S = 60.0


class People:
    """Looks names up with `look_up`, a call that may raise AdapterError."""

    def __init__(self, look_up: Callable[[str], Awaitable[str]]) -> None:
        self._look_up = look_up
        self._known: Recent[str, tuple[str, float]] = Recent(MAX_REMEMBERED)

    async def names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Give the names within half a second; who is unknown by then has the id as name."""
        wanted = list(user_ids)
        now = time.monotonic()
        missing = [user_id for user_id in wanted if self._known.get(user_id, ("", 0.0))[1] <= now]
        await asyncio.gather(*map(self._learn, missing[:MAX_LOOKED_UP]))
        return {user_id: self._known.get(user_id, (user_id, 0.0))[0] for user_id in wanted}

    async def _learn(self, user_id: str) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                name = " ".join((await self._look_up(user_id)).split())[:MAX_NAME_CHARS]
            self._remember(user_id, name or user_id, KEEP_S)
        except (AdapterError, TimeoutError):
            self._remember(user_id, user_id, KEEP_FAILED_S)

    def _remember(self, user_id: str, name: str, keep_s: float) -> None:
        self._known[user_id] = (name, time.monotonic() + keep_s)
