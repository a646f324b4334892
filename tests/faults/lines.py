"""The lines between the product's processes and what they use, each of which can go bad."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.fakes.tcp_proxy import TcpProxy


class Lines:
    """A proxy in front of each server, by its name; `url` gives the address that the product is to use."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._urls = urls
        self.proxies = {name: TcpProxy("127.0.0.1", urlsplit(url).port or 0) for name, url in urls.items()}

    async def __aenter__(self) -> Self:
        for proxy in self.proxies.values():
            await proxy.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for proxy in self.proxies.values():
            await proxy.__aexit__(kind, error, trace)

    def url(self, name: str) -> str:
        """The server's address, by way of its proxy."""
        parts = urlsplit(self._urls[name])
        own = (parts.netloc.rpartition(":")[0], str(self.proxies[name].port))
        return parts._replace(netloc=":".join(own)).geturl()


@dataclass(frozen=True, slots=True)
class LineTrouble:
    """The line to a server is bad for some seconds: "slow", "cut", "reset" or "half-open" (what is said is lost)."""

    server: str
    kind: str
    seconds: float

    @property
    def name(self) -> str:
        return f"{self.kind} line to {self.server}"

    async def spoil(self, lines: Lines) -> None:
        """Make the line bad, wait, and make it good again."""
        proxy = lines.proxies[self.server]
        if self.kind == "slow":
            proxy.latency_s = 0.3
        elif self.kind == "half-open":
            proxy.half_open = True
        else:
            proxy.accepts = False
            if self.kind == "cut":
                proxy.drop()
            else:
                proxy.reset()
        await asyncio.sleep(self.seconds)
        proxy.latency_s, proxy.accepts = 0.0, True
        if self.kind == "half-open":
            # The far end has given these connections up meanwhile, and tells so to whoever speaks to it again.
            proxy.half_open = False
            proxy.reset()
