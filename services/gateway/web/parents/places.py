"""Counties and districts as choices, in the reader's language."""

from __future__ import annotations

from services.gateway.web.rendering import language
from shared.refusals import Refusal
from shared.taiwan.places import counties, districts_of
from shared.words import Language


def county_choices() -> list[dict[str, str]]:
    """The 22 counties and cities."""
    return [{"value": one.name, "label": _label(one.name, one.name_en)} for one in counties()]


def district_choices(county: str) -> list[dict[str, str]]:
    """The districts of a county; none of what is no county."""
    try:
        found = districts_of(county)
    except Refusal:
        return []
    return [{"value": one.name, "label": _label(one.name, one.name_en)} for one in found]


def _label(name: str, name_en: str) -> str:
    return f"{name_en} {name}" if language() is Language.ENGLISH else name
