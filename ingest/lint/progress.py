"""How far linting is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress as rich_progress

from assistant.progress_bars import bars


class Progress:
    """Told how much of what is done; here it shows nothing."""

    def show(self, what: str, done: int, total: int) -> None:
        """`done` of `total` passages, links or questions."""


class _Bars(Progress):
    def __init__(self, shown: rich_progress.Progress) -> None:
        self._bars = shown
        self._tasks: dict[str, rich_progress.TaskID] = {}

    def show(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=None)
        self._bars.update(self._tasks[what], completed=done, total=total)


@contextmanager
def lint_progress() -> Iterator[Progress]:
    """A bar for each, on standard error where that is a terminal; else nothing is shown."""
    with bars() as shown:
        yield _Bars(shown) if shown is not None else Progress()
