"""Waiting for what happens elsewhere: other threads, other processes, the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], timeout_s: float = 30) -> None:
    """Return as soon as the condition holds; raise TimeoutError if it does not in that time."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 (what is waited for sets no event of this loop)
            await asyncio.sleep(0.02)
