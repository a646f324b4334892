"""Takes samples beside a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

Sample = TypeVar("Sample")


class Sampler(Generic[Sample]):
    """Calls `take` every `every_s` seconds, in a thread, while its block runs. `samples`: moment (monotonic), sample.

    The first is taken at once. What `take` raises is raised at the end of the block.
    """

    def __init__(self, take: Callable[[], Sample], every_s: float) -> None:
        self._take = take
        self._every_s = every_s
        self._ended = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="sampler")
        self.samples: list[tuple[float, Sample]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure

    def _run(self) -> None:
        try:
            while True:
                self.samples.append((time.monotonic(), self._take()))
                if self._ended.wait(self._every_s):
                    return
        except Exception as exc:  # noqa: BLE001 (raised by the thread that asked)
            self._failure = exc
