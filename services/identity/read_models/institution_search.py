"""院所查詢: what families, clinics and bureaus ask of the institutions; the register is public, so anybody may ask.

All conditions are tried row by row. At 30,000 institutions that is faster than it need be (`bench/registry.py`), and
two characters of a Chinese name find no better index: the embedded PostgreSQL has no trigrams, and they begin at three.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from services.identity import events
from services.identity.domain.registry.refusals import WeekdayUnknown
from services.identity.read_models.institution_entry import InstitutionEntry, entry_of, hours_on
from services.identity.read_models.institutions import DEGREE, InstitutionRow, sought
from services.identity.read_models.packed_hours import is_held, is_open, step_of
from shared.calendar import TAIPEI, taipei_day
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.refusals import Refusal
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from shared.read_models.reader import Reader

LEAST_CHARACTERS = 2
"""查詢至少 2 個字 (S001, 新增被支援機構)."""
LONGEST_TEXT = 100
LONGEST_RADIUS = 50_000
"""Metres: across a county; farther is a question about counties."""
_METRES_A_DEGREE = 111_195
"""Of latitude, on a sphere of 6,371 km."""
_CODE_LENGTH = 10
_WEEKDAYS = range(1, 8)


class SearchTooShort(Refusal):
    """A search needs `least` characters of a name or a code."""


class SearchTooLong(Refusal):
    """A search takes `limit` characters."""


class RadiusOutOfRange(Refusal):
    """A radius is 1 to `limit` metres."""


class Listed(StrEnum):
    """Which institutions are listed."""

    IN_BUSINESS = "in_business"
    """開業: neither suspended nor closed on the day of the question"""
    ALL = "all"


@dataclass(frozen=True)
class Circle:
    """附近: a place in degrees of WGS 84, and a radius in metres."""

    latitude: Decimal
    longitude: Decimal
    metres: int = 0


@dataclass(frozen=True)
class InstitutionSearch:
    """What is sought; what is left out does not narrow the answer.

    `text` is a code, the beginning of one, or characters of a name. `open_at` is a moment (aware); `weekday` (1 Monday
    to 7 Sunday) and `session` ask about an ordinary week. Institutions without coordinates are in no circle.
    """

    text: str = ""
    county: str = ""
    district: str = ""
    kind: events.InstitutionKind | None = None
    department: str = ""
    programme: events.Programme | None = None
    near: Circle | None = None
    open_at: datetime | None = None
    weekday: int | None = None
    session: events.Session | None = None
    listed: Listed = Listed.IN_BUSINESS


class Found(msgspec.Struct, frozen=True):
    """An institution found, when it is open today, and how many metres away it is where a circle was asked for."""

    institution: InstitutionEntry
    hours_today: tuple[events.SessionHours, ...]
    metres: int | None


class _FoundRow(InstitutionRow, frozen=True, gc=False):
    metres: int


class _Place(msgspec.Struct, frozen=True):
    """Where a page ends."""

    metres: int
    code: str


_DISTANCE = f"""
(2 * 6371000 * asin(sqrt(least(1,
    power(sin(radians((latitude - %(latitude)s)::float8 / {DEGREE} / 2)), 2)
    + cos(radians(%(latitude)s::float8 / {DEGREE})) * cos(radians(latitude::float8 / {DEGREE}))
    * power(sin(radians((longitude - %(longitude)s)::float8 / {DEGREE} / 2)), 2)
))))::int8
"""
"""Metres along a great circle."""


def institution(reader: Reader, code: str) -> InstitutionEntry | None:
    """The institution of this code, in business or not."""
    row = reader.one(InstitutionRow, "select * from institutions where code = %(code)s", {"code": folded(code)})
    return entry_of(row) if row else None


def search(
    reader: Reader, sought_for: InstitutionSearch, now: datetime, *, limit: int = 50, cursor: str | None = None
) -> Page[Found]:
    """A page of institutions by code, or nearest first where a circle is asked for; as of `now` (aware).

    Raises SearchTooShort, SearchTooLong, RadiusOutOfRange, PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    conditions, parameters = _conditions(sought_for, taipei_day(now))
    distance, order = "0::int8", "code"
    if sought_for.near is not None:
        distance, order = _DISTANCE, "metres, code"
    after = ["true"] if sought_for.near is None else ["metres <= %(radius)s"]
    if cursor is not None:
        place = place_of(cursor, _Place)
        after.append("(metres, code) > (%(after_metres)s, %(after_code)s)")
        parameters |= {"after_metres": place.metres, "after_code": place.code}
    query = (
        f"select * from (select i.*, {distance} as metres from institutions i cross join lateral"
        f" (select {_hours(sought_for)} as hours offset 0) of_day where {' and '.join(conditions)}) found"
        f" where {' and '.join(after)} order by {order} limit %(rows)s"
    )
    found = reader.rows(_FoundRow, query, parameters | {"rows": limit + 1})
    page = page_of(found, limit, lambda row: _Place(row.metres, row.code))
    entries = ((entry_of(row), row.metres) for row in page.entries)
    is_near, today = sought_for.near is not None, taipei_day(now)
    found_today = (Found(entry, hours_on(entry, today), metres if is_near else None) for entry, metres in entries)
    return Page(tuple(found_today), page.following)


def _hours(sought_for: InstitutionSearch) -> str:
    """SQL: the packed hours of the day asked about; of a long holiday, where the institution tells them."""
    if sought_for.open_at is None:
        return "0::int8"
    day = sought_for.open_at.astimezone(TAIPEI).date()
    told = f"i.holiday_hours[array_position(i.holidays, '{day}')]::int8"
    return f"coalesce({told}, i.open_{day.isoweekday()})"


def _conditions(sought_for: InstitutionSearch, today: date) -> tuple[list[str], dict[str, Any]]:
    conditions, parameters = ["true"], dict[str, Any]()
    if text := folded(sought_for.text):
        conditions.append(_text_condition(text, parameters))
    equal = {
        "county": with_formal_tai(folded(sought_for.county)),
        "district": folded(sought_for.district),
        "kind": sought_for.kind or "",
    }
    for name, value in equal.items():
        if value:
            conditions.append(f"{name} = %({name})s")
            parameters[name] = str(value)
    if sought_for.department:
        conditions.append("%(department)s = any(departments)")
        parameters["department"] = sought_for.department
    if sought_for.programme is not None:
        conditions.append(_PROGRAMME)
        parameters |= {"programme": str(sought_for.programme), "today": today}
    if sought_for.listed == Listed.IN_BUSINESS:
        conditions.append("(closed_since is null or closed_since > %(today)s)")
        conditions.append("(suspended_since is null or suspended_since > %(today)s)")
        parameters["today"] = today
    if sought_for.near is not None:
        conditions.append(_circle_condition(sought_for.near, parameters))
    return conditions + _hours_conditions(sought_for), parameters


_PROGRAMME = """
%(programme)s = any(programmes) and exists (
    select from unnest(participation) as told
    where split_part(told, ' ', 1) = %(programme)s
        and split_part(told, ' ', 2)::date <= %(today)s and split_part(told, ' ', 3)::date >= %(today)s
)
"""


def _text_condition(text: str, parameters: dict[str, Any]) -> str:
    """A code or its beginning, in digits; otherwise characters of a name."""
    if len(text) < LEAST_CHARACTERS:
        raise SearchTooShort("text", least=LEAST_CHARACTERS)
    if len(text) > LONGEST_TEXT:
        raise SearchTooLong("text", limit=LONGEST_TEXT)
    if text.isdecimal() and len(text) <= _CODE_LENGTH:
        parameters["text"] = text
        return "(starts_with(code, %(text)s) or strpos(sought, %(text)s) > 0)"
    parameters["text"] = sought(text)
    return "strpos(sought, %(text)s) > 0"


def _circle_condition(near: Circle, parameters: dict[str, Any]) -> str:
    """The square around the circle; what lies in its corners the distance leaves out."""
    if not 1 <= near.metres <= LONGEST_RADIUS:
        raise RadiusOutOfRange("near.metres", limit=LONGEST_RADIUS)
    latitude, longitude = round(near.latitude * DEGREE), round(near.longitude * DEGREE)
    span = near.metres * DEGREE // _METRES_A_DEGREE + 1
    # In Taiwan a degree of longitude is never shorter than 0.88 of one of latitude.
    wide = span * 100 // 88
    parameters |= {"latitude": latitude, "longitude": longitude, "radius": near.metres}
    return (
        f"latitude between {latitude - span} and {latitude + span}"
        f" and longitude between {longitude - wide} and {longitude + wide}"
    )


def _hours_conditions(sought_for: InstitutionSearch) -> list[str]:
    conditions = []
    if sought_for.weekday is not None and sought_for.weekday not in _WEEKDAYS:
        raise WeekdayUnknown("weekday")
    if sought_for.open_at is not None:
        moment = sought_for.open_at.astimezone(TAIPEI)
        step = step_of(moment.time())
        conditions.append(f"first_open <= {step} and {step} < last_close")
        conditions.append(is_open("of_day.hours", moment))
    weekdays = _WEEKDAYS if sought_for.weekday is None else [sought_for.weekday]
    if sought_for.session is not None:
        held = (is_held(f"open_{weekday}", sought_for.session) for weekday in weekdays)
        conditions.append(f"({' or '.join(held)})")
    elif sought_for.weekday is not None:
        conditions.append(f"open_{sought_for.weekday} > 0")
    return conditions
