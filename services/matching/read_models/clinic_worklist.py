"""What one clinic has been asked: a row for each case and preference, oldest first (DOMAIN §1.1 rows 22 to 24)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.matching import events
from services.matching.domain.policies import POLICIES
from services.matching.domain.statuses import EnrolmentStatus, PreferenceStatus
from services.matching.read_models.progress import BeginningMissing
from shared.calendar import taipei_day
from shared.events import event_name
from shared.read_models.model import Key, ReadModel, Table
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.matching.domain.policies import Policy
    from shared.events import Event


def ranks_under(policies: Iterable[Policy]) -> tuple[int, ...]:
    """志願序: every rank that any of these policies allows."""
    return tuple(range(1, max(policy.preferences for policy in policies) + 1))


RANKS = ranks_under(POLICIES)
"""Each has its row from the application on, seen by nobody until the institution is asked.

A policy that allows more makes another `version` of the model: cases that began before it need further rows.
"""

_OPEN = frozenset({PreferenceStatus.OFFERED, PreferenceStatus.ACCEPTED})
"""While its offer has one of these the case is in the clinic's hands."""

_TOLD = _OPEN | {PreferenceStatus.WAITING}
"""While a preference has one of these its row follows what is new of the family; who is out of it hears no more."""


class ClinicOffer(msgspec.Struct, frozen=True, gc=False):
    """One case at one preference (志願); `status` is that of the clinic's own offer, whatever became of the case.

    `birth_or_due_date` and `district` are opened from the child's data, and go when the child is forgotten. `ended_at`
    is when the case left the clinic's hands without an enrolment there, and `ended_with` the event that did it.
    """

    case_id: UUID
    rank: int
    case_no: str
    kind: events.CaseKind
    applied_on: date
    born: bool
    birth_order: int
    county: str
    district: str | None
    birth_or_due_date: date | None
    child_subject: SubjectId
    child: Sealed[events.Child]
    mother_subject: SubjectId
    mother: Sealed[events.Mother]
    contact: Sealed[events.Contact]
    institution: str = ""
    doctor: str = ""
    status: PreferenceStatus = PreferenceStatus.WAITING
    enrolment: EnrolmentStatus = EnrolmentStatus.NOT_ENROLLED
    offered_at: datetime | None = None
    due_by: datetime | None = None
    answered_at: datetime | None = None
    decline_reason: events.DeclineReason | None = None
    explanation: Sealed[events.FreeText] | None = None
    ended_at: datetime | None = None
    ended_with: str = ""
    signed_on: date | None = None
    enrolled_on: date | None = None

    def days_waiting(self, now: datetime) -> int:
        """Taipei days from the offer to the clinic's answer, or to `now` (aware) while none has come."""
        if self.offered_at is None:
            return 0
        return (taipei_day(self.answered_at or now) - taipei_day(self.offered_at)).days


def _answered(row: ClinicOffer, event: Event, status: PreferenceStatus) -> ClinicOffer:
    return replace(row, status=status, answered_at=event.timestamp, due_by=None)


def _offered(row: ClinicOffer, event: events.PreferenceOffered) -> ClinicOffer:
    return replace(
        row,
        institution=event.institution,
        doctor=event.doctor,
        status=PreferenceStatus.OFFERED,
        offered_at=event.timestamp,
        due_by=event.answer_by,
    )


def _accepted(row: ClinicOffer, event: events.InstitutionAccepted) -> ClinicOffer:
    return _answered(row, event, PreferenceStatus.ACCEPTED)


def _notice_requested(row: ClinicOffer, event: events.NoticeRequested) -> ClinicOffer:
    return replace(row, due_by=event.sign_by)


def _declined(row: ClinicOffer, event: events.InstitutionDeclined) -> ClinicOffer:
    declined = _answered(row, event, PreferenceStatus.DECLINED)
    return replace(declined, decline_reason=event.reason, explanation=event.explanation, **_ended(event))


def _over(status: PreferenceStatus) -> Callable[[ClinicOffer, Event], ClinicOffer]:
    """The clinic need do nothing more, for the reason that this status names."""
    return lambda row, event: replace(row, status=status, due_by=None, **_ended(event))


def _ended(event: Event) -> dict[str, Any]:
    return {"ended_at": event.timestamp, "ended_with": event_name(type(event).TOPIC)}  # type: ignore[attr-defined]


def _signed(row: ClinicOffer, event: events.NoticeSigned) -> ClinicOffer:
    return replace(row, due_by=None, signed_on=event.signed_on) if row.status in _OPEN else row


def _enrolled(row: ClinicOffer, event: events.CaseEnrolled) -> ClinicOffer:
    here = {"enrolled_on": event.enrolled_on} if row.status in _OPEN else {}
    return replace(row, enrolment=EnrolmentStatus.ENROLLED, **here)


def _enrolled_elsewhere(row: ClinicOffer, event: events.EnrolmentMismatchDetected) -> ClinicOffer:
    return replace(_let_go(row, event), enrolment=EnrolmentStatus.ENROLLED)


def _let_go(row: ClinicOffer, event: Event) -> ClinicOffer:
    return _over(PreferenceStatus.RELEASED)(row, event) if row.status in _OPEN else row


def _contact_changed(row: ClinicOffer, event: events.ContactChanged) -> ClinicOffer:
    return replace(row, contact=event.contact) if row.status in _TOLD else row


_FOLDS: dict[type[Event], Callable[[Any, Any], ClinicOffer]] = {
    events.PreferenceOffered: _offered,
    events.InstitutionAccepted: _accepted,
    events.NoticeRequested: _notice_requested,
    events.InstitutionDeclined: _declined,
    events.OfferExpired: _over(PreferenceStatus.EXPIRED),
    events.NoticeLapsed: _over(PreferenceStatus.LAPSED),
    events.NoticeReleased: _over(PreferenceStatus.RELEASED),
    events.OfferWithdrawn: _over(PreferenceStatus.TAKEN_BACK),
    events.NoticeSigned: _signed,
    events.CaseEnrolled: _enrolled,
    events.EnrolmentMismatchDetected: _enrolled_elsewhere,
    events.CaseWithdrawn: _let_go,
    events.ContactChanged: _contact_changed,
}


class ClinicWorklist(ReadModel[ClinicOffer]):
    """Cases that a clinic has been asked to take, each at the preference at which it was asked."""

    context = "matching"
    version = 3
    table = Table(
        "clinic_worklist",
        row=ClinicOffer,
        key=("case_id", "rank"),
        indexes=(("institution", "offered_at", "case_id", "rank"), ("mother_subject",), ("case_no",)),
        subjects=("child_subject",),
        personal=("birth_or_due_date", "district"),
    )
    folds = (events.CaseSubmitted, events.ChildBorn, *_FOLDS)

    def subjects(self, event: Event) -> Iterable[SubjectId]:
        """The child, whose birth date and district are opened."""
        if isinstance(event, events.CaseSubmitted | events.ChildBorn):
            return (event.child_subject,)
        return ()

    def keys(self, event: Event) -> Iterable[Key]:
        """The preference the event names; every preference that a case can have where it names none."""
        rank = getattr(event, "rank", None)
        return [(event.originator_id, rank) for rank in (RANKS if rank is None else (rank,))]

    def evolve(self, key: Key, row: ClinicOffer | None, event: Event) -> ClinicOffer | None:
        """The offer after the event."""
        if isinstance(event, events.CaseSubmitted):
            return self._submitted(key[1], event)
        if row is None:
            raise BeginningMissing(event)
        if isinstance(event, events.ChildBorn):
            return self._born(row, event)
        return _FOLDS[type(event)](row, event)

    def _submitted(self, rank: int, event: events.CaseSubmitted) -> ClinicOffer:
        return ClinicOffer(
            case_id=event.originator_id,
            rank=rank,
            case_no=event.case_no,
            kind=event.kind,
            applied_on=taipei_day(event.timestamp),
            born=event.born,
            birth_order=event.birth_order,
            county=event.county,
            child_subject=event.child_subject,
            child=event.child,
            mother_subject=event.mother_subject,
            mother=event.mother,
            contact=event.contact,
            **self._opened(event.child),
        )

    def _born(self, row: ClinicOffer, event: events.ChildBorn) -> ClinicOffer:
        if row.status not in _TOLD:
            return row
        return replace(
            row,
            born=True,
            birth_order=event.birth_order,
            county=event.county,
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
