"""媒合案件: a family's search for a dedicated doctor (DOMAIN §2.1), or for another one (§2.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from services.matching import events
from services.matching.domain import guards
from services.matching.domain.family import Family
from services.matching.domain.policies import OfferTerms
from services.matching.domain.preferences import RankedPreferences
from services.matching.domain.refusals import heed
from services.matching.domain.statuses import LIVE, EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.events import CaseKind, Preference, Source
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from services.matching.domain.enrolment import Enrolment
    from services.matching.domain.policies import Policy
    from services.matching.events import ParticipationCause, PassedOverCause
    from shared.events import Event
    from shared.sealing import Sealed, SubjectId


class Case(Aggregate):
    """A search in which one preference is asked at a time, and the family signs where one agrees.

    Each command raises what its guard (`guards`) answers; who may ask is another question (`access`).
    """

    TOPIC = "matching.Case"

    CaseSubmitted = events.CaseSubmitted
    PreferenceOffered = events.PreferenceOffered
    OfferReminded = events.OfferReminded
    InstitutionAccepted = events.InstitutionAccepted
    NoticeRequested = events.NoticeRequested
    InstitutionDeclined = events.InstitutionDeclined
    OfferExpired = events.OfferExpired
    OfferWithdrawn = events.OfferWithdrawn
    PreferencePassedOver = events.PreferencePassedOver
    CaseUnmatched = events.CaseUnmatched
    PreferencesAmended = events.PreferencesAmended
    NoticeReleased = events.NoticeReleased
    NoticeLapsed = events.NoticeLapsed
    NoticeSigned = events.NoticeSigned
    CaseEnrolled = events.CaseEnrolled
    EnrolmentMismatchDetected = events.EnrolmentMismatchDetected
    CaseWithdrawn = events.CaseWithdrawn
    ChildBorn = events.ChildBorn
    ContactChanged = events.ContactChanged
    ChangeRequested = events.ChangeRequested
    FormerInstitutionNotified = events.FormerInstitutionNotified
    BureauTaskOpened = events.BureauTaskOpened
    PreviousEnrolmentClosed = events.PreviousEnrolmentClosed

    @classmethod
    def submit(  # noqa: PLR0913 - what an application consists of
        cls,
        family: Family,
        preferences: Sequence[Preference],
        *,
        case_no: str,
        born: bool,
        terms: OfferTerms,
        now: datetime,
    ) -> Self:
        """申請: a new case, whose first preference is asked at once; all were found to take part."""
        begun = {"case_no": case_no, "kind": CaseKind.NEW, "born": born, "enrolment_id": None}
        case = cls._begin(family, preferences, now, begun)
        case.offer_next(lambda _: None, terms, now)
        return case

    @classmethod
    def request_change(  # noqa: PLR0913 - what a change consists of
        cls,
        enrolment: Enrolment,
        family: Family,
        preferences: Sequence[Preference],
        *,
        case_no: str,
        reason: events.ChangeReason,
        explanation: Sealed[events.FreeText] | None,
        now: datetime,
    ) -> Self:
        """變更申請: a new case about an enrolment; no new institution hears of it before the former one has closed."""
        heed(enrolment.objection_to_change())
        heed(guards.naming_former_doctor(preferences, enrolment.institution, enrolment.doctor))
        begun = {"case_no": case_no, "kind": CaseKind.CHANGE, "born": True, "enrolment_id": enrolment.id}
        case = cls._begin(family, preferences, now, begun)
        facts = {"reason": reason, "explanation": explanation, **enrolment.as_former()}
        case.trigger_event(cls.ChangeRequested, timestamp=now, case_no=case_no, **facts)
        return case

    @classmethod
    def _begin(cls, family: Family, preferences: Sequence[Preference], now: datetime, begun: dict[str, object]) -> Self:
        facts = {**vars(family), **begun, "preferences": tuple(preferences)}
        return cls._create(cls.CaseSubmitted, timestamp=now, **facts)

    @event(events.CaseSubmitted)
    def __init__(  # noqa: PLR0913 - the fields of the event
        self,
        *,
        case_no: str,
        kind: CaseKind,
        born: bool,
        birth_order: int,
        birth_subject: SubjectId,
        child_subject: SubjectId,
        child: Sealed[events.Child],
        mother_subject: SubjectId,
        mother: Sealed[events.Mother],
        contact_subject: SubjectId,
        contact: Sealed[events.Contact],
        county: str,
        preferences: tuple[Preference, ...],
        enrolment_id: UUID | None,
    ) -> None:
        self.case_no = case_no
        self.kind = kind
        self.born = born
        self.family = Family(
            birth_order, birth_subject, child_subject, child, mother_subject, mother, contact_subject, contact, county
        )
        self.preferences = RankedPreferences.new(preferences)
        self.former_enrolment_id = enrolment_id
        self.former_institution = ""
        self.former_doctor = ""
        self.former_county = ""
        self.match_status = MatchStatus.MATCHING if kind == CaseKind.NEW else MatchStatus.AWAITING_CLOSURE
        self.enrolment_status = EnrolmentStatus.NOT_ENROLLED
        self.enrolment_id: UUID | None = None
        self.enrolled_elsewhere = False
        self.offer: OfferTerms | None = None
        self.reminders = 0
        self.sign_by: datetime | None = None
        self.former_notified = False

    @property
    def stream_subject(self) -> str:
        """The case number, under which its events are published."""
        return self.case_no

    @property
    def is_live(self) -> bool:
        """Whether it is under way, so that the child can have no other."""
        return self.match_status in LIVE

    # What institutions answer, and what follows when they do not ---------------------------------------------------

    def offer_next(
        self, reason_to_pass_over: Callable[[Preference], PassedOverCause | None], terms: OfferTerms, now: datetime
    ) -> None:
        """待收案: ask the first waiting preference that still takes part; without one, the case is unmatched."""
        heed(guards.offering(self))
        for preference in self.preferences.waiting:
            cause = reason_to_pass_over(preference)
            if cause is None:
                self._record_of(preference, self.PreferenceOffered, now, **vars(terms))
                return
            self._record_of(preference, self.PreferencePassedOver, now, cause=cause)
        self._record(self.CaseUnmatched, now, county=self.family.county)

    def accept(self, rank: int, *, sign_by: datetime, now: datetime) -> None:
        """同意收案: the family is asked to sign the notice there by `sign_by`."""
        heed(guards.answering(self, rank, now))
        preference = self.preferences.of(rank)
        self._record_of(preference, self.InstitutionAccepted, now)
        self._record_of(preference, self.NoticeRequested, now, sign_by=sign_by)

    def decline(
        self, rank: int, *, reason: events.DeclineReason, explanation: Sealed[events.FreeText], now: datetime
    ) -> None:
        """未能同意收案; who is asked next is another decision."""
        heed(guards.answering(self, rank, now))
        declined = {"reason": reason, "explanation": explanation}
        self._record_of(self.preferences.of(rank), self.InstitutionDeclined, now, **declined)

    def remind(self, rank: int, number: int, now: datetime) -> None:
        """Remind the institution of this rank, for the `number`th time, that its answer is awaited."""
        heed(guards.reminding(self, rank, number, now))
        answer_by = self.offer.answer_by if self.offer else None
        self._record_of(self.preferences.of(rank), self.OfferReminded, now, number=number, answer_by=answer_by)

    def expire_offer(self, rank: int, now: datetime) -> None:
        """逾時: the institution did not answer by the end of its time."""
        heed(guards.expiring(self, rank, now))
        self._record_of(self.preferences.of(rank), self.OfferExpired, now)

    def lapse_notice(self, rank: int, now: datetime) -> None:
        """逾期: the notice was not signed by the end of its time."""
        heed(guards.lapsing(self, rank, now))
        self._record_of(self.preferences.of(rank), self.NoticeLapsed, now)

    def take_back(self, rank: int, cause: ParticipationCause, now: datetime) -> None:
        """收回: whoever is asked, or has agreed, can take nobody any more; who is asked next is another decision."""
        heed(guards.taking_back(self, rank))
        told = {"county": self.family.county, "agreed": self.offer is None}
        self._record_of(self.preferences.of(rank), self.OfferWithdrawn, now, cause=cause, **told)

    def release_notice(
        self, rank: int, *, by: Source, explanation: Sealed[events.FreeText], resume_at: datetime, now: datetime
    ) -> None:
        """解除待簽: the family may withdraw or amend; at `resume_at` the next preference is asked."""
        heed(guards.releasing(self, rank))
        released = {"released_by": by, "explanation": explanation, "resume_at": resume_at}
        self._record_of(self.preferences.of(rank), self.NoticeReleased, now, **released)

    # What the family and the bureau ask ----------------------------------------------------------------------------

    def amend_preferences(self, preferences: Sequence[Preference], policy: Policy, now: datetime) -> None:
        """修改志願: `preferences` is the whole list afterwards."""
        heed(guards.amending_to(self, preferences, policy))
        self._record(self.PreferencesAmended, now, preferences=tuple(preferences))

    def withdraw(self, reason: events.WithdrawReason, policy: Policy, now: datetime) -> None:
        """撤回."""
        heed(guards.withdrawing(self, policy))
        self._record(self.CaseWithdrawn, now, county=self.family.county, reason=reason)

    def report_birth(self, family: Family, now: datetime) -> None:
        """出生: what is known of the child replaces what was expected; mother and contact stay."""
        heed(guards.reporting_birth(self) or guards.reporting_birth_as(self, family.birth_order))
        known = ("birth_order", "birth_subject", "child_subject", "child", "county")
        self._record(self.ChildBorn, now, **{name: getattr(family, name) for name in known})

    def change_contact(
        self, contact: Sealed[events.Contact], proved_by: Source, now: datetime, enrolment: Enrolment | None = None
    ) -> None:
        """變更聯絡人, also once the case has led to an `enrolment`."""
        heed(guards.changing_contact(self, enrolment))
        self._record(self.ContactChanged, now, contact_subject=contact.subject, contact=contact, proved_by=proved_by)

    def notify_former_institution(self, due_by: datetime, now: datetime) -> None:
        """Tell the former institution, for information, and its bureau, which has to act by `due_by`."""
        heed(guards.notifying_former_institution(self))
        former = {"former_institution": self.former_institution}
        self._record(self.FormerInstitutionNotified, now, former_doctor=self.former_doctor, **former)
        self._record(self.BureauTaskOpened, now, county=self.former_county, due_by=due_by, **former)

    def close_previous_enrolment(self, closed_on: date, source: Source, now: datetime) -> None:
        """原院所已結案: from now on the new institutions may hear of the case."""
        heed(guards.closing_previous(self))
        former = {"enrolment_id": self.former_enrolment_id, "former_institution": self.former_institution}
        self._record(self.PreviousEnrolmentClosed, now, closed_on=closed_on, source=source, **former)

    def enrol(self, enrolment: Enrolment, evidence: str, now: datetime) -> None:
        """收案, as agreed or elsewhere; an institution that enrols while it is only asked agrees by doing so."""
        heed(guards.enrolling(self))
        asked = self.preferences.open
        if asked is None or asked.institution != enrolment.institution:
            self._enrol_elsewhere(enrolment, asked, now)
            return
        if self.offer is not None:
            self._record_of(asked, self.InstitutionAccepted, now)
        place = {"institution": enrolment.institution, "doctor": enrolment.doctor}
        day = enrolment.enrolled_on
        self._record(self.NoticeSigned, now, signed_on=day, evidence=evidence, **place)
        self._record(self.CaseEnrolled, now, enrolment_id=enrolment.id, enrolled_on=day, **place)

    def _enrol_elsewhere(self, enrolment: Enrolment, asked: Preference | None, now: datetime) -> None:
        self._record(
            self.EnrolmentMismatchDetected,
            now,
            county=self.family.county,
            expected_institution=asked.institution if asked else "",
            expected_doctor=asked.doctor if asked else "",
            actual_institution=enrolment.institution,
            actual_doctor=enrolment.doctor,
            enrolment_id=enrolment.id,
            enrolled_on=enrolment.enrolled_on,
        )

    def _record(self, fact: type[Event], now: datetime, **figures: Any) -> None:
        self.trigger_event(fact, timestamp=now, case_no=self.case_no, **figures)

    def _record_of(self, preference: Preference, fact: type[Event], now: datetime, **figures: Any) -> None:
        named = {"rank": preference.rank, "institution": preference.institution, "doctor": preference.doctor}
        self._record(fact, now, **named, **figures)

    # What each fact changes ----------------------------------------------------------------------------------------

    @event(events.PreferenceOffered)
    def _preference_offered(self, rank: int, answer_by: datetime, remind_at: tuple[datetime, ...]) -> None:
        self._mark(rank, PreferenceStatus.OFFERED)
        self.offer = OfferTerms(answer_by, remind_at)
        self.reminders = 0

    @event(events.OfferReminded)
    def _offer_reminded(self, number: int) -> None:
        self.reminders = number

    @event(events.InstitutionAccepted)
    def _institution_accepted(self, rank: int) -> None:
        self._mark(rank, PreferenceStatus.ACCEPTED)
        self.match_status = MatchStatus.AWAITING_NOTICE

    @event(events.NoticeRequested)
    def _notice_requested(self, sign_by: datetime) -> None:
        self.sign_by = sign_by

    @event(events.InstitutionDeclined)
    def _institution_declined(self, rank: int) -> None:
        self._mark(rank, PreferenceStatus.DECLINED)

    @event(events.OfferExpired)
    def _offer_expired(self, rank: int) -> None:
        self._mark(rank, PreferenceStatus.EXPIRED)

    @event(events.OfferWithdrawn)
    def _offer_withdrawn(self, rank: int) -> None:
        self._mark(rank, PreferenceStatus.TAKEN_BACK)
        self.match_status = MatchStatus.MATCHING

    @event(events.PreferencePassedOver)
    def _preference_passed_over(self, rank: int) -> None:
        self._mark(rank, PreferenceStatus.PASSED_OVER)

    @event(events.NoticeLapsed)
    def _notice_lapsed(self, rank: int) -> None:
        self._mark(rank, PreferenceStatus.LAPSED)
        self.match_status = MatchStatus.MATCHING

    @event(events.NoticeReleased)
    def _notice_released(self, rank: int) -> None:
        self._mark(rank, PreferenceStatus.RELEASED)
        self.match_status = MatchStatus.MATCHING

    @event(events.CaseUnmatched)
    def _case_unmatched(self) -> None:
        self.match_status = MatchStatus.UNMATCHED

    @event(events.PreferencesAmended)
    def _preferences_amended(self, preferences: tuple[Preference, ...]) -> None:
        self.preferences = self.preferences.amended(preferences)

    @event(events.CaseEnrolled)
    def _case_enrolled(self, enrolment_id: UUID) -> None:
        self._finish(enrolment_id)

    @event(events.EnrolmentMismatchDetected)
    def _enrolment_mismatch_detected(self, enrolment_id: UUID) -> None:
        self._let_go()
        self._finish(enrolment_id)
        self.enrolled_elsewhere = True

    @event(events.CaseWithdrawn)
    def _case_withdrawn(self) -> None:
        self._let_go()
        self.match_status = MatchStatus.WITHDRAWN

    @event(events.ChildBorn)
    def _child_born(
        self,
        birth_order: int,
        birth_subject: SubjectId,
        child_subject: SubjectId,
        child: Sealed[events.Child],
        county: str,
    ) -> None:
        self.born = True
        known = replace(self.family, birth_subject=birth_subject, child_subject=child_subject)
        self.family = replace(known, birth_order=birth_order, child=child, county=county)

    @event(events.ContactChanged)
    def _contact_changed(self, contact_subject: SubjectId, contact: Sealed[events.Contact]) -> None:
        self.family = replace(self.family, contact_subject=contact_subject, contact=contact)

    @event(events.ChangeRequested)
    def _change_requested(self, former_institution: str, former_doctor: str, former_county: str) -> None:
        self.former_institution = former_institution
        self.former_doctor = former_doctor
        self.former_county = former_county

    @event(events.FormerInstitutionNotified)
    def _former_institution_notified(self) -> None:
        self.former_notified = True

    @event(events.PreviousEnrolmentClosed)
    def _previous_enrolment_closed(self) -> None:
        self.match_status = MatchStatus.MATCHING

    def _finish(self, enrolment_id: UUID) -> None:
        self.match_status = MatchStatus.MATCHED
        self.enrolment_status = EnrolmentStatus.ENROLLED
        self.enrolment_id = enrolment_id

    def _mark(self, rank: int, status: PreferenceStatus) -> None:
        """Give a preference another status; whatever was open or pending is over with it."""
        self.preferences = self.preferences.marked(rank, status)
        self.offer = None
        self.sign_by = None

    def _let_go(self) -> None:
        """Release whoever was asked, or had agreed."""
        if (asked := self.preferences.open) is not None:
            self._mark(asked.rank, PreferenceStatus.RELEASED)
