"""支援: every support that was approved, how it stands, and who may look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.support import events
from services.support.domain.access import OVERSEERS
from services.support.domain.states import SupportState
from services.support.events import CancelledBy, PlaceKind, RecordedBy
from services.support.read_models.beginnings import BeginningMissing
from services.support.read_models.known_institutions import sought
from shared.access import BUREAU
from shared.calendar import end_of_day, start_of_day
from shared.principal import Role
from shared.read_models.filters import asked_of
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Listing, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader


MOST_SUPPORTERS = 500
"""Practitioners that are offered to choose from."""


class SupportRow(msgspec.Struct, frozen=True, gc=False):
    """One support; `terms` are those that hold, `asked` those of a change under review (`pending_case_no`).

    `place_sought` is the name of the place as it is searched. `source` is the system before, where that approved it:
    `approved_at` is then when it was brought over.
    """

    id: UUID
    application: UUID
    case_no: str
    recorded_by: RecordedBy
    practitioner: str
    institution: str
    county: str
    place_kind: PlaceKind
    place_code: str
    place_name: str
    place_sought: str
    place_county: str
    department: str
    terms: events.Terms
    attachments: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    approved_at: datetime
    state: SupportState = SupportState.APPROVED
    asked: events.Terms | None = None
    pending_case_no: str = ""
    cancelled_at: datetime | None = None
    cancelled_by: CancelledBy | None = None
    source: str = ""


def _approved(key: Key, event: events.SupportApproved) -> SupportRow:
    return SupportRow(
        id=key[0],
        application=event.application,
        case_no=event.case_no,
        recorded_by=event.recorded_by,
        practitioner=event.practitioner,
        institution=event.institution,
        county=event.county,
        place_kind=event.place.kind,
        place_code=event.place.code,
        place_name=event.place.name,
        place_sought=sought(event.place.name),
        place_county=event.place.county,
        department=event.department,
        terms=event.terms,
        attachments=event.attachments,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        approved_at=event.timestamp,
        source=event.source if isinstance(event, events.SupportBroughtOver) else "",
    )


def _amend_requested(event: events.AmendRequested) -> dict[str, Any]:
    return {"state": SupportState.AMEND_PENDING, "asked": event.after, "pending_case_no": event.case_no}


def _cancel_requested(event: events.CancelRequested) -> dict[str, Any]:
    return {"state": SupportState.CANCEL_PENDING, "pending_case_no": event.case_no}


def _amended(event: events.SupportAmended) -> dict[str, Any]:
    return {**_settled(event), "terms": event.after, "starts_at": event.starts_at, "ends_at": event.ends_at}


def _settled(_: Event) -> dict[str, Any]:
    return {"state": SupportState.APPROVED, "asked": None, "pending_case_no": ""}


def _cancelled(event: events.SupportCancelled) -> dict[str, Any]:
    ended = {"cancelled_at": event.timestamp, "cancelled_by": event.cancelled_by}
    return {**_settled(event), "state": SupportState.CANCELLED, **ended}


_CHANGES: dict[type[Event], Callable[[Any], dict[str, Any]]] = {
    events.AmendRequested: _amend_requested,
    events.CancelRequested: _cancel_requested,
    events.SupportAmended: _amended,
    events.AmendDenied: _settled,
    events.CancelDenied: _settled,
    events.ChangeReturned: _settled,
    events.SupportCancelled: _cancelled,
}


class Supports(ReadModel[SupportRow]):
    """A row for each support there ever was."""

    context = "support"
    table = Table(
        "supports",
        row=SupportRow,
        key=("id",),
        indexes=(
            ("institution", "starts_at", "id"),
            ("place_code", "starts_at", "id"),
            ("practitioner", "starts_at", "id"),
            ("county", "starts_at", "id"),
            ("case_no",),
        ),
    )
    folds = (events.SupportApproved, events.SupportBroughtOver, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The support."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: SupportRow | None, event: Event) -> SupportRow | None:
        """The support after the event."""
        if isinstance(event, events.SupportApproved):
            return _approved(key, event)
        if row is None:
            raise BeginningMissing(event)
        return replace(row, **_CHANGES[type(event)](event))


@dataclass(frozen=True)
class SupportFilters:
    """What to look for; an empty field asks for everything. Days are Taipei's, inclusive; any day in common counts.

    `institution` is the home (支援機構), `place` the code of the supported place (被支援機構); either is found
    by a part of its name too, `institution_named` and `place_named`.
    """

    states: tuple[SupportState, ...] = ()
    case_no: str | None = None
    practitioner: str | None = None
    institution: str | None = None
    institution_named: str | None = None
    place: str | None = None
    place_named: str | None = None
    first: date | None = None
    last: date | None = None


class SupportCounts(msgspec.Struct, frozen=True):
    """有效報備支援人數: how many supports of a home have not ended at a moment, and of how many practitioners."""

    supports: int
    practitioners: int


class _Place(msgspec.Struct, frozen=True):
    """Where a page of a list ends."""

    starts_at: datetime
    id: UUID


_LISTING = Listing("supports", SupportRow, _Place)
_NAMES = ("institution_named", "place_named")
_FILTERS = {
    "states": "state = any(%(states)s)",
    "case_no": "case_no = %(case_no)s",
    "practitioner": "practitioner = %(practitioner)s",
    "institution": "institution = %(institution)s",
    "institution_named": """
    institution in (select code from known_institutions where strpos(sought, %(institution_named)s) > 0)
    """,
    "place": "place_code = %(place)s",
    "place_named": "strpos(place_sought, %(place_named)s) > 0",
    "first": "ends_at >= %(first)s",
    "last": "starts_at <= %(last)s",
}


def _asked(filters: SupportFilters) -> dict[str, Any]:
    """What is asked for, names as they are searched."""
    return {name: sought(value) if name in _NAMES else value for name, value in asked_of(filters).items()}


def supports_seen(
    reader: Reader, principal: Principal, filters: SupportFilters, *, limit: int = 50, cursor: str | None = None
) -> Page[SupportRow]:
    """A page of the supports that the caller may see, the first to begin first.

    A practitioner sees their own, an institution those held from it (本院支援他院) and those it receives
    (他院支援本院), a bureau those of its county at either end, the overseers all. Raises PageTooLong, CursorUnknown.
    """
    whose, parameters = _seen_by(principal)
    asked = _asked(filters)
    if filters.first is not None:
        asked["first"] = start_of_day(filters.first)
    if filters.last is not None:
        asked["last"] = end_of_day(filters.last)
    conditions = [whose, *(_FILTERS[name] for name in asked)]
    return _LISTING.page(reader, conditions, asked | parameters, limit=limit, cursor=cursor)


def supporters_seen(reader: Reader, principal: Principal, filters: SupportFilters) -> list[str]:
    """The numbers of those who hold the supports that the caller may see, `MOST_SUPPORTERS` at most."""
    whose, parameters = _seen_by(principal)
    asked = _asked(filters)
    conditions = " and ".join([whose, *(_FILTERS[name] for name in asked)])
    query = f"""
    select distinct practitioner from supports where {conditions} order by practitioner limit {MOST_SUPPORTERS}
    """
    return reader.scalars(query, asked | parameters)


def support_seen(reader: Reader, principal: Principal, support_id: UUID) -> SupportRow | None:
    """One support, where the caller may see it."""
    whose, parameters = _seen_by(principal)
    query = f"select * from supports where id = %(id)s and {whose}"
    return reader.one(SupportRow, query, parameters | {"id": support_id})


def counts_of(reader: Reader, principal: Principal, now: datetime) -> SupportCounts:
    """What the caller holds at `now` (aware): an institution by all its staff, a practitioner by themselves."""
    column = "institution" if principal.role is Role.INSTITUTION else "practitioner"
    own = [principal.institution] if principal.role is Role.INSTITUTION else sorted(principal.acts_for)
    query = f"""
    select count(*) as supports, count(distinct practitioner) as practitioners
    from supports where {column} = any(%(own)s) and state <> 'cancelled' and ends_at > %(now)s
    """
    return reader.one(SupportCounts, query, {"own": own, "now": now}) or SupportCounts(0, 0)


def _seen_by(principal: Principal) -> tuple[str, dict[str, Any]]:
    """Which supports the caller sees."""
    return ("true", {}) if any(principal.role in party.roles for party in OVERSEERS) else concerning(principal)


def concerning(principal: Principal) -> tuple[str, dict[str, Any]]:
    """Which supports, and which of their times, concern the caller at either end; none whoever else there is."""
    if principal.role is Role.PRACTITIONER:
        return "practitioner = any(%(own)s)", {"own": sorted(principal.acts_for)}
    if principal.role is Role.INSTITUTION:
        ours = "(institution = %(own)s or (place_code = %(own)s and place_kind = 'institution'))"
        return ours, {"own": principal.institution}
    if principal.role in BUREAU.roles:
        return "(county = %(own)s or place_county = %(own)s)", {"own": principal.jurisdiction}
    return "false", {}
