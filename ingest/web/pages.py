"""Pages, one or many side by side, for callers that are not asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing

from yarl import URL

from ingest.errors import IngestError
from ingest.web.background import run_in_background
from ingest.web.client import WebClient
from ingest.web.connection import MAX_PER_HOST
from ingest.web.options import FetchOptions
from ingest.web.page import FetchedPage, RefusedPage, check_media_type, page_name
from ingest.web.side_by_side import side_by_side
from ingest.web.url import page_url

SIDE_BY_SIDE = 2 * MAX_PER_HOST
"""Pages that are asked for at the same time, of all hosts together."""
AHEAD = 4
"""Pages that wait for whoever takes them; then no more are asked for."""


def fetch(url: str, options: FetchOptions) -> FetchedPage:
    """The page. Raises IngestError, which names it and says what to do."""
    return asyncio.run(_fetch_alone(page_url(url), options))


def fetch_pages(urls: Iterable[str], options: FetchOptions) -> Iterator[FetchedPage | RefusedPage]:
    """All pages, each once and as it comes; they are fetched in a thread meanwhile, at most four at once from a host.
    Closing the iterator ends that."""
    wanted = list(dict.fromkeys(urls))
    return run_in_background(lambda: _all_pages(wanted, options), AHEAD)


async def fetch_page(client: WebClient, url: URL) -> FetchedPage:
    """The page, through a client that is open."""
    answer = await client.get(url, check_media_type)
    return FetchedPage(str(url), answer.content_type, answer.data, page_name(url, answer.content_type))


async def _fetch_alone(url: URL, options: FetchOptions) -> FetchedPage:
    async with WebClient(options) as client:
        return await fetch_page(client, url)


async def _all_pages(urls: list[str], options: FetchOptions) -> AsyncGenerator[FetchedPage | RefusedPage, None]:
    async with WebClient(options) as client:

        async def result(address: str) -> FetchedPage | RefusedPage:
            try:
                url = page_url(address)
            except IngestError as exc:
                return RefusedPage(address, exc)
            try:
                return await fetch_page(client, url)
            except IngestError as exc:
                return RefusedPage(str(url), exc)

        # Closed here, not when it is collected: what still runs needs the client, which ends after it.
        async with aclosing(side_by_side(result, urls, SIDE_BY_SIDE, MAX_PER_HOST)) as pages:
            async for page in pages:
                yield page
