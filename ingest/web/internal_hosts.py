"""Hosts in private networks that pages may come from all the same: the organisation's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from yarl import URL

from assistant.errors import ConfigurationError

DEFAULT_PORTS = (80, 443)


@dataclass(frozen=True, slots=True)
class InternalHosts:
    """`places`: host and port of each."""

    places: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """What ASSISTANT_FETCH_HOSTS says: hosts, each with a port or else with those of http and https, separated by
        commas. Raises ConfigurationError."""
        return cls(frozenset(place for entry in text.split(",") if entry.strip() for place in _places(entry.strip())))

    def __contains__(self, url: URL) -> bool:
        return (url.host or "", url.port or 0) in self.places


def _places(entry: str) -> list[tuple[str, int]]:
    try:
        url = URL(f"http://{entry}")
        host, port = url.host, url.explicit_port
    except ValueError:
        host, port, url = None, None, URL()
    if not host or " " in host or url.user is not None or url.path_qs != "/" or url.fragment or port == 0:
        raise ConfigurationError(
            f"ASSISTANT_FETCH_HOSTS: {entry[:80]!r} is no host: write such as wiki.example.org or 10.0.0.5:8080"
        )
    return [(host, given) for given in ((port,) if port else DEFAULT_PORTS)]
