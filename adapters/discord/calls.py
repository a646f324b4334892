"""One call of ours to Discord's REST API: its deadline, and its failure as AdapterError."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord

from adapters.discord.failures import translated


@asynccontextmanager
async def call(client: discord.Client, timeout_s: float, *, may_be_repeated: bool = False) -> AsyncIterator[None]:
    """Bound what is done inside, and raise AdapterError alone."""
    with translated(may_be_repeated=may_be_repeated):
        try:
            async with asyncio.timeout(timeout_s):
                yield
        except TimeoutError:
            # discord.py 2.7 closes this gate while a call waits for the global rate limit, and does not open it when
            # that call is given up: every later call would hang. Opened early, it costs one more refusal at most.
            client.http._global_over.set()
            raise
