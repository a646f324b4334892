"""Tasks that are let end, for a limited time."""

from __future__ import annotations

import asyncio

from adapters.running import Running


async def test_what_ends_in_time_is_let_end() -> None:
    """Nothing of it is lost."""
    running, done = Running(), []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    for number in range(3):
        running.add(asyncio.create_task(work(number)))
    assert await running.drain(10.0) == 0
    assert done == [0, 1, 2]


async def test_what_does_not_end_is_cancelled_and_counted() -> None:
    """It has ended when the call returns, and is not counted again."""
    running = Running()
    tasks = [asyncio.create_task(asyncio.Event().wait()) for _ in range(2)]
    for task in tasks:
        running.add(task)
    assert await running.drain(0.0) == 2
    assert [task.cancelled() for task in tasks] == [True, True]
    assert await running.drain(0.0) == 0
