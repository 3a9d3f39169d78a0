"""How old children are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

_MONTHS = 12


class Age(NamedTuple):
    """Completed years, the completed months beyond them, and all the days."""

    years: int
    months: int
    days: int


def age_on(birth_date: date, today: date) -> Age:
    """How old somebody is who was born on that day, on or before today; a month ends on the day of the same number."""
    months = (today.year - birth_date.year) * _MONTHS + today.month - birth_date.month
    months -= today.day < birth_date.day
    return Age(months // _MONTHS, months % _MONTHS, (today - birth_date).days)
