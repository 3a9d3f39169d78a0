"""案件查詢: whose applications a caller sees, by state and other filters, and what waits for the bureau."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from services.support.domain.access import OVERSEERS
from services.support.domain.states import ApplicationState, QueuePart
from services.support.events import ApplicationKind
from services.support.read_models.applications import ApplicationRow
from services.support.read_models.concerned import as_concerns
from services.support.read_models.known_institutions import sought
from shared.access import BUREAU
from shared.principal import Role
from shared.read_models.filters import asked_of
from shared.read_models.paging import Direction, Listing, Page, check_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.principal import Principal
    from shared.read_models.reader import Reader


@dataclass(frozen=True)
class ApplicationFilters:
    """What to look for; an empty field asks for everything.

    One line has to be at the supported place (被支援機構), by its code `place` or a part of its name `place_named`,
    between the days `first` and `last`, inclusive, and the times (支援時間) `starts` and `ends`. A schedule counts from
    its first day to its last, whichever days between them it leaves out.
    """

    states: tuple[ApplicationState, ...] = ()
    kinds: tuple[ApplicationKind, ...] = ()
    case_no: str | None = None
    practitioner: str | None = None
    institution: str | None = None
    place: str | None = None
    place_named: str | None = None
    first: date | None = None
    last: date | None = None
    starts: time | None = None
    ends: time | None = None
    reviewer: str | None = None


class Progress(msgspec.Struct, frozen=True):
    """申辦進度查詢: what anybody is told who holds the number, and no word of whom it is about."""

    case_no: str
    kind: ApplicationKind
    state: ApplicationState
    submitted_at: datetime | None
    due_by: datetime | None
    decided_at: datetime | None


class StateCount(msgspec.Struct, frozen=True):
    """How many applications of one kind the caller has in one state."""

    state: ApplicationState
    kind: ApplicationKind
    applications: int


@dataclass(frozen=True)
class QueueFilters:
    """What to look for in what waits for a bureau; an empty field asks for everything."""

    part: QueuePart = QueuePart.ALL
    reviewer: str | None = None
    kinds: tuple[ApplicationKind, ...] = ()
    case_no: str | None = None
    institution: str | None = None
    place: str | None = None


class QueueStanding(msgspec.Struct, frozen=True):
    """What waits for a bureau: in all, how many past its day, of nobody, of the caller, and since when the oldest."""

    waiting: int
    overdue: int
    unassigned: int
    yours: int
    oldest_since: datetime | None


class _Changed(msgspec.Struct, frozen=True):
    """Where a page of a list ends."""

    changed_at: datetime
    id: UUID


class _Submitted(msgspec.Struct, frozen=True):
    """Where a page of the queue ends."""

    submitted_at: datetime
    id: UUID


_CHANGED_LAST = Listing("applications", ApplicationRow, _Changed, Direction.BACKWARDS)
_WAITING_LONGEST = Listing("applications", ApplicationRow, _Submitted)
_FILTERS = {
    "states": "state = any(%(states)s)",
    "kinds": "kind = any(%(kinds)s)",
    "case_no": "case_no = %(case_no)s",
    "practitioner": "%(practitioner)s = any(practitioners)",
    "institution": "institution = %(institution)s",
    "reviewer": "reviewer = %(reviewer)s",
}
_PARTS = {
    QueuePart.ALL: "true",
    QueuePart.YOURS: "reviewer = %(caller)s",
    QueuePart.UNASSIGNED: "reviewer = ''",
    QueuePart.OVERDUE: "due_by < %(now)s",
}
_OF_A_LINE = {
    "place": "place ->> 'code' = %(place)s",
    "place_named": "strpos(sought, %(place_named)s) > 0",
    "first": "coalesce(at ->> 'last', at -> 'days' ->> -1) >= %(first)s::text",
    "last": "coalesce(at ->> 'first', at -> 'days' ->> 0) <= %(last)s::text",
    "starts": "(at ->> 'ends' > %(starts)s::text or at ->> 'first' < at ->> 'last' and at ->> 'kind' = 'continuous')",
    "ends": "(at ->> 'starts' < %(ends)s::text or at ->> 'first' < at ->> 'last' and at ->> 'kind' = 'continuous')",
}
"""What one and the same line has to meet: `at` is the schedule asked for, or of a cancellation the one that ends."""
_LINES = """
select e -> 'place' as place, e ->> 'sought' as sought,
    coalesce(e #> '{after,schedule}', e #> '{before,schedule}') as at
from json_array_elements(entries) e
"""


def applications_seen(
    reader: Reader, principal: Principal, filters: ApplicationFilters, *, limit: int = 50, cursor: str | None = None
) -> Page[ApplicationRow]:
    """A page of the applications that the caller may see, the last changed first.

    A practitioner sees their own and those about them, an institution its staff's, a bureau what was submitted to it
    or copied to it, insurer, operator and auditor what was submitted; of each only what concerns them.
    Raises PageTooLong, CursorUnknown.
    """
    conditions, parameters = _asked(principal, filters)
    page = _CHANGED_LAST.page(reader, conditions, parameters, limit=limit, cursor=cursor)
    return Page(tuple(as_concerns(row, principal) for row in page.entries), page.following)


def state_counts(reader: Reader, principal: Principal) -> list[StateCount]:
    """How many applications the caller sees in each state and of each kind, those without any left out."""
    conditions, parameters = _asked(principal, ApplicationFilters())
    query = f"""
    select state, kind, count(*) as applications from applications
    where {" and ".join(conditions)} group by state, kind
    """
    counted = {(row.state, row.kind): row for row in reader.rows(StateCount, query, parameters)}
    every = ((state, kind) for state in ApplicationState for kind in ApplicationKind)
    return [counted[one] for one in every if one in counted]


def application_seen(reader: Reader, principal: Principal, application_id: UUID) -> ApplicationRow | None:
    """What concerns the caller of one application, where they may see it."""
    whose, parameters = _seen_by(principal)
    query = f"select * from applications where id = %(id)s and {whose}"
    row = reader.one(ApplicationRow, query, parameters | {"id": application_id})
    return as_concerns(row, principal) if row else None


def progress_of(reader: Reader, case_no: str) -> Progress | None:
    """How far the application of this number has come; nothing of drafts, which nobody has been shown."""
    query = "select * from applications where case_no = %s and submitted_at is not null"
    row = reader.one(ApplicationRow, query, (case_no,))
    if row is None:
        return None
    return Progress(row.case_no, row.kind, row.state, row.submitted_at, row.due_by, row.decided_at)


def review_queue(  # noqa: PLR0913 - whose queue, which part of it, and by which clock
    reader: Reader,
    principal: Principal,
    filters: QueueFilters,
    now: datetime,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ApplicationRow]:
    """A page of what waits for the caller's bureau at `now` (aware), the longest waiting first.

    Nobody but a bureau sees anything. Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    if principal.role not in BUREAU.roles:
        return Page(())
    asked = asked_of(filters)
    part = _PARTS[asked.pop("part")]
    conditions = ["county = %(county)s", "state = 'under_review'", part, *_conditions(asked)]
    parameters: dict[str, Any] = {"county": principal.jurisdiction, "caller": principal.id, "now": now, **asked}
    return _WAITING_LONGEST.page(reader, conditions, parameters, limit=limit, cursor=cursor)


def queue_standing(reader: Reader, principal: Principal, now: datetime) -> QueueStanding:
    """What waits for the caller's bureau at `now` (aware)."""
    query = """
    select
        count(*) as waiting,
        count(*) filter (where due_by < %(now)s) as overdue,
        count(*) filter (where reviewer = '') as unassigned,
        count(*) filter (where reviewer = %(caller)s) as yours,
        min(submitted_at) as oldest_since
    from applications
    where county = %(county)s and state = 'under_review'
    """
    county = principal.jurisdiction if principal.role in BUREAU.roles else None
    found = reader.one(QueueStanding, query, {"county": county, "caller": principal.id, "now": now})
    return found or QueueStanding(0, 0, 0, 0, None)


def _asked(principal: Principal, filters: ApplicationFilters) -> tuple[list[str], dict[str, Any]]:
    asked = asked_of(filters)
    if filters.place_named is not None:
        asked["place_named"] = sought(filters.place_named)
    whose, parameters = _seen_by(principal)
    return [whose, "state <> 'discarded'", *_conditions(asked)], asked | parameters


def _conditions(asked: Iterable[str]) -> Iterator[str]:
    """What an application has to meet that these filters ask for."""
    names = tuple(asked)
    yield from (_FILTERS[name] for name in names if name in _FILTERS)
    if of_a_line := [_OF_A_LINE[name] for name in names if name in _OF_A_LINE]:
        yield f"exists (select from ({_LINES}) lines where {' and '.join(of_a_line)})"


def _seen_by(principal: Principal) -> tuple[str, dict[str, Any]]:
    """Which applications the caller sees."""
    if principal.role is Role.PRACTITIONER:
        own = "(practitioner = any(%(own)s) or concerned && %(own)s)"
        return own, {"own": sorted(principal.acts_for)}
    if principal.role is Role.INSTITUTION:
        return "institution = %(own)s", {"own": principal.institution}
    if principal.role in BUREAU.roles:
        ours = "submitted_at is not null and (county = %(own)s or %(own)s = any(copied_to))"
        return ours, {"own": principal.jurisdiction}
    if any(principal.role in party.roles for party in OVERSEERS):
        return "submitted_at is not null", {}
    return "false", {}
