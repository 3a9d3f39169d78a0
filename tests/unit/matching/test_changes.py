"""A change of doctor: nobody new hears of it before the former institution has closed."""

import pytest
from msgspec import structs

from services.matching.domain import guards
from services.matching.domain.policies import OfferTerms
from services.matching.domain.refusals import (
    ChangeUnderWay,
    FormerInstitutionAlreadyNotified,
    NoClosureAwaited,
    NotEnrolledYet,
    NoticePending,
)
from services.matching.domain.statuses import MatchStatus
from services.matching.events import CaseKind, Source
from tests.controls.events import (
    bureau_task_opened,
    case_enrolled,
    case_submitted,
    case_withdrawn,
    change_requested,
    enrolment_mismatch_detected,
    former_institution_notified,
    institution_accepted,
    notice_requested,
    notice_signed,
    preference_offered,
    previous_enrolment_closed,
)
from tests.controls.family import (
    CHANGE_CASE_NO,
    DAAN_CLINIC,
    DAAN_DOCTOR,
    ENROLMENT,
    PREFERENCES,
    end_of,
    taipei,
)
from tests.unit.matching.scenario import given, replayed

NOW = taipei(6, 9, 9, 15)
WISHES = tuple(structs.replace(wish, rank=rank) for rank, wish in enumerate(PREFERENCES[1:], start=1))
REQUESTED = (
    case_submitted(case_no=CHANGE_CASE_NO, kind=CaseKind.CHANGE, enrolment_id=ENROLMENT, preferences=WISHES),
    change_requested(),
)
TOLD = (*REQUESTED, former_institution_notified(), bureau_task_opened())
CLOSED = (*TOLD, previous_enrolment_closed())
NEW = (case_submitted(), preference_offered())


def notify(case):
    case.notify_former_institution(end_of(6, 23), NOW)


def close(case):
    case.close_previous_enrolment(previous_enrolment_closed().closed_on, Source.BUREAU, NOW)


def test_the_former_institution_hears_and_its_bureau_gets_a_task():
    case = given(*REQUESTED).when(notify).then(former_institution_notified(), bureau_task_opened())
    assert case.match_status == MatchStatus.AWAITING_CLOSURE


def test_they_are_told_once():
    given(*TOLD).when(notify).then_refused(FormerInstitutionAlreadyNotified)


def test_after_the_closure_the_new_institutions_may_be_asked():
    case = given(*TOLD).when(close).then(previous_enrolment_closed())
    assert case.match_status == MatchStatus.MATCHING
    assert guards.offering(case) is None


def test_the_closure_may_be_confirmed_before_anybody_was_told():
    given(*REQUESTED).when(close).then(previous_enrolment_closed())


@pytest.mark.parametrize("step", [notify, close])
@pytest.mark.parametrize("history", [NEW, CLOSED, (*REQUESTED, case_withdrawn())], ids=["new", "closed", "withdrawn"])
def test_only_a_change_that_waits_for_it_can_be_freed(step, history):
    given(*history).when(step).then_refused(NoClosureAwaited)


def test_after_the_closure_the_first_new_preference_is_asked():
    terms = OfferTerms(end_of(6, 19), ())
    given(*CLOSED).when(lambda case: case.offer_next(lambda _: None, terms, NOW)).then(
        preference_offered(
            case_no=CHANGE_CASE_NO,
            rank=1,
            institution=DAAN_CLINIC,
            doctor=DAAN_DOCTOR,
            answer_by=terms.answer_by,
            remind_at=(),
        )
    )


# Whether a change can be asked of a case


def test_an_enrolled_family_may_ask_for_a_change():
    enrolled = (*NEW, institution_accepted(), notice_requested(), notice_signed(), case_enrolled())
    assert guards.requesting_change(replayed(*enrolled)) is None
    assert guards.requesting_change(replayed(*NEW, enrolment_mismatch_detected())) is None


def test_a_pending_notice_comes_before_a_change():
    objection = guards.requesting_change(replayed(*NEW, institution_accepted(), notice_requested()))
    assert isinstance(objection, NoticePending)
    assert objection.code == "notice-pending"


def test_a_family_without_a_doctor_has_nothing_to_change():
    assert isinstance(guards.requesting_change(replayed(*NEW)), NotEnrolledYet)
    assert isinstance(guards.requesting_change(replayed(*NEW, case_withdrawn())), NotEnrolledYet)


def test_one_change_at_a_time():
    for history in (REQUESTED, CLOSED):
        objection = guards.requesting_change(replayed(*history))
        assert isinstance(objection, ChangeUnderWay)
        assert objection.params == {"case_no": CHANGE_CASE_NO}
