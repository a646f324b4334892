"""An asynchronous generator, run in a thread and taken from outside of it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _End(Generic[Item]):
    """Nothing more comes, because of `error` where there is one."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Run(Generic[Item]):
    """The thread with its event loop; `room` for so many items that nobody has taken yet."""

    def __init__(self, begin: Callable[[], AsyncGenerator[Item, None]], ahead: int) -> None:
        self._begin = begin
        self._items: queue.SimpleQueue[Item | _End[Item]] = queue.SimpleQueue()
        self._room = asyncio.Semaphore(ahead)
        self._loop = asyncio.new_event_loop()
        self._main = self._loop.create_task(self._produce())
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def __iter__(self) -> Iterator[Item]:
        self._thread.start()
        try:
            while not isinstance(item := self._items.get(), _End):
                self._loop.call_soon_threadsafe(self._room.release)
                yield item
            if item.error is not None:
                raise item.error
        finally:
            self._loop.call_soon_threadsafe(self._main.cancel)
            self._thread.join()
            self._loop.close()

    async def _produce(self) -> None:
        async with aclosing(self._begin()) as items:
            await self._room.acquire()
            async for item in items:
                self._items.put(item)
                await self._room.acquire()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        error: BaseException | None = None
        try:
            self._loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            pass
        except BaseException as exc:  # noqa: BLE001 - whatever it is, it is the taker's to see
            error = exc
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._items.put(_End(error))


def run_in_background(begin: Callable[[], AsyncGenerator[Item, None]], ahead: int) -> Iterator[Item]:
    """The items of what `begin` gives, made in a thread while others are worked on, at most `ahead` before they are
    taken. Closing the iterator ends the thread; an error there is raised here."""
    yield from _Run(begin, ahead)
