"""Waiting times as they are told to families: medians in working days, and only where enough families stand behind."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain, repeat
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from shared.calendar import WorkingCalendar

LEAST_CASES = 5
"""No median is told of fewer cases: it would say more about single families than about what to expect (ours)."""

WINDOW_DAYS = 90
"""How far back the waiting time of a doctor looks (ours): long enough for rare answers, short enough to be true now."""


class Span(NamedTuple):
    """So many cases began on one Taipei day and came to their point on another."""

    began_on: date
    ended_on: date
    cases: int


def median_working_days(spans: Collection[Span], calendar: WorkingCalendar) -> Decimal | None:
    """The median number of working days, to half a day; None of fewer than `LEAST_CASES` cases.

    The day on which something begins never counts: what is answered on the same day took 0.
    """
    if sum(span.cases for span in spans) < LEAST_CASES:
        return None
    days = chain.from_iterable(
        repeat(calendar.working_days_between(span.began_on, span.ended_on), span.cases) for span in spans
    )
    return Decimal(median(days)).quantize(Decimal("0.1"))
