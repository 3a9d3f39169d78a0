"""What the home page says of all families together: how long it takes until a doctor agrees."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from services.matching.domain.waiting import LEAST_CASES, Span, median_working_days

if TYPE_CHECKING:
    from shared.calendar import WorkingCalendar
    from shared.read_models.reader import Reader


class ConsentTime(msgspec.Struct, frozen=True):
    """How many working days passed from a new application to the first institution that agreed.

    Counted are the new applications (新案申請) that found that consent from `first_day` to `last_day`, the last full
    month in Taipei; not those that still look or gave up. The day of the application never counts. There is no median
    (`median_working_days` None) of fewer than `least_cases` cases.
    """

    first_day: date
    last_day: date
    cases: int
    median_working_days: Decimal | None
    least_cases: int = LEAST_CASES


class _Group(msgspec.Struct, frozen=True):
    began_on: date
    ended_on: date
    cases: int


_CONSENTS = """
select (started_at at time zone 'Asia/Taipei')::date as began_on, consented_on as ended_on, count(*) as cases
from case_statistics
where kind = 'new' and consented_on between %(first)s and %(last)s
group by 1, 2
"""


def consent_time(reader: Reader, today: date, calendar: WorkingCalendar) -> ConsentTime:
    """Of the last full month before that Taipei day."""
    last = today.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    groups = reader.rows(_Group, _CONSENTS, {"first": first, "last": last})
    spans = [Span(group.began_on, group.ended_on, group.cases) for group in groups]
    return ConsentTime(first, last, sum(span.cases for span in spans), median_working_days(spans, calendar))
