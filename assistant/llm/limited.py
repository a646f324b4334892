"""A limit on what is asked of a model server at once, and a pause while it is down."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from assistant.errors import ModelOverloaded
from assistant.llm.above import ModelAbove
from assistant.llm.base import Deadlines, Generation, GenerationParameters, LanguageModel, ServerInfo
from assistant.llm.breaker import CircuitBreaker

_HEADROOM = 0.1
_BUSY_RETRY_S = 5.0


def allowed_at_once(info: ServerInfo) -> int:
    """Generations at once: a tenth of the server's places is left to others (readiness checks, a second worker)."""
    return max(1, int(info.max_concurrent_requests * (1 - _HEADROOM)))


class LimitedModel(ModelAbove):
    """A LanguageModel above another: so many generations at once, first come first served, and none at a server that is
    down. Only one worker process is counted: give each its share as `at_once` where several use one server.

    A generation that waits for its place does so within `deadlines.total_s`, and raises ModelOverloaded when that runs
    out. `breaker` watches the generations. `info`, `count_tokens` and `check` go straight through.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        at_once: int | None = None,
        breaker: CircuitBreaker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if at_once is not None and at_once < 1:
            raise ValueError("at_once must be at least 1")
        super().__init__(model)
        self._breaker = breaker or CircuitBreaker(clock=clock)
        self._clock = clock
        self._at_once = at_once
        self._places = _Places()

    @property
    def waiting(self) -> int:
        """How many generations wait for a place."""
        return self._places.waiting

    def generate(
        self,
        prompt: str,
        parameters: GenerationParameters,
        deadlines: Deadlines,
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        """The model's generation. Raises ModelUnavailable at once while the breaker is open."""
        end = self._clock() + deadlines.total_s
        self._breaker.check()
        with self._places.one_of(self._limit(), deadlines.total_s), self._breaker.attempt():
            left_s = end - self._clock()
            if left_s <= 0:
                raise _no_place(deadlines.total_s)
            return self._model.generate(prompt, parameters, replace(deadlines, total_s=left_s), on_text)

    def _limit(self) -> int:
        """Asked of the server with the first generation, which its failure to answer counts against as well."""
        if self._at_once is None:
            with self._breaker.attempt():
                self._at_once = allowed_at_once(self._model.info())
        return self._at_once


class _Places:
    """Places handed out in the order of asking."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0
        self._queue: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @contextmanager
    def one_of(self, limit: int, timeout_s: float) -> Iterator[None]:
        """A place among `limit`. Raises ModelOverloaded when there is none within `timeout_s`."""
        self._take(limit, timeout_s)
        try:
            yield
        finally:
            self._give_back()

    def _take(self, limit: int, timeout_s: float) -> None:
        with self._lock:
            if self._taken < limit and not self._queue:
                self._taken += 1
                return
            turn = threading.Event()
            self._queue.append(turn)
        came = False
        try:
            came = turn.wait(timeout_s)
        finally:  # the thread may be told to stop while it waits
            if not came:
                self._leave(turn)
        if not came:
            raise _no_place(timeout_s)

    def _leave(self, turn: threading.Event) -> None:
        """Leave the queue, or pass on the place that came at the last moment."""
        with self._lock:
            if turn in self._queue:
                self._queue.remove(turn)
                return
        self._give_back()

    def _give_back(self) -> None:
        """The place goes to whoever waits longest."""
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._taken -= 1


def _no_place(waited_s: float) -> ModelOverloaded:
    return ModelOverloaded(
        f"no place at the model server within {waited_s:g} s: it needs another GPU, or more places",
        retry_after_s=_BUSY_RETRY_S,
    )
