"""How pages are fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

from aiohttp.abc import AbstractResolver

from assistant.config import Settings
from ingest.loaders.options import BYTES_PER_MB
from ingest.web.internal_hosts import InternalHosts


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one page may cost. `max_bytes` counts unpacked ones; beyond the first megabyte they may be `max_ratio` times
    the packed ones. `total_s` is for all of it, redirects included, but not for the pauses that a server asks for."""

    max_bytes: int = 20 * BYTES_PER_MB
    max_ratio: int = 100
    max_redirects: int = 5
    max_header_bytes: int = 16_384
    connect_s: float = 10.0
    total_s: float = 60.0
    max_retries: int = 2
    max_pause_s: float = 30.0


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """The limits, and the hosts in private networks that may be asked. `resolver` looks names up, and `pause` waits,
    seconds."""

    limits: FetchLimits = FetchLimits()
    internal_hosts: InternalHosts = field(default_factory=InternalHosts)
    resolver: AbstractResolver | None = None
    pause: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As ASSISTANT_MAX_DOCUMENT_MB and ASSISTANT_FETCH_HOSTS say. Raises ConfigurationError."""
        limits = FetchLimits(max_bytes=int(settings.max_document_mb * BYTES_PER_MB))
        return cls(limits, InternalHosts.parse(settings.fetch_hosts))
