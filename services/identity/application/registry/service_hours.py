"""服務時段 as entered, session by session, made into the hours of the week and of the days of long holidays."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from services.identity.domain.registry import refusals
from services.identity.domain.registry.policies import HOURS_STEP_MINUTES
from services.identity.events import HolidayHours, Session, SessionHours, WeekdayHours
from shared.refusals import InvalidForm, Refusal
from shared.taiwan.dates import parse_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.identity.commands import HolidayEntry, HoursEntry

_ORDER = list(Session)
_WEEKDAYS = range(1, 8)


def weekly_hours(entries: Sequence[HoursEntry]) -> tuple[WeekdayHours, ...]:
    """The hours by weekday and session, whatever the order of the entries; raises `InvalidForm`."""
    objections: list[Refusal] = [
        refusals.WeekdayUnknown(f"hours.{place}.weekday")
        for place, entry in enumerate(entries)
        if entry.weekday not in _WEEKDAYS
    ]
    sessions = _sessions("hours", entries, objections)
    _refuse_repetition("hours", [(entry.weekday, entry.session) for entry in entries], objections)
    if objections:
        raise InvalidForm(objections)
    placed = sorted(zip((entry.weekday for entry in entries), sessions, strict=True), key=_by_session)
    by_day = groupby(placed, key=lambda one: one[0])
    return tuple(WeekdayHours(weekday, tuple(hours for _, hours in of_day)) for weekday, of_day in by_day)


def holiday_hours(entries: Sequence[HolidayEntry]) -> tuple[HolidayHours, ...]:
    """The hours by day and session; a day that is only named closed has none. Raises `InvalidForm`."""
    objections: list[Refusal] = []
    opened = [entry for entry in entries if entry.opens.strip()]
    sessions = _sessions("holiday_hours", opened, objections)
    _refuse_repetition("holiday_hours", [(entry.day, entry.session) for entry in opened], objections)
    if objections:
        raise InvalidForm(objections)
    placed = sorted(zip((entry.day for entry in opened), sessions, strict=True), key=_by_session)
    return tuple(
        HolidayHours(day, tuple(hours for of_day, hours in placed if of_day == day))
        for day in sorted({entry.day for entry in entries})
    )


def _by_session(placed: tuple[object, SessionHours]) -> tuple[object, int]:
    day, hours = placed
    return day, _ORDER.index(hours.session)


def _sessions(name: str, entries: Sequence[HoursEntry | HolidayEntry], objections: list[Refusal]) -> list[SessionHours]:
    """The sessions of the entries; one at fault leaves an objection in place of its session."""
    found = []
    for place, entry in enumerate(entries):
        try:
            found.append(_session(f"{name}.{place}", entry))
        except Refusal as refusal:
            objections.append(refusal)
    return found


def _session(field: str, entry: HoursEntry | HolidayEntry) -> SessionHours:
    opens = parse_time(entry.opens, field=f"{field}.opens")
    closes = parse_time(entry.closes, field=f"{field}.closes")
    if opens.minute % HOURS_STEP_MINUTES or closes.minute % HOURS_STEP_MINUTES:
        raise refusals.HoursNotInSteps(field, minutes=HOURS_STEP_MINUTES)
    if closes <= opens:
        raise refusals.SessionClosesBeforeItOpens(field)
    return SessionHours(entry.session, opens, closes)


def _refuse_repetition(name: str, keys: Sequence[tuple[object, Session]], objections: list[Refusal]) -> None:
    objections.extend(
        refusals.SessionRepeated(f"{name}.{place}") for place, key in enumerate(keys) if key in keys[:place]
    )
