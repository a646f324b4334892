"""Where the Wechaty gateway listens, and what it is shown to be let in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from adapters.errors import AdapterConfigurationError, AuthenticationFailed

ENDPOINT_SETTING = "WECHATY_PUPPET_SERVICE_ENDPOINT"
TOKEN_SETTING = "WECHATY_PUPPET_SERVICE_TOKEN"  # noqa: S105 - the name of the setting, not a token

# What an HTTP header may hold, without blanks.
_TOKEN = re.compile(r"[!-~]{1,512}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A gateway's address. `tls`: with a certificate that is checked; otherwise nothing is encrypted."""

    host: str
    port: int
    tls: bool
    token: str = field(repr=False)


def parse_endpoint(endpoint: str, token: str) -> Endpoint:
    """Give the endpoint; raises AdapterConfigurationError or AuthenticationFailed, naming the setting.

    It is host:port, as Wechaty writes it, with http:// or https:// in front if need be.
    """
    if not _TOKEN.fullmatch(token.strip()):
        raise AuthenticationFailed(f"The Wechaty gateway needs a token: set {TOKEN_SETTING} to the gateway's own")
    try:
        url = urlsplit(endpoint.strip() if "://" in endpoint else f"http://{endpoint.strip()}")
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError as exc:
        raise _malformed() from exc
    if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query or url.username:
        raise _malformed()
    return Endpoint(url.hostname, port, url.scheme == "https", token.strip())


def _malformed() -> AdapterConfigurationError:
    return AdapterConfigurationError(
        f"{ENDPOINT_SETTING} must be the address of your own Wechaty gateway, host:port or https://host:port"
    )
