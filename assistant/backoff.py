"""How long is waited before something is tried again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat

BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


def waits(backoff_s: Sequence[float] = BACKOFF_S) -> Iterator[float]:
    """Seconds before the first attempt, the second …; from the last one on for ever the same."""
    return chain(backoff_s, repeat(backoff_s[-1]))
