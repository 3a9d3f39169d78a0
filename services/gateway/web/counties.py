"""Counties and districts as choices, in the reader's language."""

from __future__ import annotations

from typing import NamedTuple

from services.gateway.web.rendering import language
from shared.refusals import Refusal
from shared.taiwan.places import counties, districts_of
from shared.words import Language


class Choice(NamedTuple):
    """One choice of a list: what is sent, and what is read."""

    value: str
    label: str


def county_choices() -> list[Choice]:
    """縣市: all 22."""
    return [Choice(one.name, _label(one.name, one.name_en)) for one in counties()]


def district_choices(county: str) -> list[Choice]:
    """鄉鎮市區 of a county; none of what is no county."""
    try:
        found = districts_of(county)
    except Refusal:
        return []
    return [Choice(one.name, _label(one.name, one.name_en)) for one in found]


def _label(name: str, name_en: str) -> str:
    """In English with the name that stands on signs and letters beside it."""
    return f"{name_en} {name}" if language() is Language.ENGLISH else name
