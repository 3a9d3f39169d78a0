"""收案名單: who is in the care of which doctor, enrolled through the platform or on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.matching import events
from services.matching.read_models.progress import BeginningMissing
from shared.principal import Principal, Role
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Direction, Listing, Page, check_limit
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class Enrolled(msgspec.Struct, frozen=True, gc=False):
    """One enrolment; `case_no` is empty where it was made on paper (現行系統收案資料)."""

    id: UUID
    case_no: str
    source: events.Source
    institution: str
    doctor: str
    enrolled_on: date
    birth_order: int
    county: str
    child: Sealed[events.Child]
    mother_subject: SubjectId
    mother: Sealed[events.Mother]
    contact: Sealed[events.Contact]
    closed_on: date | None = None
    closure_reason: events.ClosureReason | None = None


class Enrolments(ReadModel[Enrolled]):
    """A row for each enrolment there ever was."""

    context = "matching"
    table = Table("enrolments", row=Enrolled, key=("id",), indexes=(("institution", "enrolled_on", "id"),))
    folds = (events.EnrolmentRecorded, events.EnrolmentClosed, events.EnrolmentContactChanged)

    def keys(self, event: Event) -> Iterable[Key]:
        """The enrolment."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: Enrolled | None, event: Event) -> Enrolled | None:  # noqa: ARG002 - the event names its row
        """The enrolment after the event."""
        if isinstance(event, events.EnrolmentRecorded):
            return _recorded(event)
        if row is None:
            raise BeginningMissing(event)
        if isinstance(event, events.EnrolmentClosed):
            return replace(row, closed_on=event.closed_on, closure_reason=event.reason)
        if isinstance(event, events.EnrolmentContactChanged):
            return replace(row, contact=event.contact)
        return row


def _recorded(event: events.EnrolmentRecorded) -> Enrolled:
    return Enrolled(
        id=event.originator_id,
        case_no=event.case_no,
        source=event.source,
        institution=event.institution,
        doctor=event.doctor,
        enrolled_on=event.enrolled_on,
        birth_order=event.birth_order,
        county=event.county,
        child=event.child,
        mother_subject=event.mother_subject,
        mother=event.mother,
        contact=event.contact,
    )


class Listed(StrEnum):
    """Which enrolments are listed."""

    OPEN = "open"
    """收案中"""
    CLOSED = "closed"
    """已結案"""
    ALL = "all"


_LISTED = {Listed.OPEN: "closed_on is null", Listed.CLOSED: "closed_on is not null", Listed.ALL: "true"}


@dataclass(frozen=True)
class EnrolmentFilters:
    """What to look for; an empty field asks for everything. `mother` is the vault's subject of the number typed in."""

    doctor: str | None = None
    mother: SubjectId | None = None
    listed: Listed = Listed.OPEN


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the list ends."""

    enrolled_on: date
    id: UUID


_LISTING = Listing("enrolments", Enrolled, _Place, Direction.BACKWARDS)
_OWN = ("institution = %(institution)s", "doctor = any(%(doctors)s)")


def enrolments_of(
    reader: Reader, principal: Principal, filters: EnrolmentFilters, *, limit: int = 50, cursor: str | None = None
) -> Page[Enrolled]:
    """A page of those whom the caller's doctors have enrolled, the newest first; nobody but a clinic sees any.

    Raises PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    parameters = _own(principal)
    if parameters is None:
        return Page(())
    conditions = [*_OWN, _LISTED[filters.listed]]
    if filters.doctor is not None:
        conditions.append("doctor = %(doctor)s")
        parameters["doctor"] = filters.doctor
    if filters.mother is not None:
        conditions.append("mother_subject = %(mother)s")
        parameters["mother"] = filters.mother
    return _LISTING.page(reader, conditions, parameters, limit=limit, cursor=cursor)


def enrolment_of(reader: Reader, enrolment_id: UUID, principal: Principal) -> Enrolled | None:
    """The enrolment of this id; None where none of the caller's doctors made it."""
    own = _own(principal)
    if own is None:
        return None
    query = f"select * from enrolments where {' and '.join((*_OWN, 'id = %(id)s'))}"
    return reader.one(Enrolled, query, {**own, "id": enrolment_id})


def _own(principal: Principal) -> dict[str, Any] | None:
    """What the enrolments of the caller's doctors have in common; None where there can be none."""
    if principal.role not in {Role.DOCTOR, Role.CASE_MANAGER} or principal.institution is None:
        return None
    return {"institution": principal.institution, "doctors": sorted(principal.acts_for)}
