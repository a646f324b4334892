"""The time that is left for one call."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant.errors import DeadlineExceeded
from assistant.llm.base import Deadlines


class NoFirstToken(DeadlineExceeded):
    """The server let `first_token_s` pass without a token: it hangs, or was never reached."""


class Countdown:
    """Turns `Deadlines` into the seconds left, from the moment it is made. Used by one thread.

    The first token and each later one move the idle limit on (`progressed`); bytes alone don't, so neither data that
    drips nor a server's keep-alive comments can hold a call up.
    """

    __slots__ = ("_clock", "_connect_at", "_deadlines", "_progress_at", "_started", "_total_at")

    def __init__(self, deadlines: Deadlines, clock: Callable[[], float] = time.monotonic) -> None:
        now = clock()
        self._clock = clock
        self._deadlines = deadlines
        self._connect_at = now + deadlines.connect_s
        self._progress_at = now + deadlines.first_token_s
        self._total_at = now + deadlines.total_s
        self._started = False

    def progressed(self) -> None:
        """A token has come: the next one is due within `idle_s`."""
        self._progress_at = self._clock() + self._deadlines.idle_s
        self._started = True

    def hurry(self, at_most_s: float) -> None:
        """All that matters has come: wait no longer than `at_most_s` for what may still follow."""
        self._progress_at = min(self._progress_at, self._clock() + at_most_s)

    def left_s(self) -> float:
        """Seconds until the next limit, more than 0. Raises DeadlineExceeded when one has passed."""
        left = min(self._progress_at, self._total_at) - self._clock()
        if left <= 0:
            raise self.exceeded()
        return left

    def connect_left_s(self) -> float:
        """Seconds left to connect, 0 or less when they are used up. Raises DeadlineExceeded when a limit has passed."""
        return min(self._connect_at - self._clock(), self.left_s())

    def exceeded(self) -> DeadlineExceeded:
        """The error that tells which limit is the nearest one."""
        if self._total_at <= self._progress_at:
            return DeadlineExceeded(f"the model server took more than {self._deadlines.total_s:g} s in total")
        if not self._started:
            return NoFirstToken(f"the model server sent no first token within {self._deadlines.first_token_s:g} s")
        return DeadlineExceeded(f"the model server sent no further token within {self._deadlines.idle_s:g} s")
