"""Repeating a generation that failed, by the kind of failure and within one deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from assistant.errors import (
    DeadlineExceeded,
    GenerationIncomplete,
    LanguageModelError,
    ModelOverloaded,
    ModelUnavailable,
)
from assistant.llm.base import Deadlines, Generation, GenerationParameters, LanguageModel
from assistant.llm.countdown import NoFirstToken

_MAX_RETRIES: Mapping[type[LanguageModelError], int] = MappingProxyType(
    {
        ModelOverloaded: 12,
        ModelUnavailable: 4,
        GenerationIncomplete: 2,
        NoFirstToken: 0,  # a server that hangs would cost the customer the same long wait again
        DeadlineExceeded: 1,
    }
)
"""By the first class that fits."""
# An attempt with less time than this can't end in a reply worth having.
_WORTHWHILE_S = 0.1


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait before the n-th retry: a random part of `first_wait_s` doubled n - 1 times, or of `max_wait_s`.

    A server's own wish (Retry-After) is always met, with a random part on top so that callers don't come back at once.
    `wait` sleeps; when it returns something true (a threading.Event that is set), the caller wants to end: no retry.
    """

    first_wait_s: float = 0.5
    max_wait_s: float = 8.0
    max_retries: Mapping[type[LanguageModelError], int] = field(default_factory=lambda: _MAX_RETRIES)
    wait: Callable[[float], object] = time.sleep
    random: Callable[[], float] = random.random
    clock: Callable[[], float] = time.monotonic

    def wait_s(self, retry: int, error: LanguageModelError) -> float:
        """Seconds to wait before retry number `retry`, counted from 1."""
        backoff = min(self.max_wait_s, self.first_wait_s * 2.0 ** min(retry - 1, 30)) * self.random()
        return backoff + (error.retry_after_s or 0.0)


_DEFAULT_POLICY = RetryPolicy()


def generate_with_retry(
    model: LanguageModel,
    prompt: str,
    parameters: GenerationParameters,
    deadlines: Deadlines,
    *,
    on_text: Callable[[str], None] | None = None,
    on_restart: Callable[[], None] | None = None,
    policy: RetryPolicy = _DEFAULT_POLICY,
) -> Generation:
    """The generation of the first attempt that succeeds; all attempts together stay within `deadlines.total_s`.

    `on_restart` is called before a new attempt when the failed one had already handed text to `on_text`: forget that
    text. Without it such an attempt is not repeated, as its text would show twice. Raises the last attempt's error.
    """
    attempt = _Attempts(policy, deadlines.total_s)
    while True:
        shown = _Shown(on_text)
        left_s = attempt.left_s()
        try:
            return model.generate(prompt, parameters, replace(deadlines, total_s=left_s), shown.callback)
        except LanguageModelError as error:
            if shown.any and on_restart is None:
                raise
            if not attempt.may_retry(error):
                raise
        if shown.any and on_restart is not None:
            on_restart()


class _Shown:
    """Remembers whether an attempt has shown text."""

    __slots__ = ("_on_text", "any")

    def __init__(self, on_text: Callable[[str], None] | None) -> None:
        self._on_text = on_text
        self.any = False

    @property
    def callback(self) -> Callable[[str], None] | None:
        return self._show if self._on_text is not None else None

    def _show(self, text: str) -> None:
        self.any = True
        if self._on_text is not None:
            self._on_text(text)


class _Attempts:
    """Counts the failures of each kind and keeps the time."""

    __slots__ = ("_end", "_failures", "_policy")

    def __init__(self, policy: RetryPolicy, total_s: float) -> None:
        self._policy = policy
        self._end = policy.clock() + total_s
        self._failures: dict[type[LanguageModelError], int] = {}

    def left_s(self) -> float:
        """Seconds left for the next attempt, more than 0 even where the wait took longer than planned."""
        return max(self._end - self._policy.clock(), 0.001)

    def may_retry(self, error: LanguageModelError) -> bool:
        """Wait for the next attempt; False when there shall be none, or no time for one."""
        kind = next((kind for kind in self._policy.max_retries if isinstance(error, kind)), None)
        if kind is None:
            return False
        self._failures[kind] = failures = self._failures.get(kind, 0) + 1
        if failures > self._policy.max_retries[kind]:
            return False
        wait_s = self._policy.wait_s(failures, error)
        if self._policy.clock() + wait_s + _WORTHWHILE_S > self._end:
            return False
        return not self._policy.wait(wait_s)
