"""What a health bureau has to see to: nobody found, waiting too long, enrolled elsewhere, agreed but not enrolled."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec.structs import replace

from services.matching import events
from services.matching.read_models.actor import Actor
from services.matching.read_models.progress import MOVES, BeginningMissing, Progress, moved, opening
from shared.read_models.model import Key, ReadModel, Table
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event


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

    `lies_since` is when it came to where it is; `asked_county` where the institution is that is asked or has agreed;
    `expected_institution` with whom it was agreed, where the child was enrolled elsewhere. `birth_or_due_date` and
    `district` are opened from the child's data, and go when the child is forgotten.
    """

    id: UUID
    case_no: str
    kind: events.CaseKind
    county: str
    bureau: str
    applied_at: datetime
    lies_since: datetime
    born: bool
    birth_order: int
    district: str | None
    birth_or_due_date: date | None
    child_subject: SubjectId
    child: Sealed[events.Child]
    mother_subject: SubjectId
    contact: Sealed[events.Contact]
    asked_county: str = ""
    reminded: bool = False
    expected_institution: str = ""
    found_elsewhere_at: datetime | None = None

    @property
    def owner(self) -> Actor:
        """Who has to act; the bureau where nobody else has."""
        return self.waits_for or Actor.BUREAU


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
    events.ContactChanged: _contact_changed,
}


class BureauBoard(ReadModel[BoardCase]):
    """Every case under the bureau that answers for it, and the queue on which it lies at a given moment."""

    context = "matching"
    version = 2
    table = Table(
        "bureau_board",
        row=BoardCase,
        key=("id",),
        indexes=(
            ("bureau", "lies_since", "id"),
            ("county", "applied_at", "id"),
            ("asked_county",),
            ("case_no",),
            ("mother_subject",),
        ),
        subjects=("child_subject",),
        personal=("birth_or_due_date", "district"),
    )
    folds = tuple(dict.fromkeys((events.CaseSubmitted, events.ChildBorn, *MOVES, *_OWN_CHANGES)))

    def subjects(self, event: Event) -> Iterable[SubjectId]:
        """The child, whose birth date and district are opened."""
        if isinstance(event, events.CaseSubmitted | events.ChildBorn):
            return (event.child_subject,)
        return ()

    def keys(self, event: Event) -> Iterable[Key]:
        """The case."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: BoardCase | None, event: Event) -> BoardCase | None:  # noqa: ARG002 - the event names its row
        """The case after the event."""
        if isinstance(event, events.CaseSubmitted):
            return self._submitted(event)
        if row is None:
            raise BeginningMissing(event)
        if isinstance(event, events.ChildBorn):
            return self._born(row, event)
        own = _OWN_CHANGES.get(type(event))
        return _at_its_county(moved(row, event, **(own(row, event) if own else {})))

    def _submitted(self, event: events.CaseSubmitted) -> BoardCase:
        return BoardCase(
            id=event.originator_id,
            case_no=event.case_no,
            kind=event.kind,
            county=event.county,
            bureau=event.county,
            applied_at=event.timestamp,
            lies_since=event.timestamp,
            born=event.born,
            birth_order=event.birth_order,
            child_subject=event.child_subject,
            child=event.child,
            mother_subject=event.mother_subject,
            contact=event.contact,
            **self._opened(event.child),
            **opening(event),
        )

    def _born(self, row: BoardCase, event: events.ChildBorn) -> BoardCase:
        return replace(
            row,
            born=True,
            birth_order=event.birth_order,
            county=event.county,
            bureau=event.county if row.bureau == row.county else row.bureau,
            child_subject=event.child_subject,
            child=event.child,
            **self._opened(event.child),
        )

    def _opened(self, sealed: Sealed[events.Child]) -> dict[str, Any]:
        """The personal columns; empty of a child who has been forgotten."""
        child = self.opener.open(sealed, events.Child)
        if child is None:
            return {"birth_or_due_date": None, "district": None}
        return {"birth_or_due_date": child.birth_date or child.due_date, "district": child.residence.district}


def _at_its_county(row: BoardCase) -> BoardCase:
    """The row with the county of whoever is asked or has agreed, none while nobody is."""
    held = row.held
    county = held.county if held else ""
    return row if row.asked_county == county else replace(row, asked_county=county)
