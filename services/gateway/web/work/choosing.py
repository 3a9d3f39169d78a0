"""What the filters of a work list offer to choose from."""

from __future__ import annotations

from typing import NamedTuple

from services.gateway.web.asking import caller
from services.gateway.web.rendering import language, t
from shared.taiwan.places import counties, districts
from shared.words import Language

BIRTH_ORDERS = ("0", "1", "2", "3", "4")
"""胎次: 0 for a single child."""


class Choice(NamedTuple):
    """One choice of a list: what is sent, and what is read."""

    value: str
    label: str


def county_choices() -> list[Choice]:
    """縣市."""
    return [Choice(one.name, one.name_en if _is_english() else one.name) for one in counties()]


def district_choices(county: str) -> list[Choice]:
    """鄉鎮市區 of a county."""
    names = {one.name: one.name_en for one in districts() if one.county == county}
    return [Choice(name, english if _is_english() else name) for name, english in names.items()]


def birth_order_choices() -> list[Choice]:
    """胎次."""
    return [
        Choice(order, t("work.child.single") if order == "0" else t("work.child.twin", number=order))
        for order in BIRTH_ORDERS
    ]


def own_doctors() -> dict[str, str]:
    """The doctors in whose name the caller works: names by number, the number itself where there is no name."""
    known = caller().known
    return {one.number: one.name or one.number for one in known.badge.doctors} if known else {}


def _is_english() -> bool:
    return language() is Language.ENGLISH
