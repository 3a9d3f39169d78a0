"""What a clinic is told of the families that have asked for its doctors."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, PreferenceStatus
from shared.rpc.actions import ActionListed


class OfferListed(msgspec.Struct, frozen=True, kw_only=True):
    """One case at the preference (志願) at which one of the caller's doctors was asked.

    `status` is that of the clinic's own offer, whatever became of the case, `due_by` the day by which the clinic has to
    answer or the family to sign. `ended_at` is when the case left the clinic's hands without an enrolment there, and
    `ended_with` the event that did it. Who has been forgotten is None.
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
    child: events.Child | None
    mother: events.Mother | None
    contact: events.Contact | None
    institution: str
    institution_name: str
    doctor: str
    doctor_name: str
    status: PreferenceStatus
    enrolment: EnrolmentStatus
    offered_at: datetime | None
    due_by: datetime | None
    days_waiting: int
    answered_at: datetime | None
    decline_reason: events.DeclineReason | None
    explanation: events.FreeText | None
    ended_at: datetime | None
    ended_with: str
    signed_on: date | None
    enrolled_on: date | None


class ClinicCase(msgspec.Struct, frozen=True):
    """A case as its clinic's record shows it: the newest offer, those `earlier`, and what can be done now."""

    offer: OfferListed
    earlier: tuple[OfferListed, ...]
    actions: tuple[ActionListed, ...]


class EnrolmentListed(msgspec.Struct, frozen=True, kw_only=True):
    """收案: a child in the care of one of the caller's doctors; `case_no` is empty where it was enrolled on paper."""

    id: UUID
    case_no: str
    source: events.Source
    institution: str
    institution_name: str
    doctor: str
    doctor_name: str
    enrolled_on: date
    birth_order: int
    county: str
    child: events.Child | None
    mother: events.Mother | None
    contact: events.Contact | None
    closed_on: date | None
    closure_reason: events.ClosureReason | None


class ExportedFile(msgspec.Struct, frozen=True):
    """批次匯出檔: the file in base64, its SHA-256 in hex, and the cases in it, which are those that can be exported."""

    content: str
    digest: str
    case_ids: tuple[UUID, ...]
