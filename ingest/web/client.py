"""One page from one address, over all its redirects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import ClientError, ClientResponse, ClientSession
from yarl import URL

from ingest.errors import DocumentTooLarge, IngestError, InvalidAddress, PageUnreachable, PrivateAddress
from ingest.web.answers import explained, refusal, retry_after_s
from ingest.web.body import read_body
from ingest.web.connection import open_session, refused_addresses
from ingest.web.options import FetchOptions
from ingest.web.url import brief, page_url

_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)

MediaCheck = Callable[[URL, str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A page's Content-Type and body, unpacked."""

    content_type: str
    data: bytes


class WebClient:
    """Asks for pages, while the block runs; for one event loop. Raises IngestError, never what the network raises."""

    def __init__(self, options: FetchOptions) -> None:
        self._options = options
        self._limits = options.limits

    async def __aenter__(self) -> Self:
        self._guarded = open_session(self._options, guarded=True)
        self._trusting = open_session(self._options, guarded=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._guarded.close()
        await self._trusting.close()

    async def get(self, url: URL, check: MediaCheck, max_bytes: int | None = None) -> Answer:
        """What the address holds. A server that is busy is asked again when it says so, as often as the limits allow.
        `check` refuses a Content-Type before the body is read; `max_bytes` stands in for the limits' own."""
        answer = await self._patiently(url, "GET", check, max_bytes or self._limits.max_bytes)
        assert answer is not None  # noqa: S101 - only HEAD and a missing check give none
        return answer

    async def look(self, url: URL, method: str) -> None:
        """Raises what `get` would, without reading the body."""
        await self._patiently(url, method, None, 0)

    async def _patiently(self, url: URL, method: str, check: MediaCheck | None, max_bytes: int) -> Answer | None:
        for attempt in range(self._limits.max_retries):
            try:
                return await self._in_time(url, method, check, max_bytes)
            except _Busy as busy:
                wanted = 2.0**attempt if busy.pause_s is None else busy.pause_s
                if wanted > self._limits.max_pause_s:
                    raise busy.error from None
                await self._options.pause(wanted)
        try:
            return await self._in_time(url, method, check, max_bytes)
        except _Busy as busy:
            raise busy.error from None

    async def _in_time(self, url: URL, method: str, check: MediaCheck | None, max_bytes: int) -> Answer | None:
        refused_addresses.set([])
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await self._over_redirects(url, method, check, max_bytes)
        except TimeoutError:
            raise PageUnreachable(
                f"{brief(str(url))} took longer than {self._limits.total_s:g} s: try again, or save it as a file"
            ) from None

    async def _over_redirects(self, url: URL, method: str, check: MediaCheck | None, max_bytes: int) -> Answer | None:
        """A hop by itself is asked as if it had been asked for, but that nobody outside can send us inside."""
        here, trusted = url, True
        for _ in range(self._limits.max_redirects + 1):
            trusted = trusted and here in self._options.internal_hosts
            session: ClientSession = self._trusting if trusted else self._guarded
            try:
                async with session.request(method, here, allow_redirects=False) as response:
                    if response.status not in _REDIRECTS or "Location" not in response.headers:
                        return await self._taken(url, response, check, max_bytes)
                    here = _next(url, here, response.headers["Location"])
            except (ClientError, OSError, ValueError) as exc:
                raise self._explained(url, here, exc) from exc
        raise PageUnreachable(
            f"{brief(str(url))} leads on more than {self._limits.max_redirects} times: give the address it ends at"
        )

    def _explained(self, url: URL, here: URL, error: Exception) -> IngestError:
        """For what went wrong at `here`, on the way from `url`."""
        if not (refused := refused_addresses.get()):
            return explained(url, error)
        place = here.host_subcomponent if here.port in (80, 443) else f"{here.host_subcomponent}:{here.port}"
        what = f"{brief(str(url))} leads to {refused[0]} ({place}), which is no public address"
        if here in self._options.internal_hosts:
            return PrivateAddress(f"{what}, and is itself none of ASSISTANT_FETCH_HOSTS: give that page's own address")
        return PrivateAddress(f"{what}: if it is your own server, add {place} to ASSISTANT_FETCH_HOSTS")

    async def _taken(
        self, url: URL, response: ClientResponse, check: MediaCheck | None, max_bytes: int
    ) -> Answer | None:
        if response.status in _BUSY:
            raise _Busy(refusal(url, response.status), retry_after_s(response.headers.get("Retry-After", "")))
        if response.status not in (200, 203):
            raise refusal(url, response.status)
        if check is None:
            return None
        content_type = response.headers.get("Content-Type", "")
        check(url, content_type)
        name = brief(str(url))
        if response.content_length is not None and response.content_length > max_bytes:
            raise DocumentTooLarge(
                f"{name} is larger than {max_bytes / 1_000_000:g} MB: leave it out, or raise ASSISTANT_MAX_DOCUMENT_MB"
            )
        encoding = response.headers.get("Content-Encoding", "")
        body = await read_body(response.content.iter_any(), encoding, name, max_bytes, self._limits.max_ratio)
        return Answer(content_type, body)


class _Busy(Exception):
    """The server asks for a pause, seconds; None: it doesn't say how long."""

    def __init__(self, error: IngestError, pause_s: float | None) -> None:
        super().__init__()
        self.error = error
        self.pause_s = pause_s


def _next(asked: URL, here: URL, location: str) -> URL:
    try:
        return page_url(str(here.join(URL(location))))
    except (ValueError, InvalidAddress) as exc:
        reason = str(exc) if isinstance(exc, InvalidAddress) else brief(location)
        raise InvalidAddress(f"{brief(str(asked))} leads on to a wrong address ({reason})") from exc
