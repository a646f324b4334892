"""What is wrong with a page, in words that say what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientResponseError,
    ConnectionTimeoutError,
    InvalidURL,
)
from yarl import URL

from ingest.errors import IngestError, InvalidAddress, PageMissing, PageRefused, PageUnreachable
from ingest.web.url import brief

_TELL = "tell whoever runs the server, or save the page as a file"


def refusal(url: URL, status: int) -> IngestError:
    """For an answer that is no page."""
    name = brief(str(url))
    if status in (404, 410):
        return PageMissing(f"{name} is not there ({status}): correct or remove the address")
    if status in (429, 503):
        return PageUnreachable(f"{name}: its server is too busy ({status}): try again later")
    if status >= 500:
        return PageUnreachable(f"{name}: its server fails ({status}): try again later")
    if status in (401, 403, 407, 451):
        return PageRefused(f"{name} is not for everyone ({status}): save it as a file, and add that")
    return PageRefused(f"{name}: its server answers {status}, and no page: open it in a browser to see why")


def explained(url: URL, error: Exception) -> IngestError:
    """For what went wrong on the way."""
    name = brief(str(url))
    if isinstance(error, InvalidURL):
        return InvalidAddress(f"{name} is no address of a web page: copy it as the browser shows it")
    reasons = (
        (ClientConnectorDNSError, f"there is no host {url.host}: correct the address, or look at the network"),
        (ClientConnectorCertificateError, f"the certificate of its server is not valid: {_TELL}"),
        (ClientConnectorSSLError, f"its server speaks no proper TLS: {_TELL}"),
        (ConnectionTimeoutError, f"{url.host} doesn't answer: is a firewall between? Or try again later"),
        (ClientConnectorError, f"{url.host} takes no connections on port {url.port}: try again later"),
        (ClientResponseError, f"its server answers in broken HTTP: {_TELL}"),
    )
    reason = next((reason for kind, reason in reasons if isinstance(error, kind)), "it broke off: try again")
    return PageUnreachable(f"{name}: {reason}")


def retry_after_s(header: str, now: datetime | None = None) -> float | None:
    """The seconds that a Retry-After asks for (RFC 9110, section 10.2.3), as a number or a date; None for anything
    else."""
    text = header.strip()
    if text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - (now or datetime.now(UTC))).total_seconds(), 0.0)
