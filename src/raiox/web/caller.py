"""Who sends a request, as far as limits need to know: a session and a network address."""

import ipaddress
from dataclasses import dataclass

from starlette.requests import HTTPConnection

IPV6_PREFIX = 64
"""What a subscriber gets at least: its addresses count as one (RFC 6177)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One session at one address."""

    owner: str
    """The keyed hash of the session."""
    address: str


def address_of(request: HTTPConnection) -> str:
    """The caller's address; of IPv6, the network that one subscriber has."""
    return network_of(request.client.host if request.client else "unknown")


def network_of(host: str) -> str:
    """An IPv4 address as it is, an IPv6 address as its /64."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False).network_address)
