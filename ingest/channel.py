"""How the threads of a pipeline hand things to each other."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The run was ended: whoever waits goes home."""


class Run:
    """One run of a pipeline: ended by the first failure, or when nobody wants its results any more."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.failure: BaseException | None = None
        self._stopped = False

    @property
    def is_stopped(self) -> bool:
        return self._stopped

    def stop(self, failure: BaseException | None = None) -> None:
        """End it: all that wait on a channel or the budget get Stopped. Only the first failure counts."""
        with self.changed:
            if not self._stopped:
                self._stopped, self.failure = True, failure
            self.changed.notify_all()

    def check(self) -> None:
        """Raises Stopped once the run is."""
        if self._stopped:
            raise Stopped


class Channel(Generic[T]):
    """A queue of at most `size` items between two threads of a run."""

    def __init__(self, run: Run, size: int) -> None:
        self._run = run
        self._size = size
        self._items: deque[T] = deque()
        self._is_closed = False

    def put(self, item: T) -> None:
        """Add it as soon as there is room. Raises Stopped."""
        with self._run.changed:
            self._run.changed.wait_for(lambda: self._run.is_stopped or len(self._items) < self._size)
            self._run.check()
            self._items.append(item)
            self._run.changed.notify_all()

    def close(self) -> None:
        """Nothing more comes."""
        with self._run.changed:
            self._is_closed = True
            self._run.changed.notify_all()

    def get(self) -> T | None:
        """The next item as soon as there is one, None at the end. Raises Stopped."""
        with self._run.changed:
            self._run.changed.wait_for(lambda: self._run.is_stopped or self._is_closed or bool(self._items))
            self._run.check()
            return self._taken()

    def get_now(self) -> T | None:
        """The next item if there is one."""
        with self._run.changed:
            return self._taken()

    def _taken(self) -> T | None:
        item = self._items.popleft() if self._items else None
        self._run.changed.notify_all()
        return item


class Budget:
    """So many chunks may be on their way at once; a document that has more travels alone."""

    def __init__(self, run: Run, limit: int) -> None:
        self._run = run
        self._limit = limit
        self._used = 0

    def take(self, count: int) -> None:
        """Wait until there is room for so many. Raises Stopped."""
        with self._run.changed:
            self._run.changed.wait_for(
                lambda: self._run.is_stopped or self._used == 0 or self._used + count <= self._limit
            )
            self._run.check()
            self._used += count

    def give_back(self, count: int) -> None:
        with self._run.changed:
            self._used -= count
            self._run.changed.notify_all()
