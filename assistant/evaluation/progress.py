"""How far an evaluation has come, on standard error where that is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.progress_bars import bars


@contextmanager
def counted(name: str, total: int, done: int = 0) -> Iterator[Callable[[], None]]:
    """A bar that moves on by one with each call; without a terminal nothing is shown."""
    with bars() as shown:
        if shown is None:
            yield lambda: None
        else:
            bar, task = shown, shown.add_task(name, total=total, completed=done)
            yield lambda: bar.advance(task)
