"""Public addresses, and all that only look like some."""

from __future__ import annotations

import pytest

from ingest.web.public_address import is_public


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450:4001:81b::200e",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2001:0:808:808::f7f7:f7f7",
    ],
)
def test_public_addresses_are_public(address: str) -> None:
    """IPv6 that carries a public IPv4 address too."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254"),
        *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1"),
        *("192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("::ffff:8.8.8.8", "::ffff:0:7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1"),
        *("2001:0:a00:1::1", "2001:0:808:808::80ff:fffe", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1"),
        *("2002:a00:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1"),
        *("fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
        *("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1"),
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    """Private, loopback, link-local, shared, multicast, reserved, for documentation, and IPv6 that carries such."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "8.8.8.8 ", "[::1]", "８.8.8.8"]
)
def test_what_is_no_canonical_address_is_not_public(text: str) -> None:
    """A resolver of the system might read it in its own way."""
    assert not is_public(text)
