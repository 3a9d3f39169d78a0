"""What a health bureau has to see to: nobody found, waiting too long, enrolled elsewhere, agreed but not enrolled."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.read_models.actor import Actor
from services.matching.read_models.progress import MOVES, BeginningMissing, Progress, moved, opening
from shared.principal import Principal, Role
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class Queue(StrEnum):
    """One heap of the board; a case lies on one at most."""

    UNMATCHED = "unmatched"
    """全數未能媒合: the bureau helps the family find a doctor"""
    CLOSURE_OPEN = "closure_open"
    """待原院所結案: the bureau confirms the closure"""
    CLOSURE_OVERDUE = "closure_overdue"
    """待原院所結案, past its day"""
    OFFER_UNANSWERED = "offer_unanswered"
    """the institution had to be reminded, or is past its day"""
    NOTICE_UNSIGNED = "notice_unsigned"
    """待簽署通知函, its last day near or past"""
    MATCHED_NOT_ENROLLED = "matched_not_enrolled"
    """待簽署通知函, or signed and no enrolment has come yet: nothing to do so far"""
    ENROLLED_ELSEWHERE = "enrolled_elsewhere"
    """比對不一致"""


NOTICE_WARNING_DAYS = 7
"""A notice still unsigned this long before its last day is worth a phone call."""

ELSEWHERE_SHOWN_DAYS = 90
"""How long an enrolment elsewhere stays on the board: no event tells that the two institutions have settled it."""


class BoardCase(Progress, frozen=True, gc=False):
    """A case as the bureau of the county `bureau` sees it: the child's, or the former institution's while it closes.

    `lies_since` is when it came to where it is; `expected_institution` with whom it was agreed, where the child was
    enrolled elsewhere.
    """

    id: UUID
    case_no: str
    kind: events.CaseKind
    county: str
    bureau: str
    lies_since: datetime
    child: Sealed[events.Child]
    contact: Sealed[events.Contact]
    reminded: bool = False
    expected_institution: str = ""
    found_elsewhere_at: datetime | None = None

    @property
    def owner(self) -> Actor:
        """Who has to act; the bureau where nobody else has."""
        return self.waits_for or Actor.BUREAU


def _submitted(event: events.CaseSubmitted) -> BoardCase:
    return BoardCase(
        id=event.originator_id,
        case_no=event.case_no,
        kind=event.kind,
        county=event.county,
        bureau=event.county,
        lies_since=event.timestamp,
        child=event.child,
        contact=event.contact,
        **opening(event),
    )


def _offered(_: BoardCase, event: events.PreferenceOffered) -> dict[str, Any]:
    return {"reminded": False, "lies_since": event.timestamp}


def _reminded(_: BoardCase, __: events.OfferReminded) -> dict[str, Any]:
    return {"reminded": True}


def _lies_now(_: BoardCase, event: Event) -> dict[str, Any]:
    return {"lies_since": event.timestamp}


def _enrolled_elsewhere(_: BoardCase, event: events.EnrolmentMismatchDetected) -> dict[str, Any]:
    return {
        "lies_since": event.timestamp,
        "expected_institution": event.expected_institution,
        "found_elsewhere_at": event.timestamp,
    }


def _task_opened(_: BoardCase, event: events.BureauTaskOpened) -> dict[str, Any]:
    return {"bureau": event.county}


def _former_closed(row: BoardCase, event: events.PreviousEnrolmentClosed) -> dict[str, Any]:
    return {"bureau": row.county, "lies_since": event.timestamp}


def _withdrawn(row: BoardCase, event: events.CaseWithdrawn) -> dict[str, Any]:
    return {"bureau": row.county, "lies_since": event.timestamp}


def _born(row: BoardCase, event: events.ChildBorn) -> dict[str, Any]:
    moved_too = {"bureau": event.county} if row.bureau == row.county else {}
    return {"child": event.child, "county": event.county, **moved_too}


def _contact_changed(_: BoardCase, event: events.ContactChanged) -> dict[str, Any]:
    return {"contact": event.contact}


_OWN_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    events.PreferenceOffered: _offered,
    events.OfferReminded: _reminded,
    events.InstitutionAccepted: _lies_now,
    events.CaseUnmatched: _lies_now,
    events.NoticeSigned: _lies_now,
    events.CaseEnrolled: _lies_now,
    events.EnrolmentMismatchDetected: _enrolled_elsewhere,
    events.BureauTaskOpened: _task_opened,
    events.PreviousEnrolmentClosed: _former_closed,
    events.CaseWithdrawn: _withdrawn,
    events.ChildBorn: _born,
    events.ContactChanged: _contact_changed,
}


class BureauBoard(ReadModel[BoardCase]):
    """Every case under the bureau that answers for it, and the queue on which it lies at a given moment."""

    context = "matching"
    table = Table("bureau_board", row=BoardCase, key=("id",), indexes=(("bureau", "lies_since", "id"),))
    folds = tuple(dict.fromkeys((events.CaseSubmitted, *MOVES, *_OWN_CHANGES)))

    def keys(self, event: Event) -> Iterable[Key]:
        """The case."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: BoardCase | None, event: Event) -> BoardCase | None:  # noqa: ARG002 - the event names its row
        """The case after the event."""
        if isinstance(event, events.CaseSubmitted):
            return _submitted(event)
        if row is None:
            raise BeginningMissing(event)
        own = _OWN_CHANGES.get(type(event))
        return moved(row, event, **(own(row, event) if own else {}))


_NOTICE_NEAR = f"due_by < %(now)s + interval '{NOTICE_WARNING_DAYS} days'"

_LIES: dict[Queue, str] = {
    Queue.UNMATCHED: "match = 'unmatched' and found_elsewhere_at is null",
    Queue.CLOSURE_OPEN: "match = 'awaiting_closure' and (due_by is null or due_by >= %(now)s)",
    Queue.CLOSURE_OVERDUE: "match = 'awaiting_closure' and due_by < %(now)s",
    Queue.OFFER_UNANSWERED: "match = 'matching' and waits_for = 'institution' and (reminded or due_by < %(now)s)",
    Queue.NOTICE_UNSIGNED: f"match = 'awaiting_notice' and {_NOTICE_NEAR}",
    Queue.MATCHED_NOT_ENROLLED: f"match = 'awaiting_notice' and ({_NOTICE_NEAR}) is not true",
    Queue.ENROLLED_ELSEWHERE: f"found_elsewhere_at >= %(now)s - interval '{ELSEWHERE_SHOWN_DAYS} days'",
}
"""On which queue a case lies at the moment `now`; no two of these hold at once."""


class QueueCount(msgspec.Struct, frozen=True):
    """How many cases lie on one queue."""

    queue: Queue
    cases: int


class _Place(msgspec.Struct, frozen=True):
    """Where a page of a queue ends."""

    lies_since: datetime
    id: UUID


_COUNTS = f"""
select queue, count(*) as cases
from (
    select case {" ".join(f"when {condition} then '{queue}'" for queue, condition in _LIES.items())} end as queue
    from bureau_board
    where bureau = %(county)s
) as lying
where queue is not null
group by queue
"""


def queue_counts(reader: Reader, principal: Principal, now: datetime) -> dict[Queue, int]:
    """How many cases of the caller's county lie on each queue at `now` (aware); nobody but a bureau sees any."""
    county = _county(principal)
    if county is None:
        return dict.fromkeys(Queue, 0)
    found = reader.rows(QueueCount, _COUNTS, {"county": county, "now": now})
    return dict.fromkeys(Queue, 0) | {row.queue: row.cases for row in found}


def cases_on(  # noqa: PLR0913 - whose, which, when, and the page
    reader: Reader, principal: Principal, queue: Queue, now: datetime, *, limit: int = 50, cursor: str | None = None
) -> Page[BoardCase]:
    """A page of one queue of the caller's county at `now` (aware), the longest lying first.

    Nobody but a bureau sees anything. Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    county = _county(principal)
    if county is None:
        return Page(())
    conditions = ["bureau = %(county)s", _LIES[queue]]
    parameters: dict[str, Any] = {"county": county, "now": now, "rows": limit + 1}
    if cursor is not None:
        place = place_of(cursor, _Place)
        conditions.append("(lies_since, id) > (%(after_since)s, %(after_id)s)")
        parameters |= {"after_since": place.lies_since, "after_id": place.id}
    query = f"select * from bureau_board where {' and '.join(conditions)} order by lies_since, id limit %(rows)s"
    return page_of(reader.rows(BoardCase, query, parameters), limit, lambda row: _Place(row.lies_since, row.id))


def _county(principal: Principal) -> str | None:
    """Whose board the caller sees."""
    bureau = principal.role in {Role.BUREAU_MANAGER, Role.BUREAU_OFFICER}
    return principal.jurisdiction if bureau else None
