"""Long-running services: `assistant gateway` and `assistant up`."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Any, NoReturn

from adapters.base import ChatAdapter
from assistant.config import Settings
from assistant.gateway import Gateway
from assistant.http import listening
from assistant.queue import WakeUpQueue
from assistant.wiring import admission_limits
from assistant.worker_process import WorkerProcess

_log = logging.getLogger(__name__)

WATCH_S = 1.0


async def serve(
    settings: Settings,
    adapters: dict[str, ChatAdapter],
    on_status: Callable[[str], None],
    *,
    with_worker: bool,
) -> None:
    """Run the gateway, and with `with_worker` one worker beside it, until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    queue = WakeUpQueue(settings.redis_url)
    queue.check()
    limits = admission_limits(settings)
    gateway = Gateway(settings.database_url, queue, adapters, settings.knowledge_set, limits=limits)
    process: WorkerProcess | None = None
    try:
        async with (
            listening(gateway, adapters.values(), settings.http_host, settings.http_port) as address,
            gateway.running(),
        ):
            on_status(f"gateway listens on {address}, platforms: {', '.join(adapters) or 'none'}")
            tasks: list[asyncio.Task[Any]] = [asyncio.create_task(stopping.wait())]
            if with_worker:
                process = WorkerProcess()
                tasks.append(asyncio.create_task(_keep(process, settings, on_status)))
            await _first_of(tasks)
    finally:
        if process is not None:
            await asyncio.to_thread(process.stop)
        queue.close()


async def _keep(process: WorkerProcess, settings: Settings, on_status: Callable[[str], None]) -> NoReturn:
    """See the worker through its start, and start it again whenever it ends by itself."""
    await asyncio.to_thread(process.wait_until_ready, settings)
    on_status("worker is ready")
    while True:
        while process.is_running:  # noqa: ASYNC110 (the end of a process sets no event)
            await asyncio.sleep(WATCH_S)
        # What ended it may last (Postgres is away): then the next one ends too, until it is over.
        _log.error("worker ended; starting another", extra={"action": "restart"})
        process.start()


async def _first_of(tasks: list[asyncio.Task[Any]]) -> None:
    """Return when the first of them ends, or raise what ended it; the others are cancelled."""
    done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        task.cancel()
    for task in done:
        await task
