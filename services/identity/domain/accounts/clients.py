"""With what somebody comes: the browser as people know it."""

from __future__ import annotations

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


def agent_family(user_agent: str) -> str:
    """Browser and system, `Firefox, Windows` say: enough to know one's own device by, no fingerprint."""
    return f"{_first_of(_FAMILIES, user_agent)}, {_first_of(_SYSTEMS, user_agent)}"


def _first_of(names: tuple[tuple[str, tuple[str, ...]], ...], text: str) -> str:
    return next((name for name, marks in names if any(mark in text for mark in marks)), _UNKNOWN)
