"""From where somebody comes: the network address as it is counted, and the browser as people know it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_FAMILIES = (
    ("Edge", ("Edg/", "EdgA/", "EdgiOS/")),
    ("Opera", ("OPR/",)),
    ("Samsung Internet", ("SamsungBrowser/",)),
    ("LINE", ("Line/",)),
    ("Firefox", ("Firefox/", "FxiOS/")),
    ("Chrome", ("Chrome/", "CriOS/")),
    ("Safari", ("Safari/",)),
)
"""The more particular first: each of the later names stands in the earlier ones' text as well."""
_SYSTEMS = (
    ("iPhone", ("iPhone",)),
    ("iPad", ("iPad",)),
    ("Android", ("Android",)),
    ("Windows", ("Windows",)),
    ("macOS", ("Mac OS X", "Macintosh")),
    ("Linux", ("Linux", "X11")),
)
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


def agent_family(user_agent: str) -> str:
    """Browser and system, `Firefox, Windows` say: enough to know one's own device by, no fingerprint."""
    return f"{_first_of(_FAMILIES, user_agent)}, {_first_of(_SYSTEMS, user_agent)}"


def _first_of(names: tuple[tuple[str, tuple[str, ...]], ...], text: str) -> str:
    return next((name for name, marks in names if any(mark in text for mark in marks)), _UNKNOWN)
