"""Rate limits of the fake Discord: buckets that are told in the headers of each answer, as Discord does.

https://docs.discord.com/developers/topics/rate-limits (checked 2026-02).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """At most `limit` calls whose "METHOD /path" matches `request` in any window of `window_s`. `exceeded` counts the
    calls that came in spite of it."""

    request: str
    limit: int
    window_s: float
    exceeded: int = 0
    _ends: float = 0.0
    _left: int = field(default=0)

    def holds(self, call: str) -> bool:
        return re.search(self.request, call) is not None

    def take(self) -> bool:
        """Whether one more call is taken now."""
        if time.monotonic() >= self._ends:
            self._ends, self._left = time.monotonic() + self.window_s, self.limit
        if self._left == 0:
            self.exceeded += 1
            return False
        self._left -= 1
        return True

    @property
    def reset_after_s(self) -> float:
        return max(self._ends - time.monotonic(), 0.001)

    @property
    def headers(self) -> dict[str, str]:
        told = {"Limit": str(self.limit), "Remaining": str(self._left), "Reset-After": f"{self.reset_after_s:.3f}"}
        told |= {"Bucket": f"bucket-{abs(hash(self.request)):x}", "Reset": f"{time.time() + self.reset_after_s:.3f}"}
        return {f"X-RateLimit-{name}": value for name, value in told.items()}
