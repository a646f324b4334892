"""Which addresses belong to the public internet."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Beside what Python calls not global, which differs by its version: the registries of special-purpose addresses,
# https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry (checked 2026-11).
_SPECIAL_V4 = tuple(
    map(IPv4Network, ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3"))
)
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(map(IPv6Network, ("2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; the local 64:ff9b:1::/48 (RFC 8215) is no global unicast
# RFC 5214: an interface that tunnels to the IPv4 address in the last 32 bits.
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: str) -> bool:
    """Whether this is the number of a host on the public internet. False for private, loopback, link-local, shared,
    multicast and reserved ones, for IPv6 that carries such an IPv4 address, and for what is no canonical address."""
    try:
        found = ip_address(address)
    except (ValueError, AddressValueError):
        return False
    return _is_public_v4(found) if isinstance(found, IPv4Address) else _is_public_v6(found)


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _SPECIAL_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return _is_public_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    if address not in _GLOBAL_UNICAST_V6 or any(address in network for network in _SPECIAL_V6):
        return False
    carried = [*(address.teredo or ()), *([address.sixtofour] if address.sixtofour else [])]
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    # Python calls all Teredo addresses private; what they carry decides.
    return all(map(_is_public_v4, carried)) and (bool(carried) or address.is_global)
