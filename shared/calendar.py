"""Working days of Taiwan, and the Taipei day that a moment belongs to.

Times are stored in UTC; case numbers, deadlines and files go by days in Asia/Taipei. Working days are Monday to Friday
less holidays, plus make-up Saturdays (補行上班), as `shared/reference/working_days.csv` lists them year by year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from shared.reference import rows

TAIPEI = ZoneInfo("Asia/Taipei")
_SATURDAY = 5


def taipei_day(moment: datetime) -> date:
    """The calendar day in Taiwan at this aware moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone belongs to no day: pass an aware datetime")
    return moment.astimezone(TAIPEI).date()


def start_of_day(day: date) -> datetime:
    """Midnight at which this Taipei day begins, in UTC."""
    return datetime.combine(day, time.min, TAIPEI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The last microsecond of this Taipei day, in UTC: a deadline "by this day" that still prints as this day."""
    return datetime.combine(day, time.max, TAIPEI).astimezone(UTC)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days Taiwan's offices work.

    Beyond the years it covers, it knows weekends only: it then takes a holiday for a working day, so a deadline may
    come a few days early. `covers` tells; whoever fixes a deadline for people asks it and warns the operators.
    """

    holidays: frozenset[date]
    """Weekdays off."""
    make_up_days: frozenset[date]
    """Saturdays and Sundays worked."""

    @property
    def years(self) -> frozenset[int]:
        """The years whose official calendar is in the table; every year has some holiday on a weekday."""
        return frozenset(day.year for day in self.holidays)

    @property
    def covered_until(self) -> date:
        """The last day of the last year in the table; the first of all days where it is empty."""
        return date(max(self.years), 12, 31) if self.years else date.min

    def covers(self, day: date) -> bool:
        """Whether the official calendar of that day's year is known."""
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day."""
        if day.weekday() >= _SATURDAY:
            return day in self.make_up_days
        return day not in self.holidays

    def add_working_days(self, day: date, number: int) -> date:
        """The `number`th working day after `day` (the day itself never counts); before it where negative.

        0 gives the day itself, working or not.
        """
        step = timedelta(days=1 if number > 0 else -1)
        left = abs(number)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and including `last`; 0 where `last` is not later."""
        days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day) for day in days)


@cache
def working_calendar() -> WorkingCalendar:
    """The calendar of the committed table."""
    days = [(date.fromisoformat(row["date"]), row["kind"]) for row in rows("working_days.csv")]
    return WorkingCalendar(
        holidays=frozenset(day for day, kind in days if kind == "holiday"),
        make_up_days=frozenset(day for day, kind in days if kind == "make-up"),
    )
