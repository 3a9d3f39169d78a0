"""What happens to an application (案件): drafted, filled in, submitted, decided (DOMAIN §2.3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.support.events.entries import (
    ApplicationKind,
    BatchKind,
    CaseNo,
    County,
    DenialReason,
    InstitutionCode,
    Line,
    LineFinding,
    NamedSupport,
    Practitioner,
    RecordedBy,
    ReturnReason,
    ReviewersRemarks,
)
from services.support.events.files import AttachedFile
from shared.events import Created, Event, published
from shared.sealing import Sealed


@published("support.SupportDrafted.v1")
class SupportDrafted(Created):
    """單筆申請, 變更, 註銷: an application was begun, under a number, for the staff of one home institution.

    `practitioner` is whoever applies for themselves, and empty where the institution does. `county` is the home
    institution's, whose bureau decides.
    """

    originator_id: UUID
    case_no: CaseNo
    kind: ApplicationKind
    recorded_by: RecordedBy
    institution: InstitutionCode
    practitioner: Practitioner
    county: County


@published("support.ScheduleSet.v1")
class ScheduleSet(Event):
    """時間輸入: these lines were added to a draft, or are so from now on; the others stay.

    A line that is another practitioner's from now on has none of the files that it had.
    """

    originator_id: UUID
    case_no: CaseNo
    lines: tuple[Line, ...]


@published("support.BatchImported.v1")
class BatchImported(Event):
    """整批匯入: the lines of a draft came from a workbook, which is known again by a keyed digest of its bytes.

    `taken` are the rows that became lines, by their numbers in the sheet; `refused` those at fault.
    """

    originator_id: UUID
    case_no: CaseNo
    recorded_by: RecordedBy
    institution: InstitutionCode
    practitioner: Practitioner
    kind: BatchKind
    digest: str
    taken: tuple[int, ...]
    refused: tuple[int, ...]


@published("support.SupportsNamed.v1")
class SupportsNamed(Event):
    """變更, 註銷: these approved supports were entered in a draft, with what is asked for; the others stay."""

    originator_id: UUID
    case_no: CaseNo
    supports: tuple[NamedSupport, ...]


@published("support.FileAttached.v1")
class FileAttached(Event):
    """附件: a file was attached to a line of a draft, and stays with it until that is another practitioner's."""

    originator_id: UUID
    case_no: CaseNo
    line: UUID
    file: AttachedFile


@published("support.FileDetached.v1")
class FileDetached(Event):
    """刪除附件 of a line."""

    originator_id: UUID
    case_no: CaseNo
    line: UUID
    file: UUID


@published("support.LinesRemoved.v1")
class LinesRemoved(Event):
    """刪除: these lines, or supports, are no longer part of a draft."""

    originator_id: UUID
    case_no: CaseNo
    lines: tuple[UUID, ...]


@published("support.SupportDiscarded.v1")
class SupportDiscarded(Event):
    """A draft was thrown away before anybody had been asked to decide."""

    originator_id: UUID
    case_no: CaseNo


@published("support.SupportSubmitted.v1")
class SupportSubmitted(Event):
    """送審, 重送: the bureau of the home county is asked to decide, by `due_by`, and may look at what was found.

    `number` counts the submissions from 1. `copied_to` are the counties of the places, where they are others.
    """

    originator_id: UUID
    case_no: CaseNo
    kind: ApplicationKind
    institution: InstitutionCode
    county: County
    number: int
    due_by: datetime
    copied_to: tuple[County, ...]
    findings: tuple[LineFinding, ...]


@published("support.ReviewAssigned.v1")
class ReviewAssigned(Event):
    """分案: somebody of the bureau looks after it; `reviewer` is their account."""

    originator_id: UUID
    case_no: CaseNo
    reviewer: str


@published("support.ApplicationApproved.v1")
class ApplicationApproved(Event):
    """核准: everything that the application asks for was granted; each support tells of itself."""

    originator_id: UUID
    case_no: CaseNo
    kind: ApplicationKind
    institution: InstitutionCode
    county: County
    copied_to: tuple[County, ...]


@published("support.SupportDenied.v1")
class SupportDenied(Event):
    """不核准: nothing of it was granted, for good; the explanation is sealed for whom it is about."""

    originator_id: UUID
    case_no: CaseNo
    kind: ApplicationKind
    institution: InstitutionCode
    county: County
    reason: DenialReason
    explanation: Sealed[ReviewersRemarks] | None


@published("support.SupportReturned.v1")
class SupportReturned(Event):
    """退回: something has to be mended; it keeps its number and may be submitted again."""

    originator_id: UUID
    case_no: CaseNo
    kind: ApplicationKind
    institution: InstitutionCode
    county: County
    reason: ReturnReason
    explanation: Sealed[ReviewersRemarks] | None
