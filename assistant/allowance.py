"""How much one person, or one channel, may ask: token buckets, so that a flood does not starve the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.base import ReplyAddress
from adapters.recent import Recent

TELL_EVERY_S = 30.0
"""Whoever goes on writing above the limit is told so no more often than this: a reply to each would be a flood too."""
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float
    told_at: float = field(default=float("-inf"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """When the message may be taken: in `delay_s` seconds; None: not at all. `tell`: the writer is to be told so."""

    delay_s: float | None
    tell: bool = False


ADMITTED = Verdict(0.0)


class Allowance:
    """Token buckets that hold one minute's messages and may be overdrawn by as many: what is overdrawn waits until the
    debt has run off, what goes beyond is refused. In the memory of one gateway: nothing of it outlasts a restart.

    `per_minute` 0 allows everything. Not safe for threads; meant for one event loop.
    """

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = per_minute
        self._per_s = per_minute / 60.0
        self._clock = clock
        self._buckets: Recent[str, _Bucket] = Recent(MAX_BUCKETS)

    def take(self, holder: str) -> Verdict:
        """Count one message of the holder's."""
        if not self._capacity:
            return ADMITTED
        bucket = self._filled(holder)
        if bucket.tokens - 1.0 < -self._capacity:
            return self.refusal(holder)
        bucket.tokens -= 1.0
        return Verdict(max(0.0, -bucket.tokens / self._per_s))

    def refusal(self, holder: str) -> Verdict:
        """A message of the holder's that can't be taken, whatever the reason."""
        bucket, now = self._filled(holder), self._clock()
        tell = now - bucket.told_at >= TELL_EVERY_S
        if tell:
            bucket.told_at = now
        return Verdict(None, tell)

    def _filled(self, holder: str) -> _Bucket:
        """The holder's bucket as it stands now."""
        now = self._clock()
        bucket = self._buckets.get(holder) or _Bucket(self._capacity, now)
        bucket.tokens = min(self._capacity, bucket.tokens + (now - bucket.filled_at) * self._per_s)
        bucket.filled_at = now
        self._buckets[holder] = bucket
        return bucket


def person(address: ReplyAddress, author_id: str) -> str:
    """Names the bucket of a person."""
    return ":".join((address.platform, address.workspace, author_id))


def channel(address: ReplyAddress) -> str:
    """Names the bucket of a channel."""
    return ":".join((address.platform, address.workspace, address.channel))
