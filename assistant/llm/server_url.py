"""Where a model server listens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from assistant.errors import ConfigurationError

_HOST = re.compile(r"[A-Za-z0-9._:%-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """A model server's base URL in parts. `prefix` is "" or starts with "/". `setting` names what the URL came from."""

    scheme: str
    host: str
    port: int
    prefix: str
    setting: str

    @classmethod
    def parse(cls, text: str, setting: str) -> ServerUrl:
        """The URL's parts; ConfigurationError, naming `setting` and not the URL (it may hold a secret), if unusable."""
        try:
            parts = urlsplit(text.strip())
            host = (parts.hostname or "").encode("idna").decode("ascii")
            port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
        except ValueError as exc:
            raise ConfigurationError(f"{setting} is no valid URL: give it as http://host:port") from exc
        if not port or not _HOST.fullmatch(host):
            raise ConfigurationError(f"{setting} must start with http:// or https:// and name a host")
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(f"{setting} must hold no user name or password: they would end up in logs")
        if parts.query or parts.fragment:
            raise ConfigurationError(f"{setting} must end with its path: remove what follows the ? or #")
        prefix = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~-._")
        return cls(parts.scheme, host, port, prefix, setting)

    @property
    def authority(self) -> str:
        """Host and port as the Host header wants them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.prefix}"
