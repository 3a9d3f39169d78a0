"""執業執照: how one stands on a day, and from when its holder is warned of its end."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

_WARNED = timedelta(days=30)
"""As long before its end a licence, or a card, is warned of (S001)."""


class Standing(StrEnum):
    """How a licence or a card stands, as the words name it."""

    AHEAD = "ahead"
    HOLDS = "holds"
    ENDS = "ends"
    OVER = "over"


class Licence(msgspec.Struct, frozen=True):
    """One licence as identity tells it."""

    number: str
    valid_from: date
    valid_until: date | None = None

    def standing(self, today: date) -> Standing:
        """On this day."""
        if today < self.valid_from:
            return Standing.AHEAD
        return standing_until(self.valid_until, today)


class Practitioner(msgspec.Struct, frozen=True):
    """醫事人員 as the register has them; `institution` is empty where they practise nowhere."""

    number: str
    name: str
    profession: str
    institution: str
    licences: tuple[Licence, ...] = ()
    suspended_since: date | None = None
    suspended_until: date | None = None

    def lasting(self) -> Licence | None:
        """The licence that holds longest."""
        return longest(self.licences)


def standing_until(end: date | None, today: date) -> Standing:
    """How something stands that ends with this day; None is without end."""
    if end is None or today + _WARNED < end:
        return Standing.HOLDS
    return Standing.ENDS if today <= end else Standing.OVER


def longest(licences: Iterable[Licence]) -> Licence | None:
    """The one that holds longest; None of none."""
    return max(licences, key=lambda one: one.valid_until or date.max, default=None)
