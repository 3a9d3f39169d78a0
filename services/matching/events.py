"""媒合 facts: everything that has happened to a family's search for a dedicated doctor, and to their enrolments.

Sources: S000 (手冊), DOMAIN §1.1, §2.1, §2.2. Names, identifiers, addresses, phones, mail and free text are sealed for
the person they are about; a county is kept in clear, so that counts and jurisdiction outlive a forgotten person.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from shared.events import Created, Event, Forgetting, published
from shared.sealing import Sealed, SubjectId

CaseNo = Annotated[
    str,
    msgspec.Meta(description="案件編號: `YYMMDD`, `P`, `HHMM` and a number of that Taipei day, of 3 digits or more."),
]
Institution = Annotated[str, msgspec.Meta(description="醫事機構代碼, 10 digits.")]
Doctor = Annotated[str, msgspec.Meta(description="Practitioner number of the registry.")]
County = Annotated[str, msgspec.Meta(description="縣市, as the districts table writes it.")]
Rank = Annotated[int, msgspec.Meta(description="志願序, 1 to 3.")]
Digest = Annotated[
    str, msgspec.Meta(description="HMAC-SHA-256 under a key of the vault over a file's SHA-256, 64 hex digits.")
]


class CaseKind(StrEnum):
    """案件種類."""

    NEW = "new"
    """新案申請"""
    CHANGE = "change"
    """變更"""


class IdentifierKind(StrEnum):
    """母親身分證字號 / 居留證號 / 護照號碼."""

    NATIONAL_ID = "national_id"
    RESIDENT_CERTIFICATE = "resident_certificate"
    PASSPORT = "passport"


class Sex(StrEnum):
    """幼兒性別."""

    MALE = "male"
    FEMALE = "female"


class Relation(StrEnum):
    """聯絡人關係: who the contact is to the child."""

    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    GUARDIAN = "guardian"
    OTHER = "other"


class DeclineReason(StrEnum):
    """未能同意收案原因, coded so that it can be counted; the text beside it stays free."""

    CAPACITY_FULL = "capacity_full"
    """收案員額已滿"""
    OUT_OF_AREA = "out_of_area"
    """距離或服務區域"""
    SPECIALTY = "specialty"
    """不符專長或需轉介"""
    DOCTOR_UNAVAILABLE = "doctor_unavailable"
    """醫師異動或休診"""
    ALREADY_ENROLLED = "already_enrolled"
    """已由其他院所收案"""
    UNREACHABLE = "unreachable"
    """無法聯繫家長"""
    OTHER = "other"


class WithdrawReason(StrEnum):
    """撤回原因."""

    NOT_NEEDED = "not_needed"
    MOVED = "moved"
    FOUND_OTHERWISE = "found_otherwise"
    MISTAKE = "mistake"
    OTHER = "other"


class ChangeReason(StrEnum):
    """變更原因 (S000: 搬家或其他個人因素)."""

    MOVED = "moved"
    CARE_NEEDS = "care_needs"
    DOCTOR_LEFT = "doctor_left"
    CONVENIENCE = "convenience"
    OTHER = "other"


class ClosureReason(StrEnum):
    """結案原因."""

    CHANGE_OF_DOCTOR = "change_of_doctor"
    AGE_LIMIT = "age_limit"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"
    OTHER = "other"


class PassedOverCause(StrEnum):
    """Why a waiting preference was never asked."""

    INSTITUTION_LEFT = "institution_left"
    """院所已非合作院所"""
    DOCTOR_LEFT = "doctor_left"
    """醫師已離開該院所或計畫"""


class ParticipationCause(StrEnum):
    """Why an institution or a doctor can take no family any more, as the registry tells it."""

    INSTITUTION_CLOSED = "institution_closed"
    """院所歇業"""
    INSTITUTION_SUSPENDED = "institution_suspended"
    """院所停業"""
    INSTITUTION_LEFT_PROGRAMME = "institution_left_programme"
    """院所退出計畫"""
    DOCTOR_MOVED = "doctor_moved"
    """醫師異動執登場所"""
    DOCTOR_SUSPENDED = "doctor_suspended"
    """醫師停業"""
    DOCTOR_LEFT_PROGRAMME = "doctor_left_programme"
    """醫師退出計畫"""
    LICENCE_EXPIRED = "licence_expired"
    """醫師執業執照逾期"""


class RegisterKind(StrEnum):
    """匯入檔種類: what a file from 個案管理資訊系統 tells."""

    ENROLMENTS = "enrolments"
    """收案"""
    CLOSURES = "closures"
    """結案"""


class Source(StrEnum):
    """Where a fact came from: the platform, paper brought in by import, the bureau, or the clinic."""

    PLATFORM = "platform"
    IMPORT = "import"
    BUREAU = "bureau"
    CLINIC = "clinic"


class Address(msgspec.Struct, frozen=True):
    """地址: a county and district of the districts table, its 3-digit postal code, the rest as written."""

    county: str
    district: str
    postal_code: str
    street: str = ""


class Child(msgspec.Struct, frozen=True):
    """幼兒資料. Unborn: `due_date` and `residence` only. `identifier` is None while 未完成戶籍登記."""

    residence: Address
    birth_date: date | None = None
    due_date: date | None = None
    name: str = ""
    sex: Sex | None = None
    identifier: str | None = None
    household: Address | None = None
    """戶籍地址; None where it is the same as the residence, or unknown."""


class Mother(msgspec.Struct, frozen=True):
    """母親身分證字號/居留證號/護照號碼."""

    kind: IdentifierKind
    identifier: str


class Contact(msgspec.Struct, frozen=True):
    """聯絡人: the person the platform talks to. `mobile` as 09 and 8 digits; `email` may be empty."""

    relation: Relation
    name: str
    mobile: str
    email: str = ""


class FreeText(msgspec.Struct, frozen=True):
    """What somebody wrote, at most 4,000 characters; sealed because people write names into such fields."""

    text: str


class Preference(msgspec.Struct, frozen=True):
    """志願: one institution and doctor, by rank 1 to 3. `doctor` is the practitioner number of the registry."""

    rank: Rank
    institution: Institution
    doctor: Doctor
    county: County
    district: str


# The case ------------------------------------------------------------------------------------------------------------


@published("matching.CaseSubmitted.v1")
class CaseSubmitted(Created):
    """申請: a family asked for a dedicated doctor; of a change (變更) this is the new case about an enrolment.

    `birth_order` is 0 for a single child, 1… among twins. `birth_subject` is the vault's pseudonym of mother, birth
    order and date: the child's own as well, while it has no identifier. `enrolment_id` is set for a change only.
    """

    originator_id: UUID
    case_no: CaseNo
    kind: CaseKind
    born: bool
    birth_order: int
    birth_subject: SubjectId
    child_subject: SubjectId
    child: Sealed[Child]
    mother_subject: SubjectId
    mother: Sealed[Mother]
    contact_subject: SubjectId
    contact: Sealed[Contact]
    county: County
    preferences: tuple[Preference, ...]
    enrolment_id: UUID | None = None


@published("matching.PreferenceOffered.v1")
class PreferenceOffered(Event):
    """待收案: the case was put before one institution, which may answer until `answer_by`."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor
    answer_by: datetime
    remind_at: tuple[datetime, ...]


@published("matching.OfferReminded.v1")
class OfferReminded(Event):
    """The institution was reminded that an offer waits for its answer; `number` counts from 1."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor
    number: int
    answer_by: datetime


@published("matching.InstitutionAccepted.v1")
class InstitutionAccepted(Event):
    """同意收案: the institution agreed to take the child."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor


@published("matching.NoticeRequested.v1")
class NoticeRequested(Event):
    """待簽署通知函: the parent is asked to sign the notice (通知函) at the institution by `sign_by`."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor
    sign_by: datetime


@published("matching.InstitutionDeclined.v1")
class InstitutionDeclined(Event):
    """未能同意收案: the institution could not take the child, for a coded reason and in its own words."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor
    reason: DeclineReason
    explanation: Sealed[FreeText]


@published("matching.OfferExpired.v1")
class OfferExpired(Event):
    """逾時: the institution did not answer within its working days."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor


@published("matching.PreferencePassedOver.v1")
class PreferencePassedOver(Event):
    """A waiting preference was skipped: its institution or doctor no longer takes part, so it was never asked."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor
    cause: PassedOverCause


@published("matching.CaseUnmatched.v1")
class CaseUnmatched(Event):
    """全數未能媒合: no preference is left to ask; the bureau of the child's county takes over."""

    originator_id: UUID
    case_no: CaseNo
    county: County


@published("matching.PreferencesAmended.v1")
class PreferencesAmended(Event):
    """修改志願: the parent changed preferences that had not been asked; `preferences` is the whole list afterwards."""

    originator_id: UUID
    case_no: CaseNo
    preferences: tuple[Preference, ...]


@published("matching.NoticeReleased.v1")
class NoticeReleased(Event):
    """The institution or the bureau let the family go before the notice was signed; they may withdraw or amend.

    What they have not done by `resume_at` the platform does for them: it asks the next preference.
    """

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor
    released_by: Source
    explanation: Sealed[FreeText]
    resume_at: datetime


@published("matching.NoticeLapsed.v1")
class NoticeLapsed(Event):
    """逾期: the notice was not signed in time; the preference is spent and the next is asked."""

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor


@published("matching.OfferWithdrawn.v1")
class OfferWithdrawn(Event):
    """收回: the platform took an offer back, or released the family from an agreement (`agreed`) not yet signed.

    The institution or the doctor can take nobody any more, for `cause`; the next preference is asked. `county` is the
    child's, whose bureau may want to know.
    """

    originator_id: UUID
    case_no: CaseNo
    rank: Rank
    institution: Institution
    doctor: Doctor
    county: County
    cause: ParticipationCause
    agreed: bool


@published("matching.NoticeSigned.v1")
class NoticeSigned(Event):
    """通知函已簽署: the family signed at the institution. `evidence` is the SHA-256 of the scan, or empty."""

    originator_id: UUID
    case_no: CaseNo
    institution: Institution
    doctor: Doctor
    signed_on: date
    evidence: str = ""


@published("matching.CaseEnrolled.v1")
class CaseEnrolled(Event):
    """已收案: the child of this case was enrolled where it was agreed; the case is finished."""

    originator_id: UUID
    case_no: CaseNo
    institution: Institution
    doctor: Doctor
    enrolment_id: UUID
    enrolled_on: date


@published("matching.EnrolmentMismatchDetected.v1")
class EnrolmentMismatchDetected(Event):
    """比對不一致: the child was enrolled at another institution than the one agreed or asked; the case is finished.

    It counts as 同意收案 and 已收案, as the portal shows families who enrolled on paper, with the difference beside it;
    an open offer or a pending notice is released. `expected_institution` is empty where nobody was asked at the time:
    of a case that had found nobody, too.
    """

    originator_id: UUID
    case_no: CaseNo
    county: County
    expected_institution: Institution
    expected_doctor: Doctor
    actual_institution: Institution
    actual_doctor: Doctor
    enrolment_id: UUID
    enrolled_on: date


@published("matching.CaseWithdrawn.v1")
class CaseWithdrawn(Event):
    """撤回: the family no longer looks for a doctor through this case."""

    originator_id: UUID
    case_no: CaseNo
    county: County
    reason: WithdrawReason


@published("matching.ChildBorn.v1")
class ChildBorn(Event):
    """The child a case was opened for before birth is born; `child` replaces what was known."""

    originator_id: UUID
    case_no: CaseNo
    birth_order: int
    birth_subject: SubjectId
    child_subject: SubjectId
    child: Sealed[Child]
    county: County


@published("matching.ContactChanged.v1")
class ContactChanged(Event):
    """變更聯絡人: the case answers to another phone or mail address, re-proved by code, by the bureau or the clinic."""

    originator_id: UUID
    case_no: CaseNo
    contact_subject: SubjectId
    contact: Sealed[Contact]
    proved_by: Source


@published("matching.ChangeRequested.v1")
class ChangeRequested(Event):
    """變更申請: an enrolled family asked for another doctor; nothing moves until the former institution has closed."""

    originator_id: UUID
    case_no: CaseNo
    enrolment_id: UUID
    former_institution: Institution
    former_doctor: Doctor
    former_county: County
    reason: ChangeReason
    explanation: Sealed[FreeText] | None = None


@published("matching.FormerInstitutionNotified.v1")
class FormerInstitutionNotified(Event):
    """The former institution was told of the change; for information, it need not act."""

    originator_id: UUID
    case_no: CaseNo
    former_institution: Institution
    former_doctor: Doctor


@published("matching.BureauTaskOpened.v1")
class BureauTaskOpened(Event):
    """The bureau (衛生局/婦幼局) of the former institution's county has to see to the closure (結案) by `due_by`."""

    originator_id: UUID
    case_no: CaseNo
    county: County
    former_institution: Institution
    due_by: datetime


@published("matching.PreviousEnrolmentClosed.v1")
class PreviousEnrolmentClosed(Event):
    """原院所已結案: the former enrolment is closed; from now on the new institutions may hear of the case."""

    originator_id: UUID
    case_no: CaseNo
    enrolment_id: UUID
    former_institution: Institution
    closed_on: date
    source: Source


# The enrolment -------------------------------------------------------------------------------------------------------


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


# Who takes part ------------------------------------------------------------------------------------------------------


@published("matching.ParticipationEnded.v1")
class ParticipationEnded(Created):
    """From now on an institution, or one doctor, can take no family, as the registry has told.

    `doctor` is empty where it is the whole institution, `institution` where it is the doctor wherever they practise.
    """

    originator_id: UUID
    institution: Institution
    doctor: Doctor
    cause: ParticipationCause


@published("matching.ParticipationResumed.v1")
class ParticipationResumed(Created):
    """What had ended the taking part of an institution or a doctor no longer holds; another cause may still."""

    originator_id: UUID
    institution: Institution
    doctor: Doctor
    cause: ParticipationCause


# Batches -------------------------------------------------------------------------------------------------------------


@published("matching.CasesExported.v1")
class CasesExported(Created):
    """批次匯出: an institution took the data of its accepted cases, to fetch the notices and enrol the children."""

    originator_id: UUID
    institution: Institution
    case_nos: tuple[CaseNo, ...]
    digest: Digest


@published("matching.RegisterImported.v1")
class RegisterImported(Created):
    """匯入: a file of enrolments or closures from 個案管理資訊系統 was taken in; one outcome a row, counted here."""

    originator_id: UUID
    kind: RegisterKind
    digest: Digest
    rows: int
    taken: int
    unchanged: int
    refused: int


# People --------------------------------------------------------------------------------------------------------------


@published("matching.SubjectForgotten.v1")
class SubjectForgotten(Forgetting, Created):
    """A person's key was destroyed at the vault: read models empty what they had opened of that person."""

    originator_id: UUID
    subject: SubjectId
    ground: str
