"""What the lists of support ask of a place: by its code or by a part of its name, typed into one field."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.gateway.web.work.filters import Filters

_BY_WHAT = {"supported": ("place", "place_named"), "home": ("institution", "institution_named")}
"""The field, and what is asked by a code and by a name."""


def place_sought(filters: Filters) -> dict[str, object]:
    """The fields of the query, with institutions asked for by code where digits were typed, and else by name."""
    asked = filters.asked()
    for name, (code, named) in _BY_WHAT.items():
        if text := str(asked.pop(name, "")):
            asked[code if text.isdecimal() else named] = text
    return asked
