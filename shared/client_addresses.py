"""From where somebody comes: the network address under which whatever they do is counted."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_UNKNOWN = "?"
_PREFIX = 64


def counted_address(address: str) -> str:
    """The address under which tries are counted: of IPv6 the /64, which one household has whole (RFC 6177).

    An IPv4 address inside IPv6 is that address; whatever is no address is counted together, under a name of its own.
    """
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.strip())
    except ValueError:
        return _UNKNOWN
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((int(parsed), _PREFIX), strict=False))
    return str(parsed)
