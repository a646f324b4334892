"""The pages that a sitemap names (https://www.sitemaps.org/protocol.html, checked 2026-11)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from yarl import URL

from ingest.errors import DocumentTooLarge, InvalidAddress, SitemapUnreadable
from ingest.web.body import unpacked
from ingest.web.client import WebClient
from ingest.web.options import FetchOptions
from ingest.web.robots import robots_of
from ingest.web.sitemap_xml import MAX_ENTRIES, SitemapEntries, parse_sitemap
from ingest.web.url import brief, page_url

MAX_BYTES = 52_428_800
"""Of one sitemap, unpacked, by the protocol."""
MAX_SITEMAPS = 500
"""Of one index. The protocol allows 50,000, which is no FAQ any more."""
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """`pages`: their addresses, normalised, each once, in its order. `notes`: what was left out, and why."""

    pages: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_sitemap(url: str, options: FetchOptions) -> Sitemap:
    """The pages of a sitemap (XML, a list of addresses as text; either also packed with gzip) or of an index of such
    sitemaps. Only those of its own host, and that the host's robots.txt allows. Raises IngestError, also where one
    sitemap of an index can't be read: its pages would seem to have vanished."""
    return asyncio.run(_read(page_url(url), options))


async def _read(url: URL, options: FetchOptions) -> Sitemap:
    async with WebClient(options) as client:
        entries = await _entries(client, url)
        addresses = entries.addresses
        if entries.is_index:
            addresses = await _of_index(client, url, addresses)
        pages, foreign = _own(url, addresses)
        rules = await robots_of(client, url)
        allowed = [page for page in pages if rules.allow(page)]
    notes = (
        _note(foreign, "on other hosts, or no addresses"),
        _note(len(pages) - len(allowed), "that the host's robots.txt forbids"),
    )
    return Sitemap(tuple(map(str, allowed)), tuple(note for note in notes if note))


async def _of_index(client: WebClient, url: URL, addresses: Iterable[str]) -> list[str]:
    """The addresses in all sitemaps of the index."""
    sitemaps, _ = _own(url, addresses)
    if len(sitemaps) > MAX_SITEMAPS:
        raise SitemapUnreadable(f"{brief(str(url))} names more than {MAX_SITEMAPS} sitemaps: give those you want")
    found: list[str] = []
    for sitemap in sitemaps:
        entries = await _entries(client, sitemap)
        if entries.is_index:
            raise SitemapUnreadable(f"{brief(str(sitemap))} is an index within an index: give it by itself")
        found += entries.addresses
        if len(found) > MAX_ENTRIES:
            raise SitemapUnreadable(
                f"{brief(str(url))} names more than {MAX_ENTRIES:,} pages: give its sitemaps singly"
            )
    return found


async def _entries(client: WebClient, url: URL) -> SitemapEntries:
    name = brief(str(url))
    try:
        data = (await client.get(url, _any_kind, MAX_BYTES)).data
        if data.startswith(_GZIP):
            data = unpacked(data, name, MAX_BYTES)
    except DocumentTooLarge as exc:
        raise SitemapUnreadable(
            f"{name} is larger than the {MAX_BYTES:,} bytes that a sitemap may have: split it"
        ) from exc
    head = data.removeprefix(_BOM)[:1024].lstrip()
    if head.startswith((b"http://", b"https://")):
        return SitemapEntries(addresses=_lines(data, name))
    return parse_sitemap(data, name)


def _lines(data: bytes, name: str) -> list[str]:
    lines = [line.strip() for line in data.decode("utf-8-sig", "replace").split("\n", MAX_ENTRIES + 1)]
    if len(lines) > MAX_ENTRIES + 1:
        raise SitemapUnreadable(f"{name} names more than {MAX_ENTRIES:,} addresses: split it, as the protocol asks")
    return [line for line in lines if line]


def _own(url: URL, addresses: Iterable[str]) -> tuple[list[URL], int]:
    """Those on the host of `url`, each once, and the number of the others."""
    own: dict[URL, None] = {}
    others = 0
    for address in addresses:
        try:
            found = page_url(address)
        except InvalidAddress:
            others += 1
            continue
        if (found.host, found.explicit_port) == (url.host, url.explicit_port):
            own[found] = None
        else:
            others += 1
    return list(own), others


def _note(count: int, what: str) -> str:
    return f"{count} {'address' if count == 1 else 'addresses'} {what}" if count else ""


def _any_kind(_: URL, __: str) -> None:
    """Servers call sitemaps many things; what is in them decides."""
