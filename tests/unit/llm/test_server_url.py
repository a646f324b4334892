"""The parts of a model server's URL."""

from __future__ import annotations

import pytest

from assistant.errors import ConfigurationError
from assistant.llm.server_url import ServerUrl


@pytest.mark.parametrize(
    ("text", "expected", "authority"),
    [
        ("http://tgi:8080", ("http", "tgi", 8080, ""), "tgi:8080"),
        ("https://models.example.org/llama/2/", ("https", "models.example.org", 443, "/llama/2"), "models.example.org"),
        ("http://[::1]:3000", ("http", "::1", 3000, ""), "[::1]:3000"),
        ("http://Bücher.example", ("http", "xn--bcher-kva.example", 80, ""), "xn--bcher-kva.example"),
        ("http://host/a b/ü", ("http", "host", 80, "/a%20b/%C3%BC"), "host"),
        ("http://host/a%20b", ("http", "host", 80, "/a%20b"), "host"),
    ],
)
def test_parts_of_a_url(text: str, expected: tuple[str, str, int, str], authority: str) -> None:
    """Default ports, prefixes and names outside ASCII come out as HTTP wants them."""
    url = ServerUrl.parse(text, "TGI_URL")
    assert expected == (url.scheme, url.host, url.port, url.prefix)
    assert authority == url.authority


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tgi:8080",
        "ftp://tgi",
        "http://",
        "http://host:99999",
        "http://host:port",
        "http://user:secret@host",
        "http://secret@host",
        "http://host/?key=secret",
        "http://host/#secret",
        "http://[::1",
        "http://" + "secret" * 20,
        "http://secret host/",
    ],
)
def test_unusable_urls_are_refused_by_the_name_of_the_setting(text: str) -> None:
    """The message names the setting and repeats nothing of the URL."""
    with pytest.raises(ConfigurationError, match="TGI_URL") as caught:
        ServerUrl.parse(text, "TGI_URL")
    assert "secret" not in str(caught.value)
