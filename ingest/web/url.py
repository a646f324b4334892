"""Addresses of pages, read strictly."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from urllib.parse import urlsplit

from yarl import URL

from ingest.errors import InvalidAddress, shown

MAX_CHARS = 2048
"""Of an address; the sitemap protocol's own limit (https://www.sitemaps.org/protocol.html, checked 2026-11)."""

_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")
# What browsers and getaddrinfo take for an IPv4 number: 2130706433, 0x7f.1, 0177.0.0.1 (https://url.spec.whatwg.org,
# "ends in a number", checked 2026-11).
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)


def page_url(address: str) -> URL:
    """The address normalised, without its fragment. Raises InvalidAddress unless it is http or https, without a user's
    name or password, and readable in one way only."""
    text = address.strip()
    if not text or len(text) > MAX_CHARS or _UNSEEN.search(text):
        raise InvalidAddress(f"{brief(text)} is no address of a web page: copy it as the browser shows it")
    try:
        url = URL(text).with_fragment(None)
        host, port, has_user = url.host, url.port, "@" in urlsplit(text).netloc
    except ValueError as exc:
        raise InvalidAddress(f"{brief(text)} is no address of a web page: copy it as the browser shows it") from exc
    if url.scheme not in ("http", "https") or not host or not port:
        raise InvalidAddress(f"{brief(text)} is no address of a web page: it must begin with http:// or https://")
    if has_user:
        raise InvalidAddress(f"{brief(str(url.with_user(None)))}: leave user and password out of the address")
    _check_host(host, text)
    return url if url.raw_path != "/" else url.with_path("/", keep_query=True)


def brief(address: str) -> str:
    """An address as it can stand in a message."""
    line = shown(address)
    return line if len(line) <= 200 else f"{line[:199]}…"


def _check_host(host: str, text: str) -> None:
    if "%" in host:
        raise InvalidAddress(f"{brief(text)} names a network interface: leave out what begins with %")
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        try:
            IPv4Address(host)
        except ValueError:
            raise InvalidAddress(
                f"{brief(text)} writes a number for its host in an unusual way: write four decimal numbers, or a name"
            ) from None
