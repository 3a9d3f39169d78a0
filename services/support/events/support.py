"""What happens to one approved support (支援): granted, asked to be changed, changed, cancelled (DOMAIN §2.3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.support.events.entries import (
    CancelledBy,
    CaseNo,
    County,
    DenialReason,
    Department,
    InstitutionCode,
    Practitioner,
    RecordedBy,
    SupportedPlace,
    Terms,
)
from shared.blob_digests import BlobDigest
from shared.events import Created, Event, published


@published("support.SupportApproved.v1")
class SupportApproved(Created):
    """已核准: a practitioner may work at a place other than the home institution, at these times.

    `starts_at` and `ends_at` are the first and the last moment of the schedule.
    """

    originator_id: UUID
    application: UUID
    case_no: CaseNo
    recorded_by: RecordedBy
    practitioner: Practitioner
    institution: InstitutionCode
    county: County
    place: SupportedPlace
    department: Department
    terms: Terms
    attachments: tuple[BlobDigest, ...]
    starts_at: datetime
    ends_at: datetime


@published("support.SupportBroughtOver.v1")
class SupportBroughtOver(SupportApproved):
    """新舊系統銜接: a support that the system before has approved, and told the insurer of, is changed here now.

    `case_no` is its number there, and `source` that system; `application` is known to no other event.
    """

    source: str


@published("support.AmendRequested.v1")
class AmendRequested(Event):
    """案件變更申請中: the bureau was asked for other terms; those before hold until it has decided."""

    originator_id: UUID
    application: UUID
    case_no: CaseNo
    before: Terms
    after: Terms


@published("support.CancelRequested.v1")
class CancelRequested(Event):
    """案件註銷申請中: the bureau was asked to cancel the support, which holds until it has decided."""

    originator_id: UUID
    application: UUID
    case_no: CaseNo


@published("support.SupportAmended.v1")
class SupportAmended(Event):
    """變更核准: from now on the terms `after` hold; `starts_at` and `ends_at` are theirs."""

    originator_id: UUID
    application: UUID
    case_no: CaseNo
    practitioner: Practitioner
    institution: InstitutionCode
    county: County
    place: SupportedPlace
    department: Department
    before: Terms
    after: Terms
    starts_at: datetime
    ends_at: datetime


@published("support.AmendDenied.v1")
class AmendDenied(Event):
    """變更不核准: the terms stay as they were."""

    originator_id: UUID
    application: UUID
    case_no: CaseNo
    reason: DenialReason


@published("support.CancelDenied.v1")
class CancelDenied(Event):
    """註銷不核准: the support goes on."""

    originator_id: UUID
    application: UUID
    case_no: CaseNo
    reason: DenialReason


@published("support.ChangeReturned.v1")
class ChangeReturned(Event):
    """The application for a change was returned (退回): nothing is asked of this support until it comes again."""

    originator_id: UUID
    application: UUID
    case_no: CaseNo


@published("support.SupportCancelled.v1")
class SupportCancelled(Event):
    """註銷: the support holds no longer; `terms` are what it had. `case_no` is empty where a lock cancelled it."""

    originator_id: UUID
    application: UUID | None
    case_no: CaseNo
    cancelled_by: CancelledBy
    practitioner: Practitioner
    institution: InstitutionCode
    county: County
    place: SupportedPlace
    department: Department
    terms: Terms
