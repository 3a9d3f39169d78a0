"""An application begins a case; a change begins one about an enrolment."""

import pytest
from msgspec import structs

from services.matching.domain.case import Case
from services.matching.domain.family import Family
from services.matching.domain.policies import OfferTerms
from services.matching.domain.refusals import EnrolmentAlreadyClosed, PreferenceIsFormerDoctor
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.events import CaseKind, ChangeReason, FreeText
from tests.controls.deciding import payload
from tests.controls.enrolments import enrolment_closed, enrolment_recorded
from tests.controls.events import case_submitted, change_requested, preference_offered
from tests.controls.family import (
    BIRTH,
    BORN_CHILD,
    CASE_NO,
    CHANGE_CASE_NO,
    CHILD,
    CONTACT,
    ENROLMENT,
    FATHER,
    MOTHER,
    MOTHERS_ID,
    PREFERENCES,
    end_of,
    sealed,
    taipei,
)
from tests.unit.matching.scenario import replayed

NOW = taipei(2, 18, 16, 21)
TERMS = OfferTerms(answer_by=end_of(2, 25), remind_at=(end_of(2, 20), end_of(2, 24)))
ELSEWHERE = structs.replace(PREFERENCES[1], rank=1)
FAMILY = Family(
    birth_order=0,
    birth_subject=BIRTH,
    child_subject=CHILD,
    child=sealed(CHILD, BORN_CHILD),
    mother_subject=MOTHER,
    mother=sealed(MOTHER, MOTHERS_ID),
    contact_subject=CONTACT,
    contact=sealed(CONTACT, FATHER),
    county="新北市",
)


def submitted(**changes):
    entered = {"case_no": CASE_NO, "born": True, "terms": TERMS, "now": NOW} | changes
    return Case.submit(FAMILY, PREFERENCES, **entered)


def change_of(enrolment, preferences=(ELSEWHERE,)):
    return Case.request_change(
        enrolment,
        enrolment.family,
        preferences,
        case_no=CHANGE_CASE_NO,
        reason=ChangeReason.MOVED,
        explanation=sealed(CHILD, FreeText("搬至臺北市")),
        now=NOW,
    )


def test_an_application_begins_a_case_and_asks_the_first_preference_at_once():
    case = submitted()
    begun, asked = case.collect_events()
    assert payload(begun) == payload(case_submitted())
    assert payload(asked) == payload(preference_offered())
    assert begun.timestamp == asked.timestamp == NOW
    assert case.match_status == MatchStatus.MATCHING
    assert case.enrolment_status == EnrolmentStatus.NOT_ENROLLED
    assert case.preferences.statuses == (
        PreferenceStatus.OFFERED,
        PreferenceStatus.WAITING,
        PreferenceStatus.WAITING,
    )


def test_every_case_has_an_identity_of_its_own_beside_its_number():
    assert submitted().id != submitted().id


def test_a_case_is_published_under_its_number():
    assert submitted().stream_subject == CASE_NO


def test_an_application_for_an_expected_child_is_marked_so():
    assert submitted(born=False).collect_events()[0].born is False


def test_a_change_begins_a_new_case_and_no_new_institution_hears_of_it():
    enrolment = replayed(enrolment_recorded())
    case = change_of(enrolment)
    begun, requested = case.collect_events()
    expected = case_submitted(
        case_no=CHANGE_CASE_NO, kind=CaseKind.CHANGE, enrolment_id=ENROLMENT, preferences=(ELSEWHERE,)
    )
    assert payload(begun) == payload(expected)
    assert payload(requested) == payload(change_requested())
    assert case.match_status == MatchStatus.AWAITING_CLOSURE
    assert case.preferences.open is None


def test_a_change_is_refused_where_the_enrolment_is_closed():
    with pytest.raises(EnrolmentAlreadyClosed) as refused:
        change_of(replayed(enrolment_recorded(), enrolment_closed()))
    assert refused.value.params == {"closed_on": enrolment_closed().closed_on}


def test_a_change_leads_to_another_doctor():
    with pytest.raises(PreferenceIsFormerDoctor) as refused:
        change_of(replayed(enrolment_recorded()), preferences=(ELSEWHERE, structs.replace(PREFERENCES[0], rank=2)))
    assert refused.value.field == "preferences.1.doctor"


def test_a_change_may_lead_to_another_doctor_of_the_same_institution():
    colleague = structs.replace(PREFERENCES[0], doctor="DR-009999")
    assert change_of(replayed(enrolment_recorded()), preferences=(colleague,)).is_live
