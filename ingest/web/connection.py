"""Connections that lead to public addresses only."""

from __future__ import annotations

import socket
from contextvars import ContextVar

from aiohappyeyeballs import AddrInfoType
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from assistant import __version__
from ingest.web.body import ACCEPTED
from ingest.web.options import FetchOptions
from ingest.web.public_address import is_public

USER_AGENT = f"llamadesk-ingest/{__version__}"
MAX_PER_HOST = 4

refused_addresses: ContextVar[list[str]] = ContextVar("refused_addresses")
"""The addresses that the current request was not let to, in the order of trying: what aiohttp makes of several errors
is one that no longer tells."""


class NotPublic(OSError):
    """The address is no public one: nothing was sent there."""


def open_session(options: FetchOptions, *, guarded: bool) -> ClientSession:
    """A session without cookies, proxies and redirects of its own. A guarded one refuses each address that is not
    public, at the last moment: on the very number that the system is about to connect to."""
    connector = TCPConnector(
        limit_per_host=MAX_PER_HOST,
        resolver=options.resolver,
        socket_factory=_guarded_socket if guarded else None,
    )
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=ClientTimeout(total=None, sock_connect=options.limits.connect_s),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED},
        max_line_size=options.limits.max_header_bytes,
        max_field_size=options.limits.max_header_bytes,
    )


def _guarded_socket(info: AddrInfoType) -> socket.socket:
    """Called by aiohttp for each address just before it connects to it (see its TCPConnector, `socket_factory`)."""
    family, kind, protocol, _, address = info
    host = str(address[0])
    if family not in (socket.AF_INET, socket.AF_INET6) or not is_public(host):
        refused_addresses.get([]).append(host)
        raise NotPublic(f"{host} is no public address")
    return socket.socket(family, kind, protocol)
