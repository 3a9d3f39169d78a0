"""The month of a calendar: its weeks from Sunday on, what lies on each day, what is booked twice, what is a holiday."""

from __future__ import annotations

from calendar import SUNDAY, Calendar
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from services.gateway.web.support.shapes import TimeListed  # noqa: TC001 - a field of what templates read
from shared.calendar import TAIPEI, taipei_day, working_calendar
from shared.reference import rows
from shared.taiwan.dates import FIRST_ROC_DAY, OPEN_ENDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

_WEEKS = Calendar(SUNDAY)
_LONGEST = timedelta(days=31)
_JUST_BEFORE = timedelta(microseconds=1)


class Slot(NamedTuple):
    """One time on one day, from `starts` to `ends` by the clock; of a time over midnight the part on that day."""

    time: TimeListed
    starts: str
    ends: str
    is_double: bool


class Day(NamedTuple):
    """One day of the calendar; `holiday` is its official name, empty on any other day."""

    date: date
    is_off: bool
    holiday: str
    slots: Sequence[Slot]


class Month(NamedTuple):
    """A month by its first day; `weeks` begin on Sunday, with None for days of other months."""

    first: date
    weeks: Sequence[Sequence[Day | None]]

    @property
    def previous(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        """The first day of the month after."""
        return (self.first + _LONGEST).replace(day=1)

    @property
    def days(self) -> list[Day]:
        """Its days, in order."""
        return [day for week in self.weeks for day in week if day is not None]

    @property
    def busy(self) -> int:
        """On how many days there is any support."""
        return sum(bool(day.slots) for day in self.days)

    @property
    def doubled(self) -> int:
        """On how many days somebody is booked twice."""
        return sum(any(slot.is_double for slot in day.slots) for day in self.days)


def month_asked(text: str, today: date) -> date:
    """The first day of the month `2026-03`; the present one where it is none."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return asked if FIRST_ROC_DAY <= asked < OPEN_ENDED.replace(day=1) else today.replace(day=1)


def month_of(first: date, times: Sequence[TimeListed]) -> Month:
    """The month that begins on this day with everything in it."""
    booked = booked_twice(times)
    slots: dict[date, list[Slot]] = defaultdict(list)
    for time in times:
        for slot_day, slot in _slots(time, is_double=id(time) in booked):
            slots[slot_day].append(slot)
    weeks = [
        [_day(day, slots) if day.month == first.month else None for day in week]
        for week in _WEEKS.monthdatescalendar(first.year, first.month)
    ]
    return Month(first, weeks)


def booked_twice(times: Iterable[TimeListed]) -> frozenset[int]:
    """Those (by `id`) that share a moment with another support of the same person.

    Of each person only the time that ends last so far is held against the next: whatever else reaches as far has been
    found to meet that one before.
    """
    found: set[int] = set()
    latest: dict[str, TimeListed] = {}
    for time in sorted(times, key=lambda one: one.starts_at):
        before = latest.get(time.practitioner)
        if before is not None and time.starts_at < before.ends_at and time.support != before.support:
            found |= {id(time), id(before)}
        if before is None or time.ends_at > before.ends_at:
            latest[time.practitioner] = time
    return frozenset(found)


def holiday_name(day: date) -> str:
    """What the official calendar calls a weekday off; empty on any other day."""
    return _holidays().get(day, "")


@cache
def _holidays() -> Mapping[date, str]:
    return {
        date.fromisoformat(row["date"]): row["name"] for row in rows("working_days.csv") if row["kind"] == "holiday"
    }


def _day(day: date, slots: Mapping[date, Sequence[Slot]]) -> Day:
    return Day(day, not working_calendar().is_working_day(day), holiday_name(day), slots.get(day, ()))


def _slots(time: TimeListed, *, is_double: bool) -> Iterable[tuple[date, Slot]]:
    first, last = taipei_day(time.starts_at), taipei_day(time.ends_at - _JUST_BEFORE)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        starts = _clock(time.starts_at) if day == first else "00:00"
        ends = _clock(time.ends_at) if day == taipei_day(time.ends_at) else "24:00"
        yield day, Slot(time, starts, ends, is_double)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%H:%M}"
