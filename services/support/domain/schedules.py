"""支援時間: the occurrences that a schedule means, in Taipei's wall-clock time, and what speaks against a schedule.

The five patterns of 間斷 (S001, 時間輸入) are rules of RFC 5545. As there, a month without such a day is passed over:
the 31st is not moved to the 30th, nor the fifth Monday to the fourth. Every so many weeks or days is counted from the
first day; a week begins on Sunday, as on the portal's calendar. Taiwan has had no summer time since 1979, so that a
wall-clock time names one moment. A time over midnight is 持續, from one day to the next: a window ends on its own day.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from dateutil.rrule import rrulestr

from services.support.events.schedules import Continuous, Picked, Recurring
from shared.calendar import TAIPEI
from shared.refusals import Refusal
from shared.taiwan.dates import FIRST_ROC_DAY, OPEN_ENDED, EndNotAfterStart, MalformedTime, time_colon

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from services.support.events.schedules import Schedule
    from shared.calendar import WorkingCalendar

MOST_WEEKS = 52
MOST_DAYS = 365
MOST_WEEKS_OF_MONTH = 5
MOST_DAYS_OF_MONTH = 31
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


class RuleUnknown(Refusal):
    """The rule is none of the five patterns; `rule` is what was given."""


class DayOutOfReach(Refusal):
    """Days lie between `first` and `last`, those that have a date of the ROC."""


class ScheduleTooLong(Refusal):
    """From its first to its last day the schedule takes `days` days, and may take `limit`."""


class OccurrencesTooMany(Refusal):
    """The schedule means `occurrences` occurrences, and may mean `limit`."""


class ScheduleEmpty(Refusal):
    """The schedule means no occurrence at all: no day fits, or every one is excepted."""


class DaysRepeated(Refusal):
    """These `days` are picked twice."""


class Weekday(StrEnum):
    """星期, by the codes of RFC 5545, from Monday."""

    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"


@dataclass(frozen=True)
class EveryWeek:
    """每週星期○: on these weekdays of every week."""

    weekdays: frozenset[Weekday]


@dataclass(frozen=True)
class WeekOfMonth:
    """每月的第○週的星期○: on the `week`th of each of these weekdays in a month, 1 to 5."""

    week: int
    weekdays: frozenset[Weekday]


@dataclass(frozen=True)
class DayOfMonth:
    """每月的第○日: on this day of every month that has it, 1 to 31."""

    day: int


@dataclass(frozen=True)
class EveryWeeks:
    """每隔○週的星期○: on these weekdays of every `weeks`th week, 1 to 52; the first is that of the first day."""

    weeks: int
    weekdays: frozenset[Weekday]


@dataclass(frozen=True)
class EveryDays:
    """每隔○日: on every `days`th day, 1 to 365, from the first."""

    days: int


Pattern = EveryWeek | WeekOfMonth | DayOfMonth | EveryWeeks | EveryDays
"""One of the five patterns of S001."""


@dataclass(frozen=True)
class ScheduleLimits:
    """How far a schedule may reach: `days` from its first to its last, both counted, and `occurrences`."""

    days: int
    occurrences: int


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One time of support: from `start` up to, and without, `end`; both aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class PreviewedDay:
    """A day that a schedule names, as it is shown before it is kept; an excepted one means no occurrence."""

    occurrence: Occurrence
    is_holiday: bool
    is_excepted: bool


@dataclass(frozen=True)
class Preview:
    """Every day that a schedule names, in order; in `uncovered_years` nobody knows the holidays yet."""

    days: tuple[PreviewedDay, ...]
    uncovered_years: tuple[int, ...]


# Rules ---------------------------------------------------------------------------------------------------------------


def rule_of(pattern: Pattern) -> str:
    """The pattern as a rule of RFC 5545, in one way of writing it."""
    match pattern:
        case EveryWeek(weekdays=weekdays):
            return f"FREQ=WEEKLY;BYDAY={_codes(weekdays)}"
        case WeekOfMonth(week=week, weekdays=weekdays):
            return f"FREQ=MONTHLY;BYDAY={_codes(weekdays, str(week))}"
        case DayOfMonth(day=day):
            return f"FREQ=MONTHLY;BYMONTHDAY={day}"
        case EveryWeeks(weeks=weeks, weekdays=weekdays):
            return f"FREQ=WEEKLY;INTERVAL={weeks};WKST=SU;BYDAY={_codes(weekdays)}"
        case EveryDays(days=days):
            return f"FREQ=DAILY;INTERVAL={days}"


def pattern_of(rule: str, *, field: str = "rule") -> Pattern:
    """The pattern that a rule writes, its parts in any order; raises RuleUnknown."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    pattern = _pattern(parts)
    if pattern is None or len(parts) != rule.count(";") + 1:
        raise RuleUnknown(field, rule=rule[:80])
    return pattern


def _pattern(parts: Mapping[str, str]) -> Pattern | None:
    match parts:
        case {"FREQ": "WEEKLY", "BYDAY": days, **rest} if not rest:
            weekdays = _weekdays(days.split(","))
            return EveryWeek(weekdays) if weekdays else None
        case {"FREQ": "WEEKLY", "BYDAY": days, "INTERVAL": weeks, "WKST": "SU", **rest} if not rest:
            weekdays, interval = _weekdays(days.split(",")), _within(weeks, MOST_WEEKS)
            return EveryWeeks(interval, weekdays) if weekdays and interval else None
        case {"FREQ": "MONTHLY", "BYDAY": days, **rest} if not rest:
            weekdays, week = _weekdays([day[1:] for day in days.split(",")]), _within(days[:1], MOST_WEEKS_OF_MONTH)
            is_one_week = {day[:1] for day in days.split(",")} == {days[:1]}
            return WeekOfMonth(week, weekdays) if weekdays and week and is_one_week else None
        case {"FREQ": "MONTHLY", "BYMONTHDAY": number, **rest} if not rest:
            day = _within(number, MOST_DAYS_OF_MONTH)
            return DayOfMonth(day) if day else None
        case {"FREQ": "DAILY", "INTERVAL": number, **rest} if not rest:
            interval = _within(number, MOST_DAYS)
            return EveryDays(interval) if interval else None
    return None


def _codes(weekdays: frozenset[Weekday], week: str = "") -> str:
    return ",".join(f"{week}{weekday}" for weekday in Weekday if weekday in weekdays)


def _weekdays(codes: Sequence[str]) -> frozenset[Weekday] | None:
    """The weekdays; None where one of the codes is none, or comes twice."""
    known = frozenset(Weekday(code) for code in codes if code in set(Weekday))
    return known if len(known) == len(codes) else None


def _within(number: str, most: int) -> int | None:
    """The whole number from 1 to `most`; None for anything else."""
    return int(number) if _NUMBER.fullmatch(number) and int(number) <= most else None


# Expansion -----------------------------------------------------------------------------------------------------------


def occurrences_of(schedule: Schedule) -> tuple[Occurrence, ...]:
    """Every occurrence in order; of a schedule against which nothing speaks (`objection_to_schedule`)."""
    return tuple(day.occurrence for day in _named_days(schedule) if not day.is_excepted)


def objection_to_schedule(schedule: Schedule, limits: ScheduleLimits, *, field: str = "schedule") -> Refusal | None:
    """Why this cannot be a schedule: its times, its rule, how far it reaches, how often it occurs."""
    return (
        _objection_to_times(schedule, field)
        or _objection_to_rule(schedule, field)
        or _objection_to_reach(schedule, limits, field)
        or _objection_to_number(schedule, limits, field)
    )


def preview_of(schedule: Schedule, calendar: WorkingCalendar) -> Preview:
    """Every day that a schedule names, the excepted and the holidays marked; only weekdays are holidays of a calendar.

    Nothing may speak against the schedule but that it is empty.
    """
    days = tuple(
        PreviewedDay(day.occurrence, day.occurrence.start.date() in calendar.holidays, day.is_excepted)
        for day in _named_days(schedule)
    )
    years = {day.occurrence.start.year for day in days if not calendar.covers(day.occurrence.start.date())}
    return Preview(days, tuple(sorted(years)))


def without_holidays(schedule: Recurring, calendar: WorkingCalendar) -> Recurring:
    """The schedule with every holiday that it names excepted beside those that were."""
    holidays = {day for day in _days_of_rule(schedule) if day in calendar.holidays}
    return Recurring(
        schedule.rule,
        schedule.first,
        schedule.last,
        schedule.starts,
        schedule.ends,
        tuple(sorted(holidays.union(schedule.exceptions))),
    )


@dataclass(frozen=True)
class _NamedDay:
    occurrence: Occurrence
    is_excepted: bool = False


def _named_days(schedule: Schedule) -> Iterator[_NamedDay]:
    match schedule:
        case Continuous(first=first, starts=starts, last=last, ends=ends):
            yield _NamedDay(Occurrence(_moment(first, starts), _moment(last, ends)))
        case Recurring(starts=starts, ends=ends, exceptions=exceptions):
            excepted = frozenset(exceptions)
            for day in _days_of_rule(schedule):
                yield _NamedDay(Occurrence(_moment(day, starts), _moment(day, ends)), day in excepted)
        case Picked(days=days, starts=starts, ends=ends):
            for day in sorted(days):
                yield _NamedDay(Occurrence(_moment(day, starts), _moment(day, ends)))


def _days_of_rule(schedule: Recurring) -> Iterator[date]:
    """The days that the rule names, the excepted among them."""
    # The rule itself may be read only once it is known as one of the five.
    rule = rule_of(pattern_of(schedule.rule))
    moments = rrulestr(
        f"{rule};UNTIL={schedule.last:%Y%m%d}T000000", dtstart=datetime.combine(schedule.first, time.min)
    )
    return (moment.date() for moment in moments)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TAIPEI)


# Objections ----------------------------------------------------------------------------------------------------------


def _objection_to_times(schedule: Schedule, field: str) -> Refusal | None:
    for name, at in (("starts", schedule.starts), ("ends", schedule.ends)):
        if at.tzinfo is not None or at.second or at.microsecond:
            return MalformedTime(f"{field}.{name}")
    match schedule:
        case Continuous(first=first, starts=starts, last=last, ends=ends):
            if datetime.combine(first, starts) >= datetime.combine(last, ends):
                return EndNotAfterStart(f"{field}.ends", start=_moment(first, starts), end=_moment(last, ends))
        case Recurring(first=first, last=last) if first > last:
            return EndNotAfterStart(f"{field}.last", start=first, end=last)
    if not isinstance(schedule, Continuous) and schedule.starts >= schedule.ends:
        return EndNotAfterStart(f"{field}.ends", start=time_colon(schedule.starts), end=time_colon(schedule.ends))
    return None


def _objection_to_rule(schedule: Schedule, field: str) -> Refusal | None:
    if isinstance(schedule, Recurring):
        try:
            pattern_of(schedule.rule, field=f"{field}.rule")
        except RuleUnknown as unknown:
            return unknown
    return None


def _objection_to_reach(schedule: Schedule, limits: ScheduleLimits, field: str) -> Refusal | None:
    first, last = reach_of(schedule)
    if first < FIRST_ROC_DAY or last > OPEN_ENDED:
        return DayOutOfReach(field, first=FIRST_ROC_DAY, last=OPEN_ENDED)
    days = (last - first).days + 1
    return ScheduleTooLong(field, days=days, limit=limits.days) if days > limits.days else None


def reach_of(schedule: Schedule) -> tuple[date, date]:
    """The first and the last day; of no picked days at all the same day twice."""
    if isinstance(schedule, Picked):
        return min(schedule.days, default=FIRST_ROC_DAY), max(schedule.days, default=FIRST_ROC_DAY)
    return schedule.first, schedule.last


def _objection_to_number(schedule: Schedule, limits: ScheduleLimits, field: str) -> Refusal | None:
    if isinstance(schedule, Picked):
        repeated = sorted(day for day, times in Counter(schedule.days).items() if times > 1)
        if repeated:
            return DaysRepeated(f"{field}.days", days=tuple(repeated))
    number = len(occurrences_of(schedule))
    if number > limits.occurrences:
        return OccurrencesTooMany(field, occurrences=number, limit=limits.occurrences)
    return None if number else ScheduleEmpty(field)
