"""The gateway's address and token."""

from __future__ import annotations

import pytest

from adapters.errors import AdapterConfigurationError, AuthenticationFailed
from adapters.wechat.endpoint import Endpoint, parse_endpoint


@pytest.mark.parametrize(
    ("text", "host", "port", "tls"),
    [
        ("127.0.0.1:8788", "127.0.0.1", 8788, False),
        (" gateway:8788 ", "gateway", 8788, False),
        ("http://gateway:8788/", "gateway", 8788, False),
        ("https://gateway.example", "gateway.example", 443, True),
        ("https://gateway.example:8443", "gateway.example", 8443, True),
        ("[::1]:8788", "::1", 8788, False),
    ],
)
def test_address_is_read_as_wechaty_writes_it(text: str, host: str, port: int, tls: bool) -> None:
    """Host and port, with or without a scheme."""
    assert parse_endpoint(text, "token") == Endpoint(host, port, tls, "token")


@pytest.mark.parametrize(
    "text", ["", "  ", ":8788", "gateway:port", "gateway:99999", "ftp://gateway:1", "gateway:1/path"]
)
def test_what_is_no_address_names_the_setting(text: str) -> None:
    """It is told at start, and nothing is guessed."""
    with pytest.raises(AdapterConfigurationError, match="WECHATY_PUPPET_SERVICE_ENDPOINT"):
        parse_endpoint(text, "token")


def test_token_is_not_shown() -> None:
    """Neither in a log nor in a traceback."""
    assert "s3cret" not in repr(parse_endpoint("gateway:1", "s3cret"))
    with pytest.raises(AuthenticationFailed) as raised:
        parse_endpoint("gateway:1", "s3cret with blanks")
    assert "s3cret" not in str(raised.value)
