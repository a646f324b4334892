"""A name server for tests: names lead where the test says."""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult


class Names(AbstractResolver):
    """The addresses of each name; each asking gives the next list of a name, the last one for ever. An unknown name is
    an OSError, as in a real one."""

    def __init__(self, **addresses: list[list[str]]) -> None:
        self._addresses = {name.replace("_", "."): lists for name, lists in addresses.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host not in self._addresses:
            raise OSError(f"no such name: {host}")
        lists = self._addresses[host]
        found = lists.pop(0) if len(lists) > 1 else lists[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is open."""
