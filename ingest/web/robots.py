"""What a server's robots.txt lets us have (RFC 9309)."""

from __future__ import annotations

from protego import Protego
from yarl import URL

from ingest.errors import DocumentTooLarge, DocumentUnreadable, PageMissing, PageRefused
from ingest.web.client import WebClient

ROBOT = "llamadesk-ingest"
MAX_BYTES = 512_000
"""At least 500 kibibytes must be read (RFC 9309, section 2.5)."""


class Robots:
    """The rules of one server for us."""

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse(text)

    def allow(self, url: URL) -> bool:
        return bool(self._rules.can_fetch(str(url), ROBOT))


async def robots_of(client: WebClient, url: URL) -> Robots:
    """The rules of the page's server: none where it has no robots.txt, or none that is readable. Raises PageUnreachable
    where the server fails, as that forbids everything (RFC 9309, section 2.3.1.4)."""
    try:
        answer = await client.get(url.origin() / "robots.txt", _any_kind, MAX_BYTES)
    except (PageMissing, PageRefused, DocumentTooLarge, DocumentUnreadable):
        return Robots("")
    return Robots(answer.data.decode("utf-8", "replace"))


def _any_kind(_: URL, __: str) -> None:
    """Whatever its Content-Type says, it is text."""
