"""Tasks that go on by themselves."""

from __future__ import annotations

import asyncio
from typing import Any

DRAIN_TIMEOUT_S = 5.0
"""Long enough for a message to be stored, short enough for an orderly shutdown."""


class Running:
    """Knows the tasks until they end; asyncio alone would let them be collected under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def add(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, timeout_s: float = DRAIN_TIMEOUT_S) -> int:
        """Let them end within so many seconds, and cancel those that don't; gives the number of these."""
        if not self._tasks:
            return 0
        _, unfinished = await asyncio.wait(self._tasks, timeout=timeout_s)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)
        return len(unfinished)
