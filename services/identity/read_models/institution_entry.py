"""What the register says of an institution, as it is shown: hours by weekday and session, programmes by their days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from services.identity import events
from services.identity.read_models.institutions import DEGREE
from services.identity.read_models.packed_hours import unpacked

if TYPE_CHECKING:
    from services.identity.read_models.institutions import InstitutionRow

_WEEKDAYS = range(1, 8)


class Participation(msgspec.Struct, frozen=True):
    """參與計畫 from `since` to `until`, the last day; None where none is set."""

    programme: events.Programme
    since: date
    until: date | None


class InstitutionEntry(msgspec.Struct, frozen=True):
    """院所: its public entry, and whether it is suspended or closed, from days that may lie ahead."""

    code: str
    name: str
    kind: events.InstitutionKind
    address: events.PlaceAddress
    phone: str
    coordinates: events.Coordinates | None
    departments: tuple[str, ...]
    hours: tuple[events.WeekdayHours, ...]
    holiday_hours: tuple[events.HolidayHours, ...]
    programmes: tuple[Participation, ...]
    suspended_since: date | None
    suspended_until: date | None
    closed_since: date | None


def entry_of(row: InstitutionRow) -> InstitutionEntry:
    """A row as it is shown."""
    days = ((weekday, unpacked(getattr(row, f"open_{weekday}"))) for weekday in _WEEKDAYS)
    holidays = zip(row.holidays, row.holiday_hours, strict=True)
    return InstitutionEntry(
        code=row.code,
        name=row.name,
        kind=row.kind,
        address=events.PlaceAddress(row.county, row.district, row.postal_code, row.street),
        phone=row.phone,
        coordinates=_coordinates(row),
        departments=row.departments,
        hours=tuple(events.WeekdayHours(weekday, sessions) for weekday, sessions in days if sessions),
        holiday_hours=tuple(
            events.HolidayHours(date.fromisoformat(day), unpacked(int(hours))) for day, hours in holidays
        ),
        programmes=tuple(_participation(told) for told in row.participation),
        suspended_since=row.suspended_since,
        suspended_until=row.suspended_until,
        closed_since=row.closed_since,
    )


def hours_on(entry: InstitutionEntry, day: date) -> tuple[events.SessionHours, ...]:
    """When an institution is open on a day: by the hours of a long holiday where it tells them, else of the weekday.

    Empty where it is closed all day, or suspended or closed for good on that day.
    """
    ends = (entry.suspended_since, entry.closed_since)
    if any(since is not None and since <= day for since in ends):
        return ()
    holiday = next((told.sessions for told in entry.holiday_hours if told.day == day), None)
    if holiday is not None:
        return holiday
    return next((told.sessions for told in entry.hours if told.weekday == day.isoweekday()), ())


def _coordinates(row: InstitutionRow) -> events.Coordinates | None:
    if row.latitude is None or row.longitude is None:
        return None
    return events.Coordinates(Decimal(row.latitude) / DEGREE, Decimal(row.longitude) / DEGREE)


def _participation(told: str) -> Participation:
    programme, since, until = told.split(" ")
    last_day = date.fromisoformat(until)
    return Participation(
        events.Programme(programme), date.fromisoformat(since), None if last_day == date.max else last_day
    )
