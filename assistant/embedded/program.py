"""A server or tool that the keeper runs, described."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.embedded.account import Account
from assistant.embedded.log import last_words
from assistant.errors import EmbeddedStackError


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `stop_signal` makes it end in order, within `stop_timeout_s`; `telling` finds its errors in its log.

    `environment` is complete: nothing is inherited. `descriptors` stay open in it.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    stop_signal: signal.Signals
    stop_timeout_s: float
    telling: str
    account: Account | None = None
    environment: Mapping[str, str] | None = None
    descriptors: tuple[int, ...] = ()
    input: bytes = b""

    def failed(self, what: str) -> EmbeddedStackError:
        """The error that tells what happened to it, with its own last words."""
        words = last_words(self.log, self.telling)
        return EmbeddedStackError(f"The embedded {self.name} {what} ({words}): see {self.log}")
