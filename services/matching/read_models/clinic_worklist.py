"""What one clinic has been asked: a row for each case and preference, oldest first (DOMAIN §1.1 rows 22 to 24)."""

from __future__ import annotations

from dataclasses import dataclass
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
from shared.principal import Principal, Role
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from services.matching.domain.policies import Policy
    from shared.events import Event
    from shared.read_models.reader import Reader


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

    `birth_or_due_date` and `district` are opened from the child's data, and go when the child is forgotten.
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
    return replace(declined, decline_reason=event.reason, explanation=event.explanation)


def _expired(row: ClinicOffer, _: events.OfferExpired) -> ClinicOffer:
    return replace(row, status=PreferenceStatus.EXPIRED, due_by=None)


def _lapsed(row: ClinicOffer, _: events.NoticeLapsed) -> ClinicOffer:
    return replace(row, status=PreferenceStatus.LAPSED, due_by=None)


def _taken_back(row: ClinicOffer, _: events.OfferWithdrawn) -> ClinicOffer:
    return replace(row, status=PreferenceStatus.TAKEN_BACK, due_by=None)


def _released(row: ClinicOffer, _: events.NoticeReleased) -> ClinicOffer:
    return replace(row, status=PreferenceStatus.RELEASED, due_by=None)


def _signed(row: ClinicOffer, _: events.NoticeSigned) -> ClinicOffer:
    return replace(row, due_by=None) if row.status in _OPEN else row


def _enrolled(row: ClinicOffer, _: events.CaseEnrolled) -> ClinicOffer:
    return replace(row, enrolment=EnrolmentStatus.ENROLLED)


def _enrolled_elsewhere(row: ClinicOffer, _: events.EnrolmentMismatchDetected) -> ClinicOffer:
    return replace(_let_go(row), enrolment=EnrolmentStatus.ENROLLED)


def _withdrawn(row: ClinicOffer, _: events.CaseWithdrawn) -> ClinicOffer:
    return _let_go(row)


def _let_go(row: ClinicOffer) -> ClinicOffer:
    return replace(row, status=PreferenceStatus.RELEASED, due_by=None) if row.status in _OPEN else row


def _contact_changed(row: ClinicOffer, event: events.ContactChanged) -> ClinicOffer:
    return replace(row, contact=event.contact) if row.status in _TOLD else row


_FOLDS: dict[type[Event], Callable[[Any, Any], ClinicOffer]] = {
    events.PreferenceOffered: _offered,
    events.InstitutionAccepted: _accepted,
    events.NoticeRequested: _notice_requested,
    events.InstitutionDeclined: _declined,
    events.OfferExpired: _expired,
    events.NoticeLapsed: _lapsed,
    events.NoticeReleased: _released,
    events.OfferWithdrawn: _taken_back,
    events.NoticeSigned: _signed,
    events.CaseEnrolled: _enrolled,
    events.EnrolmentMismatchDetected: _enrolled_elsewhere,
    events.CaseWithdrawn: _withdrawn,
    events.ContactChanged: _contact_changed,
}


@dataclass(frozen=True)
class WorklistFilters:
    """What to look for; an empty field asks for everything in the principal's own reach.

    `mother` is the vault's subject of the identifier typed in. Dates are inclusive; a `birth` date of an unborn child
    is its due date.
    """

    county: str | None = None
    district: str | None = None
    birth_from: date | None = None
    birth_until: date | None = None
    mother: SubjectId | None = None
    birth_orders: tuple[int, ...] = ()
    enrolments: tuple[EnrolmentStatus, ...] = ()
    institution: str | None = None
    doctor: str | None = None
    applied_from: date | None = None
    applied_until: date | None = None
    case_no: str | None = None
    statuses: tuple[PreferenceStatus, ...] = ()


class ClinicWorklist(ReadModel[ClinicOffer]):
    """Cases that a clinic has been asked to take, each at the preference at which it was asked."""

    context = "matching"
    version = 2
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


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the list ends."""

    offered_at: datetime
    case_id: UUID
    rank: int


_OWN = (
    "institution = %(own_institution)s",
    "doctor = any(%(own_doctors)s)",
    "offered_at is not null",
)
"""Row 23 of DOMAIN §1.1: only cases that chose a doctor whom the caller is or acts for, and only once asked."""

_FILTERS = {
    "county": "county = %(county)s",
    "district": "district = %(district)s",
    "birth_from": "birth_or_due_date >= %(birth_from)s",
    "birth_until": "birth_or_due_date <= %(birth_until)s",
    "mother": "mother_subject = %(mother)s",
    "birth_orders": "birth_order = any(%(birth_orders)s)",
    "enrolments": "enrolment = any(%(enrolments)s)",
    "institution": "institution = %(institution)s",
    "doctor": "doctor = %(doctor)s",
    "applied_from": "applied_on >= %(applied_from)s",
    "applied_until": "applied_on <= %(applied_until)s",
    "case_no": "case_no = %(case_no)s",
    "statuses": "status = any(%(statuses)s)",
}


def worklist(
    reader: Reader,
    principal: Principal,
    filters: WorklistFilters | None = None,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ClinicOffer]:
    """家長媒合工具申請案件查詢: a page of the caller's own offers, the longest waiting first.

    Nobody but a doctor or case manager sees anything. Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    own = _own(principal)
    if own is None:
        return Page(())
    asked = {name: value for name, value in vars(filters or WorklistFilters()).items() if value not in (None, ())}
    conditions = [*_OWN, *(_FILTERS[name] for name in asked)]
    parameters = own | {name: list(value) if isinstance(value, tuple) else value for name, value in asked.items()}
    if cursor is not None:
        place = place_of(cursor, _Place)
        conditions.append("(offered_at, case_id, rank) > (%(after_at)s, %(after_case)s, %(after_rank)s)")
        parameters |= {"after_at": place.offered_at, "after_case": place.case_id, "after_rank": place.rank}
    found = reader.rows(
        ClinicOffer,
        f"select * from clinic_worklist where {' and '.join(conditions)}"
        " order by offered_at, case_id, rank limit %(rows)s",
        {**parameters, "rows": limit + 1},
    )
    return page_of(found, limit, _place)


def offer(reader: Reader, case_id: UUID, principal: Principal) -> ClinicOffer | None:
    """The caller's newest offer of one case; None where no doctor whom the caller acts for was asked."""
    own = _own(principal)
    if own is None:
        return None
    conditions = " and ".join((*_OWN, "case_id = %(case_id)s"))
    query = f"select * from clinic_worklist where {conditions} order by rank desc limit 1"
    return reader.one(ClinicOffer, query, {**own, "case_id": case_id})


def accepted_offers(reader: Reader, principal: Principal, case_ids: Sequence[UUID]) -> list[ClinicOffer]:
    """Those of these cases that the caller's doctors have accepted and not yet enrolled: what can be exported."""
    own = _own(principal)
    if own is None:
        return []
    conditions = " and ".join((*_OWN, "case_id = any(%(cases)s)", "status = 'accepted'", "enrolment = 'not_enrolled'"))
    query = f"select * from clinic_worklist where {conditions} order by offered_at, case_id"
    return reader.rows(ClinicOffer, query, {**own, "cases": list(case_ids)})


def _own(principal: Principal) -> dict[str, Any] | None:
    """What the caller's own offers have in common; None where there can be none."""
    if principal.role not in {Role.DOCTOR, Role.CASE_MANAGER} or principal.institution is None:
        return None
    return {"own_institution": principal.institution, "own_doctors": sorted(principal.acts_for)}


def _place(row: ClinicOffer) -> _Place:
    if row.offered_at is None:
        raise LookupError(f"{row.case_no} was never offered at rank {row.rank}")
    return _Place(row.offered_at, row.case_id, row.rank)
