"""Work on one event of Discord's, whose failure is that event's alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


def begin_guarded(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Give the task that does the work; what the work raises is logged by its class."""
    task = asyncio.create_task(_guarded(work))
    # Cancelled before its first step, the task has not come to the work.
    task.add_done_callback(lambda _: work.close())
    return task


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as exc:  # noqa: BLE001 - what people and Discord send must not end anything but its own event
        facts = {"action": "discord_event_failed", "error": type(exc).__name__}
        _log.warning("an event of Discord's could not be taken", extra=facts)
