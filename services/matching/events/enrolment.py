"""What happens to an enrolment: 收案, 結案, another way to reach the family."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.matching.events.entries import (
    CaseNo,
    Child,
    ClosureReason,
    Contact,
    County,
    Doctor,
    Institution,
    Mother,
    Source,
)
from shared.events import Created, Event, published
from shared.sealing import Sealed, SubjectId


@published("matching.EnrolmentRecorded.v1")
class EnrolmentRecorded(Created):
    """收案: a child is in the care of a doctor, through the platform (`case_no`) or on paper (現行系統收案資料)."""

    originator_id: UUID
    birth_subject: SubjectId
    child_subject: SubjectId
    child: Sealed[Child]
    mother_subject: SubjectId
    mother: Sealed[Mother]
    contact_subject: SubjectId
    contact: Sealed[Contact]
    birth_order: int
    county: County
    institution: Institution
    doctor: Doctor
    institution_county: County
    enrolled_on: date
    source: Source
    case_no: CaseNo = ""


@published("matching.EnrolmentClosed.v1")
class EnrolmentClosed(Event):
    """結案: the child is no longer in that doctor's care."""

    originator_id: UUID
    institution: Institution
    doctor: Doctor
    closed_on: date
    reason: ClosureReason
    source: Source


@published("matching.EnrolmentContactChanged.v1")
class EnrolmentContactChanged(Event):
    """An enrolled family can be reached at another phone or mail address."""

    originator_id: UUID
    contact_subject: SubjectId
    contact: Sealed[Contact]
    proved_by: Source
