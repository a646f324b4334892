"""Work on many addresses at once, a few of each host."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

Result = TypeVar("Result")


async def side_by_side(
    work: Callable[[str], Coroutine[object, object, Result]],
    addresses: Sequence[str],
    most: int,
    most_per_host: int,
) -> AsyncGenerator[Result, None]:
    """The result of each, as it is done; nothing more is begun while nobody takes them."""
    waiting: dict[str, deque[str]] = defaultdict(deque)
    for address in addresses:
        waiting[_host(address)].append(address)
    running: dict[asyncio.Task[Result], str] = {}
    try:
        while waiting or running:
            for address, host in _next(waiting, list(running.values()), most, most_per_host):
                running[asyncio.create_task(work(address))] = host
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del running[task]
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _next(
    waiting: dict[str, deque[str]], running: list[str], most: int, most_per_host: int
) -> Iterator[tuple[str, str]]:
    """Takes out of `waiting` what may begin now: the address and its host."""
    busy = Counter(running)
    for host in list(waiting):
        while waiting[host] and busy[host] < most_per_host and busy.total() < most:
            busy[host] += 1
            yield waiting[host].popleft(), host
        if not waiting[host]:
            del waiting[host]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
