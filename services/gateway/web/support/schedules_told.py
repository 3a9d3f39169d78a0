"""支援時間 in words, short enough for a line of a list: 「每週一、三 09:00–12:00，114/03/01–114/05/30」."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.rendering import counted, language, t
from services.gateway.web.shown import table_day
from services.gateway.web.support.patterns import Pattern, Repeats
from services.gateway.web.support.shapes import Continuous, Picked, Recurring
from shared.calendar import TAIPEI, taipei_day
from shared.taiwan.dates import time_colon

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime, time

    from services.gateway.web.support.shapes import Schedule

_DAYS_NAMED = 3
"""So many days are named one by one; beyond, they are counted."""


def schedule_told(schedule: Schedule) -> str:
    """The schedule in the reader's language."""
    match schedule:
        case Continuous(first=first, starts=starts, last=last, ends=ends):
            if first == last:
                return t("support.schedule.one-day", day=_day(first), hours=_hours(starts, ends))
            return t(
                "support.schedule.days",
                first=_day(first),
                starts=time_colon(starts),
                last=_day(last),
                ends=time_colon(ends),
            )
        case Recurring(rule=rule, first=first, last=last, starts=starts, ends=ends, exceptions=exceptions):
            told = t(
                "support.schedule.recurring",
                rule=rule_told(rule),
                hours=_hours(starts, ends),
                first=_day(first),
                last=_day(last),
            )
            return told + t("support.schedule.except", days=_days(exceptions)) if exceptions else told
        case Picked(days=days, starts=starts, ends=ends):
            return t("support.schedule.picked", days=_days(days), hours=_hours(starts, ends))


def rule_told(rule: str) -> str:
    """每週一、三: the pattern of a rule; the rule itself where it is none of the five."""
    pattern = Pattern.of(rule)
    if pattern is None:
        return rule
    weekdays = _joined([t(f"support.weekday.{code}") for code in pattern.weekdays])
    match pattern.repeats:
        case Repeats.EVERY_WEEK:
            return t("support.schedule.every-week", weekdays=weekdays)
        case Repeats.WEEK_OF_MONTH:
            return t("support.schedule.week-of-month", number=pattern.number, weekdays=weekdays)
        case Repeats.DAY_OF_MONTH:
            return t("support.schedule.day-of-month", number=pattern.number)
        case Repeats.EVERY_WEEKS:
            return counted("support.schedule.every-weeks", pattern.number, weekdays=weekdays)
        case Repeats.EVERY_DAYS:
            return counted("support.schedule.every-days", pattern.number)


def day_of(moment: datetime) -> str:
    """The Taipei day of a moment, by ISO 8601."""
    return taipei_day(moment).isoformat()


def clock_of(moment: datetime) -> str:
    """09:00, by Taipei's clock."""
    return time_colon(moment.astimezone(TAIPEI).time())


def _day(day: date) -> str:
    return table_day(day, language())


def _hours(starts: time, ends: time) -> str:
    return t("support.schedule.hours", starts=time_colon(starts), ends=time_colon(ends))


def _days(days: Sequence[date]) -> str:
    named = _joined([_day(day) for day in days[:_DAYS_NAMED]])
    if len(days) <= _DAYS_NAMED:
        return named
    return t("support.schedule.more-days", days=named, count=len(days))


def _joined(words: Sequence[str]) -> str:
    return t("support.schedule.and").join(words)
