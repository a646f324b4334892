"""A pause in asking a server that is down.

Our own, because pybreaker 1.4 holds its lock during the call, so that one generation at a time would run; and because
what counts as a failure here is neither all exceptions nor a list of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.errors import ModelOverloaded, ModelUnavailable, RequestRefused
from assistant.llm.countdown import NoFirstToken

_FAILURES = (ModelUnavailable, NoFirstToken)
_ANSWERS = (ModelOverloaded, RequestRefused)
_TRIAL_RETRY_S = 1.0


class CircuitBreaker:
    """Opens for `pause_s` after `max_failures` in a row, then lets one attempt through, which closes or reopens it.

    A failure is ModelUnavailable or no first token in time. A result closes it, and so does a refusal or an overload:
    the server answers. What tells nothing about the server (a cut stream, the caller's own end) changes nothing. An
    attempt begun before the state last changed no longer counts. Safe to share between threads.
    """

    def __init__(
        self, max_failures: int = 5, pause_s: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if max_failures < 1 or pause_s <= 0:
            raise ValueError("max_failures must be at least 1, and pause_s positive")
        self._max_failures = max_failures
        self._pause_s = pause_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until: float | None = None
        self._on_trial = False
        self._epoch = 0

    @property
    def is_open(self) -> bool:
        """Whether an attempt would be refused now."""
        with self._lock:
            return self._refusal() is not None

    def check(self) -> None:
        """Raises ModelUnavailable while open; `retry_after_s` is what is left of the pause."""
        with self._lock:
            refusal = self._refusal()
        if refusal is not None:
            raise refusal

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Watches one call of the server. Raises ModelUnavailable while open."""
        epoch = self._begin()
        try:
            yield
        except _FAILURES:
            self._end(epoch, self._fail)
            raise
        except _ANSWERS:
            self._end(epoch, self._close)
            raise
        except BaseException:
            self._end(epoch, lambda: None)
            raise
        self._end(epoch, self._close)

    def _begin(self) -> int:
        with self._lock:
            refusal = self._refusal()
            if refusal is not None:
                raise refusal
            self._on_trial = self._open_until is not None
            return self._epoch

    def _end(self, epoch: int, count: Callable[[], None]) -> None:
        with self._lock:
            if epoch == self._epoch:
                self._on_trial = False
                count()

    def _refusal(self) -> ModelUnavailable | None:
        if self._open_until is None:
            return None
        left_s = self._open_until - self._clock()
        if left_s <= 0 and not self._on_trial:
            return None
        return ModelUnavailable(
            "the model server is down, and not asked for a while: look into its log",
            retry_after_s=left_s if left_s > 0 else _TRIAL_RETRY_S,
        )

    def _fail(self) -> None:
        self._failures += 1
        if self._failures >= self._max_failures:
            self._open_until = self._clock() + self._pause_s
            self._epoch += 1

    def _close(self) -> None:
        self._failures = 0
        if self._open_until is not None:
            self._open_until = None
            self._epoch += 1
