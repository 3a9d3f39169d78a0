"""How the months compare: applications, consents, the time until them, and why institutions declined."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from services.matching.domain.waiting import Span, median_working_days
from services.matching.events import DeclineReason
from services.matching.read_models.case_statistics import OFFERS, reach_of

if TYPE_CHECKING:
    from shared.calendar import WorkingCalendar
    from shared.principal import Principal
    from shared.read_models.reader import Reader

MOST_MONTHS = 60


class MonthCounts(msgspec.Struct, frozen=True):
    """One month of Taipei days, from its first (`month`), of the cases of a county's children, or of all.

    `matched` counts the new applications that found a first consent in it; over them `median_working_days` passed from
    the application, None where they are too few to tell. `declined` counts answers, by their reasons in `declines`.
    """

    month: date
    submitted: int
    changes: int
    matched: int
    median_working_days: Decimal | None
    declined: int
    declines: dict[DeclineReason, int]


class _Submitted(msgspec.Struct, frozen=True):
    month: date
    cases: int
    changes: int


class _Consented(msgspec.Struct, frozen=True):
    began_on: date
    ended_on: date
    cases: int


class _Declined(msgspec.Struct, frozen=True):
    month: date
    reason: DeclineReason
    cases: int


_HERE = "(%(county)s::text is null or figures.county = %(county)s)"

_SUBMITTED = f"""
select
    date_trunc('month', started_at at time zone 'Asia/Taipei')::date as month,
    count(*) as cases,
    count(*) filter (where kind = 'change') as changes
from case_statistics as figures
where kind is not null and (started_at at time zone 'Asia/Taipei')::date >= %(first)s and {_HERE}
group by 1
"""

_CONSENTED = f"""
select (started_at at time zone 'Asia/Taipei')::date as began_on, consented_on as ended_on, count(*) as cases
from case_statistics as figures
where kind = 'new' and consented_on >= %(first)s and {_HERE}
group by 1, 2
"""

_DECLINED = f"""
select
    date_trunc('month', answered_at at time zone 'Asia/Taipei')::date as month, reason, count(*) as cases
from {OFFERS}
where reason is not null and (answered_at at time zone 'Asia/Taipei')::date >= %(first)s
    and (%(county)s::text is null or child_county = %(county)s)
group by 1, 2
order by 1, 3 desc, 2
"""


def by_month(
    reader: Reader, principal: Principal, today: date, calendar: WorkingCalendar, months: int
) -> list[MonthCounts]:
    """The last `months` months up to that Taipei day, the present one included, the oldest first.

    A bureau has its county's children, insurer, operator and auditor all; nobody else any.
    """
    reach = reach_of(principal)
    if reach is None or reach.institution is not None:
        return []
    wanted = _months_until(today, max(1, min(months, MOST_MONTHS)))
    parameters = {"county": reach.county, "first": wanted[0]}
    submitted = {row.month: row for row in reader.rows(_Submitted, _SUBMITTED, parameters)}
    spans: dict[date, list[Span]] = defaultdict(list)
    for row in reader.rows(_Consented, _CONSENTED, parameters):
        spans[row.ended_on.replace(day=1)].append(Span(row.began_on, row.ended_on, row.cases))
    declines: dict[date, dict[DeclineReason, int]] = defaultdict(dict)
    for declined in reader.rows(_Declined, _DECLINED, parameters):
        declines[declined.month][declined.reason] = declined.cases
    return [_month(month, submitted.get(month), spans[month], declines[month], calendar) for month in wanted]


def _month(
    month: date,
    submitted: _Submitted | None,
    spans: list[Span],
    declines: dict[DeclineReason, int],
    calendar: WorkingCalendar,
) -> MonthCounts:
    return MonthCounts(
        month=month,
        submitted=submitted.cases if submitted else 0,
        changes=submitted.changes if submitted else 0,
        matched=sum(span.cases for span in spans),
        median_working_days=median_working_days(spans, calendar),
        declined=sum(declines.values()),
        declines=declines,
    )


def _months_until(today: date, count: int) -> list[date]:
    """The first days of so many months, the last of them this one."""
    last = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - count + 1, last + 1)]
