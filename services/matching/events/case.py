"""What happens to a family's search for a dedicated doctor (DOMAIN §2.1, §2.2)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from services.matching.events.entries import (
    CaseKind,
    CaseNo,
    ChangeReason,
    Child,
    Contact,
    County,
    DeclineReason,
    Doctor,
    FreeText,
    Institution,
    Mother,
    ParticipationCause,
    PassedOverCause,
    Preference,
    Rank,
    Source,
    WithdrawReason,
)
from shared.events import Created, Event, published
from shared.sealing import Sealed, SubjectId


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
