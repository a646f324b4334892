"""Long-running services: `assistant gateway` and `assistant up`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, NoReturn

from adapters.base import ChatAdapter
from assistant import wiring
from assistant.child_process import ChildProcess, when_input_ends
from assistant.config import Settings
from assistant.gateway import Gateway
from assistant.http import listening
from assistant.queue import WakeUpQueue
from assistant.restarting import keep_running
from assistant.worker_process import WorkerProcess

PATIENCE_S = 30.0
APART = ("wechat",)
"""Platforms that are served by a process of their own: whatever happens to their SDK happens to nobody else."""


async def serve(
    settings: Settings,
    adapters: Mapping[str, ChatAdapter],
    on_status: Callable[[str], None],
    *,
    with_worker: bool = False,
    apart: Sequence[str] = (),
    until_input_ends: bool = False,
) -> None:
    """Run the gateway for the adapters, with `with_worker` one worker beside it, and a gateway process for each
    platform of `apart`, until SIGTERM or SIGINT, or with `until_input_ends` until standard input ends.

    One that ends with standard input listens nowhere: it is another gateway's.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if until_input_ends:
        when_input_ends(lambda: loop.call_soon_threadsafe(stopping.set))
    processes: list[ChildProcess] = []
    try:
        async with _serving(settings, adapters, listens=not until_input_ends) as address:
            platforms = ", ".join([*adapters, *apart]) or "none"
            on_status(f"gateway listens on {address}, platforms: {platforms}" if address else f"serving {platforms}")
            tasks: list[asyncio.Task[Any]] = [asyncio.create_task(stopping.wait())]
            if with_worker:
                worker = WorkerProcess()
                processes.append(worker)
                tasks.append(asyncio.create_task(_keep_worker(worker, settings, on_status)))
            for platform in apart:
                process = ChildProcess("gateway", "--only", platform, patience_s=PATIENCE_S)
                processes.append(process)
                tasks.append(asyncio.create_task(keep_running(process, f"gateway of {platform}")))
            await _first_of(tasks)
    finally:
        await asyncio.gather(*(asyncio.to_thread(process.stop) for process in processes))


@contextlib.asynccontextmanager
async def _serving(settings: Settings, adapters: Mapping[str, ChatAdapter], *, listens: bool) -> AsyncIterator[str]:
    """A running gateway; gives the address that it listens at, "" for none."""
    async with contextlib.AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(new_gateway(settings, adapters))
        address = ""
        if listens:
            http = listening(gateway, adapters.values(), settings.http_host, settings.http_port)
            address = await stack.enter_async_context(http)
        await stack.enter_async_context(gateway.running())
        yield address


@contextlib.asynccontextmanager
async def new_gateway(settings: Settings, adapters: Mapping[str, ChatAdapter]) -> AsyncIterator[Gateway]:
    """A gateway for the adapters, not running yet, and its queue while the block runs. Raises QueueUnavailable."""
    queue = WakeUpQueue(settings.redis_url)
    try:
        queue.check()
        yield Gateway(
            settings.database_url,
            queue,
            adapters,
            wiring.manners(settings),
            agents=wiring.agents(settings),
            limits=wiring.admission_limits(settings),
            keep_days=settings.keep_days,
        )
    finally:
        queue.close()


async def _keep_worker(process: WorkerProcess, settings: Settings, on_status: Callable[[str], None]) -> NoReturn:
    """See the worker through its start, and keep one running."""
    await asyncio.to_thread(process.wait_until_ready, settings)
    on_status("worker is ready")
    await keep_running(process, "worker")


async def _first_of(tasks: list[asyncio.Task[Any]]) -> None:
    """Return when the first of them ends, or raise what ended it; the others are cancelled."""
    done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        task.cancel()
    for task in done:
        await task
