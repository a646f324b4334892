"""ASSISTANT_FETCH_HOSTS."""

from __future__ import annotations

import pytest
from yarl import URL

from assistant.errors import ConfigurationError
from ingest.web.internal_hosts import InternalHosts


@pytest.mark.parametrize(
    ("setting", "address", "expected"),
    [
        ("", "http://wiki.local/", False),
        ("wiki.local", "http://wiki.local/x", True),
        ("wiki.local", "https://WIKI.local/x", True),
        ("wiki.local", "http://wiki.local:8080/", False),
        ("wiki.local", "http://sub.wiki.local/", False),
        ("a.local, wiki.local:8080 ,", "http://wiki.local:8080/", True),
        ("wiki.local:8080", "http://wiki.local/", False),
        ("10.0.0.5:8080", "http://10.0.0.5:8080/", True),
        ("[fd00::5]:80", "http://[fd00:0::5]/", True),
    ],
)
def test_only_named_places_are_internal(setting: str, address: str, expected: bool) -> None:
    """A host without a port is that of http and https alone, and its other services stay closed."""
    assert expected == (URL(address) in InternalHosts.parse(setting))


@pytest.mark.parametrize(
    "setting", ["http://wiki.local", "wiki.local/x", "a b", "u@wiki.local", "wiki.local:0", "*", "[::1", ":80"]
)
def test_what_is_no_host_is_refused(setting: str) -> None:
    """At the start, with an example."""
    if setting == "*":
        assert URL("http://wiki.local/") not in InternalHosts.parse(setting)
        return
    with pytest.raises(ConfigurationError, match=r"ASSISTANT_FETCH_HOSTS: .* write such as"):
        InternalHosts.parse(setting)
