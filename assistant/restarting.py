"""Child processes that are there as long as this one is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import NoReturn

from assistant.backoff import BACKOFF_S, waits
from assistant.child_process import ChildProcess

_log = logging.getLogger(__name__)

WATCH_S = 1.0
LASTING_S = 300.0
"""What ran for so long before it ended is started soon again; what ends it otherwise may last (Redis is away)."""


async def keep_running(
    process: ChildProcess, name: str, backoff_s: Sequence[float] = BACKOFF_S, watch_s: float = WATCH_S
) -> NoReturn:
    """Start the process again whenever it ends by itself, ever more slowly. The log calls it by `name`."""
    loop = asyncio.get_running_loop()
    until_next = waits(backoff_s)
    while True:
        started = loop.time()
        while process.is_running:  # noqa: ASYNC110 (the end of a process sets no event)
            await asyncio.sleep(watch_s)
        if loop.time() - started > LASTING_S:
            until_next = waits(backoff_s)
        wait_s = next(until_next)
        facts = {"action": "restart", "service": name, "exit_code": process.exit_code, "wait_s": wait_s}
        _log.error("process ended; starting another", extra=facts)
        await asyncio.sleep(wait_s)
        process.start()
