"""The assistant inside a bot that people run already: a gateway beside the bot's own code, in its event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager

from adapters.base import ChatAdapter
from assistant import wiring
from assistant.config import Settings, load_settings
from assistant.embedded import Part
from assistant.gateway import Gateway
from assistant.restarting import keep_running
from assistant.serve import new_gateway
from assistant.worker_process import WorkerProcess

STOP_S = 60.0


@asynccontextmanager
async def gateway(
    *adapters: ChatAdapter, settings: Settings | None = None, with_worker: bool = False
) -> AsyncIterator[Gateway]:
    """Serve the adapters, as `attach` gave them, while the block runs.

    The settings are those of `assistant gateway`, from the environment; what is unset is embedded. Answers come from a
    worker: `assistant worker` beside it, or with `with_worker` one that is kept running in a child process. Raises
    AssistantError, AdapterError.
    """
    with ExitStack() as stack:
        served = wiring.served(settings or load_settings(), [Part.POSTGRES, Part.REDIS])
        complete = await asyncio.to_thread(stack.enter_context, served)
        async with AsyncExitStack() as running:
            made = new_gateway(complete, {adapter.platform: adapter for adapter in adapters})
            ours = await running.enter_async_context(made)
            await running.enter_async_context(ours.running())
            if with_worker:
                worker = await asyncio.to_thread(WorkerProcess)
                running.push_async_callback(asyncio.to_thread, worker.stop)
                running.callback(asyncio.create_task(keep_running(worker, "worker")).cancel)
            yield ours


@contextmanager
def gateway_in_thread(
    *adapters: ChatAdapter, settings: Settings | None = None, with_worker: bool = False
) -> Iterator[None]:
    """The same for a bot without an event loop: the gateway runs in a thread of its own while the block does."""
    started, stopping = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    async def serve() -> None:
        async with gateway(*adapters, settings=settings, with_worker=with_worker):
            started.set()
            await asyncio.to_thread(stopping.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as exc:  # noqa: BLE001 (it is raised in the caller's thread)
            failures.append(exc)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="llamadesk-gateway")
    thread.start()
    started.wait()
    try:
        if not failures:
            yield
    finally:
        stopping.set()
        thread.join(STOP_S)
    if failures:
        raise failures[0]
