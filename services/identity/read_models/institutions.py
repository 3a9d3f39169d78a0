"""院所查詢: which institutions there are, where, with what, and when they are open."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from services.identity import events
from services.identity.read_models.packed_hours import packed, step_of
from shared.read_models.model import Key, ReadModel, Table
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from shared.events import Event

_WEEKDAYS = range(1, 8)
_code_of = attrgetter("institution")
_NO_END = date.max
DEGREE = 1_000_000
"""Coordinates are kept in millionths of a degree."""


class InstitutionRow(msgspec.Struct, frozen=True, gc=False):
    """One institution; what every search looks at comes first, as PostgreSQL reads a row from its beginning.

    `open_1` to `open_7` are the sessions of Monday to Sunday and `holiday_hours` those of `holidays`, packed
    (`packed_hours`); `first_open` and `last_close` are the outermost steps of all of them. `sought` is the name as it
    is searched: narrow characters, 臺 for 台. `programmes` are those it ever joined, and `participation` one text each,
    `<programme> <first day> <last day>`.
    """

    code: str
    closed_since: date | None
    suspended_since: date | None
    suspended_until: date | None
    latitude: int | None
    longitude: int | None
    first_open: int
    last_close: int
    open_1: int
    open_2: int
    open_3: int
    open_4: int
    open_5: int
    open_6: int
    open_7: int
    sought: str
    kind: events.InstitutionKind
    county: str
    district: str
    departments: tuple[str, ...]
    programmes: tuple[str, ...]
    participation: tuple[str, ...]
    holidays: tuple[str, ...]
    holiday_hours: tuple[str, ...]
    name: str
    postal_code: str
    street: str
    phone: str


_AT_FIRST: dict[str, Any] = {
    "closed_since": None,
    "suspended_since": None,
    "suspended_until": None,
    "programmes": (),
    "participation": (),
}


def sought(name: str) -> str:
    """A name as it is compared with what somebody types."""
    return with_formal_tai(folded(name)).casefold()


def _of_profile(profile: events.InstitutionProfile) -> dict[str, Any]:
    weekdays = {of_day.weekday: packed(of_day.sessions) for of_day in profile.hours}
    place = profile.coordinates
    days = [*(of_day.sessions for of_day in profile.hours), *(of_day.sessions for of_day in profile.holiday_hours)]
    all_sessions = [hours for sessions in days for hours in sessions]
    return {
        "name": profile.name,
        "sought": sought(profile.name),
        "kind": profile.kind,
        "county": profile.address.county,
        "district": profile.address.district,
        "postal_code": profile.address.postal_code,
        "street": profile.address.street,
        "phone": profile.phone,
        "departments": profile.departments,
        "latitude": _millionths(place.latitude) if place else None,
        "longitude": _millionths(place.longitude) if place else None,
        "first_open": min((step_of(hours.opens) for hours in all_sessions), default=0),
        "last_close": max((step_of(hours.closes) for hours in all_sessions), default=0),
        **{f"open_{weekday}": weekdays.get(weekday, 0) for weekday in _WEEKDAYS},
        "holidays": tuple(of_day.day.isoformat() for of_day in profile.holiday_hours),
        "holiday_hours": tuple(str(packed(of_day.sessions)) for of_day in profile.holiday_hours),
    }


def _millionths(degrees: Decimal) -> int:
    return round(degrees * DEGREE)


def _changed(_: InstitutionRow, event: events.InstitutionChanged) -> dict[str, Any]:
    return _of_profile(event.profile)


def _suspended(_: InstitutionRow, event: events.InstitutionSuspended) -> dict[str, Any]:
    return {"suspended_since": event.since, "suspended_until": event.until}


def _resumed(_: InstitutionRow, __: events.InstitutionResumed) -> dict[str, Any]:
    return {"suspended_since": None, "suspended_until": None, "closed_since": None}


def _closed(_: InstitutionRow, event: events.InstitutionClosed) -> dict[str, Any]:
    return {"closed_since": event.since}


def _joined(row: InstitutionRow, event: events.ProgrammeJoined) -> dict[str, Any]:
    return _taking_part(row, event.programme, event.since, event.until or _NO_END)


def _left(row: InstitutionRow, event: events.ProgrammeLeft) -> dict[str, Any]:
    since = next(told.split(" ")[1] for told in row.participation if told.startswith(f"{event.programme} "))
    return _taking_part(row, event.programme, date.fromisoformat(since), event.until)


def _taking_part(row: InstitutionRow, programme: events.Programme, since: date, until: date) -> dict[str, Any]:
    others = (told for told in row.participation if not told.startswith(f"{programme} "))
    participation = tuple(sorted([*others, f"{programme} {since} {until}"]))
    return {"participation": participation, "programmes": tuple(told.split(" ")[0] for told in participation)}


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    events.InstitutionChanged: _changed,
    events.InstitutionSuspended: _suspended,
    events.InstitutionResumed: _resumed,
    events.InstitutionClosed: _closed,
    events.ProgrammeJoined: _joined,
    events.ProgrammeLeft: _left,
}


class Institutions(ReadModel[InstitutionRow]):
    """Every institution of the registry, open or not; its queries are in `institution_search`."""

    context = "identity"
    table = Table(
        "institutions",
        row=InstitutionRow,
        key=("code",),
        indexes=(("county", "district", "code"), ("latitude", "longitude")),
    )
    folds = (events.InstitutionRegistered, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The institution."""
        return ((_code_of(event),),)

    def evolve(self, key: Key, row: InstitutionRow | None, event: Event) -> InstitutionRow | None:  # noqa: ARG002 - the event names its row
        """The institution after the event."""
        if isinstance(event, events.InstitutionRegistered):
            return InstitutionRow(code=event.institution, **_AT_FIRST, **_of_profile(event.profile))
        if row is None:
            msg = f"{type(event).__name__} of an institution that was never registered"
            raise LookupError(msg)
        return replace(row, **_CHANGES[type(event)](row, event))
