"""An asynchronous generator in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from ingest.web.background import run_in_background


def test_items_come_in_their_order() -> None:
    """All of them, and the thread ends with the last."""

    async def numbers() -> AsyncGenerator[int, None]:
        for number in range(100):
            yield number

    assert list(run_in_background(numbers, 3)) == list(range(100))
    assert "web" not in {thread.name for thread in threading.enumerate()}


def test_an_error_there_is_raised_here() -> None:
    """After what came before it."""

    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("no more")

    items = run_in_background(failing, 3)
    assert next(items) == 1
    with pytest.raises(RuntimeError, match="no more"):
        next(items)


def test_nobody_runs_far_ahead() -> None:
    """What is made waits to be taken."""
    made: list[int] = []

    async def numbers() -> AsyncGenerator[int, None]:
        for number in range(100):
            made.append(number)
            yield number
            await asyncio.sleep(0)

    items = run_in_background(numbers, 2)
    assert [next(items) for _ in range(5)] == [0, 1, 2, 3, 4]
    items.close()  # type: ignore[attr-defined]
    assert len(made) <= 8


def test_closing_ends_what_waits() -> None:
    """Its own end is run, too."""
    ended = threading.Event()

    async def waiting() -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            ended.set()

    items = run_in_background(waiting, 3)
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert ended.is_set()
