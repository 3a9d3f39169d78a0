"""What people and processes may ask of matching, in the words in which they enter it.

Identifiers, phones and codes are text as typed; the application checks them and answers with every fault at once.
Dates and closed choices are typed at the edge. A list of preferences is in order of rank: the first is rank 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.matching.events import (
    ChangeReason,
    ClosureReason,
    DeclineReason,
    IdentifierKind,
    ParticipationCause,
    RegisterKind,
    Relation,
    Sex,
    WithdrawReason,
)
from shared.imports.files import Purpose
from shared.sealing import SubjectId
from shared.words import Language

REGISTER_FILE_BYTES = 600_000
"""Of a file that is taken in while somebody waits: in base64 it fits into one request."""

REGISTER_FILE_ROWS = 1_000
"""Of the same: so many are taken within the minute for which a browser waits."""

# What is entered --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddressEntry:
    """地址: 縣市, 區域 and the rest."""

    county: str
    district: str
    street: str = ""


@dataclass(frozen=True)
class ContactEntry:
    """聯絡人: relation to the child, name, mobile phone; a mail address where there is one."""

    relation: Relation
    name: str
    mobile: str
    email: str = ""


@dataclass(frozen=True)
class MotherEntry:
    """母親身分證字號/居留證號/護照號碼."""

    kind: IdentifierKind
    identifier: str


@dataclass(frozen=True)
class ChildEntry:
    """幼兒基本資料. Born: birth date, sex, name, and an identifier unless 未完成戶籍登記. Expected: a due date only.

    `birth_order` is 0 for a single child (單胞胎), 1… among twins; `household` None means 同現居地址.
    """

    residence: AddressEntry
    birth_date: date | None = None
    due_date: date | None = None
    name: str = ""
    sex: Sex | None = None
    identifier: str = ""
    birth_order: int = 0
    household: AddressEntry | None = None


@dataclass(frozen=True)
class PreferenceEntry:
    """志願: an institution (10-digit code) and one of its doctors (practitioner number)."""

    institution: str
    doctor: str


# The family -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SubmitApplication:
    """申請幼兒專責醫師."""

    contact: ContactEntry
    mother: MotherEntry
    child: ChildEntry
    preferences: tuple[PreferenceEntry, ...]


@dataclass(frozen=True)
class AmendPreferences:
    """修改志願: `preferences` is the whole list as it should be, the locked ones unchanged."""

    case_id: UUID
    preferences: tuple[PreferenceEntry, ...]


@dataclass(frozen=True)
class Withdraw:
    """撤回."""

    case_id: UUID
    reason: WithdrawReason


@dataclass(frozen=True)
class ReportBirth:
    """出生通報: the child this case was opened for is born. A second twin is a case of its own."""

    case_id: UUID
    child: ChildEntry


@dataclass(frozen=True)
class ChangeContact:
    """變更聯絡人, of a case or an enrolment; the bureau or the clinic does it where the phone is lost."""

    case_or_enrolment_id: UUID
    contact: ContactEntry


@dataclass(frozen=True)
class RequestChange:
    """變更幼兒專責醫師, of an enrolment or of the case that led to it; `residence` where the family has moved."""

    case_or_enrolment_id: UUID
    reason: ChangeReason
    preferences: tuple[PreferenceEntry, ...]
    explanation: str = ""
    residence: AddressEntry | None = None


# The institution --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AcceptOffer:
    """同意收案: the doctor of this rank's preference takes the child."""

    case_id: UUID
    rank: int


@dataclass(frozen=True)
class DeclineOffer:
    """未能同意收案, with a coded reason and an explanation of at most 4,000 characters."""

    case_id: UUID
    rank: int
    reason: DeclineReason
    explanation: str


@dataclass(frozen=True)
class ReleaseNotice:
    """解除待簽: the institution, or the bureau, lets the family go before the notice is signed."""

    case_id: UUID
    rank: int
    explanation: str


@dataclass(frozen=True)
class ExportCases:
    """批次匯出: cases that the caller's institution has accepted; `digest` is the SHA-256 of the file, in hex."""

    case_ids: tuple[UUID, ...]
    digest: str


@dataclass(frozen=True)
class StatePlaces:
    """餘額: how many more families one of the caller's doctors can take; None takes the last statement back."""

    doctor: str
    places: int | None = None


# The register (個案管理資訊系統) and the bureau --------------------------------------------------------------------


@dataclass(frozen=True)
class RecordEnrolment:
    """收案匯入: one row of the register. `case_no` is empty where the family came on paper.

    `contact` may be left out where a live case knows it; `evidence` is the SHA-256 of the scanned notice, in hex.
    """

    institution: str
    doctor: str
    enrolled_on: date
    mother: MotherEntry
    child: ChildEntry
    contact: ContactEntry | None = None
    case_no: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class CloseEnrolment:
    """結案匯入: one row of the register. The child is found by its identifier, or by mother, birth order and date."""

    institution: str
    closed_on: date
    reason: ClosureReason
    child_identifier: str = ""
    mother: MotherEntry | None = None
    birth_date: date | None = None
    birth_order: int = 0


@dataclass(frozen=True)
class ConfirmClosure:
    """結案: the bureau of the former institution's county confirms that the enrolment is closed."""

    case_id: UUID
    closed_on: date


@dataclass(frozen=True)
class ImportRegister:
    """匯入, 試匯 a short file of the register, given in base64 and answered row by row in a language."""

    kind: RegisterKind
    purpose: Purpose
    content: str = field(metadata={"limit": REGISTER_FILE_BYTES // 3 * 4})
    language: Language = Language.CHINESE


@dataclass(frozen=True)
class RecordImport:
    """A file of the register has been taken in, row by row; `digest` is its SHA-256, in hex."""

    kind: RegisterKind
    digest: str
    rows: int
    taken: int
    unchanged: int
    refused: int


@dataclass(frozen=True)
class ForgetSubject:
    """Destroy a person's key, on a stated ground."""

    subject: SubjectId
    ground: str


# Caretrail itself -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfferNextPreference:
    """Ask the next waiting preference that still takes part, or say that none is left."""

    case_id: UUID


@dataclass(frozen=True)
class RemindOffer:
    """Remind an institution for the `number`th time, counted from 1."""

    case_id: UUID
    rank: int
    number: int


@dataclass(frozen=True)
class ExpireOffer:
    """End an offer that was not answered in time."""

    case_id: UUID
    rank: int


@dataclass(frozen=True)
class LapseNotice:
    """End an agreement whose notice was not signed in time."""

    case_id: UUID
    rank: int


@dataclass(frozen=True)
class WithdrawOffer:
    """Take an offer, or an unsigned agreement, back from who can take nobody any more."""

    case_id: UUID
    rank: int
    cause: ParticipationCause


@dataclass(frozen=True)
class EndParticipation:
    """The registry tells that an institution, or a doctor, can take nobody from now on."""

    institution: str
    doctor: str
    cause: ParticipationCause


@dataclass(frozen=True)
class ResumeParticipation:
    """The registry tells that this cause no longer holds."""

    institution: str
    doctor: str
    cause: ParticipationCause


@dataclass(frozen=True)
class NotifyFormerInstitution:
    """Tell the former institution of a change, and its bureau to see to the closure."""

    case_id: UUID


@dataclass(frozen=True)
class RecordForgotten:
    """Tell the log of a person whose key the vault has destroyed."""

    subject: SubjectId
    ground: str
