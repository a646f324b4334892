"""Which links lead nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

from ingest.errors import IngestError, InvalidAddress, PrivateAddress
from ingest.web.client import WebClient
from ingest.web.connection import MAX_PER_HOST
from ingest.web.options import FetchOptions
from ingest.web.pages import SIDE_BY_SIDE
from ingest.web.side_by_side import side_by_side
from ingest.web.url import page_url


def dead_links(urls: Iterable[str], options: FetchOptions) -> dict[str, IngestError]:
    """By address as it was given, what is wrong with those that can't be had: PageMissing is certain, PageUnreachable
    may pass, PageRefused and PrivateAddress may be alive for others. No page is read, only asked for."""
    return asyncio.run(_dead(list(dict.fromkeys(urls)), options))


async def _dead(urls: list[str], options: FetchOptions) -> dict[str, IngestError]:
    async with WebClient(options) as client:

        async def reason(address: str) -> tuple[str, IngestError | None]:
            return address, await _reason(client, address)

        async with aclosing(side_by_side(reason, urls, SIDE_BY_SIDE, MAX_PER_HOST)) as results:
            reasons = [found async for found in results]
    by_address = {address: error for address, error in reasons if error is not None}
    return {address: by_address[address] for address in urls if address in by_address}


async def _reason(client: WebClient, address: str) -> IngestError | None:
    """Many servers answer HEAD wrongly, so that only GET says that a page is not there."""
    try:
        url = page_url(address)
        await client.look(url, "HEAD")
    except (InvalidAddress, PrivateAddress) as exc:
        return exc
    except IngestError:
        try:
            await client.look(url, "GET")
        except IngestError as exc:
            return exc
    return None
