"""Long-running services: `assistant gateway` and `assistant up`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable

from adapters.base import ChatAdapter
from assistant.config import Settings
from assistant.gateway import Gateway
from assistant.http import listening
from assistant.queue import WakeUpQueue
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
    gateway = Gateway(settings.database_url, queue, adapters, settings.knowledge_set)
    process = WorkerProcess() if with_worker else None
    try:
        async with (
            listening(gateway, adapters.values(), settings.http_host, settings.http_port) as address,
            gateway.running(),
        ):
            on_status(f"gateway listens on {address}, platforms: {', '.join(adapters) or 'none'}")
            if process is None:
                await stopping.wait()
            else:
                await asyncio.to_thread(process.wait_until_ready, settings)
                on_status("worker is ready")
                process = await _watch(process, settings, stopping)
    finally:
        if process is not None:
            await asyncio.to_thread(process.stop)
        queue.close()


async def _watch(process: WorkerProcess, settings: Settings, stopping: asyncio.Event) -> WorkerProcess:
    """Start the worker again whenever it ends by itself; gives the last one."""
    while not stopping.is_set():
        if not process.is_running:
            _log.error("worker ended; starting another", extra={"action": "restart"})
            process = WorkerProcess()
            await asyncio.to_thread(process.wait_until_ready, settings)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WATCH_S):
                await stopping.wait()
    return process
