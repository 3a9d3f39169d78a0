"""選擇: the months whose days can be ticked, the present one first, as many as somebody asks for."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from services.gateway.web.rendering import today

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

FIRST_SHOWN = 2
MORE = 3
MOST = 13
"""A schedule takes a year at most, which touches thirteen months."""
_YEAR = 12
_CALENDAR = calendar.Calendar(firstweekday=calendar.SUNDAY)


@dataclass(frozen=True)
class Month:
    """A month in weeks from Sunday; days of the months beside it are None."""

    first: date
    weeks: tuple[tuple[date | None, ...], ...]

    @classmethod
    def of(cls, year: int, month: int) -> Self:
        """The month of this number."""
        weeks = _CALENDAR.monthdatescalendar(year, month)
        return cls(
            date(year, month, 1), tuple(tuple(day if day.month == month else None for day in week) for week in weeks)
        )


@dataclass(frozen=True)
class Months:
    """What the page shows of the calendar; `ticked` are days by ISO 8601, `today` the first that can be ticked."""

    shown: tuple[Month, ...]
    ticked: frozenset[str]
    today: date
    can_show_more: bool

    @classmethod
    def of(cls, given: MultiDict[str, str]) -> Self:
        """The months that were shown, more of them where somebody pressed for it, and as far as days are ticked."""
        first, ticked = today(), frozenset(given.getlist("days"))
        number = given.get("months", FIRST_SHOWN, int) + (MORE if "more" in given else 0)
        reach = [_months_between(first, date.fromisoformat(day)) + 1 for day in ticked if _is_day(day)]
        number = min(max(number, *reach, FIRST_SHOWN), MOST)
        places = [divmod(first.month - 1 + ahead, _YEAR) for ahead in range(number)]
        shown = tuple(Month.of(first.year + years, month + 1) for years, month in places)
        return cls(shown, ticked, first, number < MOST)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * _YEAR + last.month - first.month


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
