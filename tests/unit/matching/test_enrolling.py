"""The child is enrolled: as agreed, where it was only asked, or elsewhere."""

import pytest
from msgspec import structs

from services.matching.domain.refusals import CaseEnded
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.events import CaseKind
from tests.controls.enrolments import enrolment_recorded
from tests.controls.events import (
    case_enrolled,
    case_submitted,
    case_unmatched,
    case_withdrawn,
    change_requested,
    enrolment_mismatch_detected,
    institution_accepted,
    institution_declined,
    notice_requested,
    notice_signed,
    preference_offered,
)
from tests.controls.family import BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR, PREFERENCES, taipei
from tests.unit.matching.scenario import given, replayed

NOW = taipei(2, 27, 9, 15)
EVIDENCE = notice_signed().evidence
ASKED = (case_submitted(), preference_offered())
AGREED = (*ASKED, institution_accepted(), notice_requested())
HERE = replayed(enrolment_recorded())
ELSEWHERE = replayed(
    enrolment_recorded(
        institution=DAAN_CLINIC, doctor=DAAN_DOCTOR, enrolled_on=enrolment_mismatch_detected().enrolled_on
    )
)


def enrol(enrolment):
    return lambda case: case.enrol(enrolment, EVIDENCE, NOW)


def test_an_enrolment_as_agreed_ends_the_case_signed_and_enrolled():
    case = given(*AGREED).when(enrol(HERE)).then(notice_signed(), case_enrolled())
    assert case.match_status == MatchStatus.MATCHED
    assert case.enrolment_status == EnrolmentStatus.ENROLLED
    assert case.preferences.status(1) == PreferenceStatus.ACCEPTED
    assert not case.enrolled_elsewhere
    assert case.enrolment_id == HERE.id


def test_an_institution_that_enrols_while_it_is_only_asked_agrees_by_doing_so():
    case = given(*ASKED).when(enrol(HERE)).then(institution_accepted(), notice_signed(), case_enrolled())
    assert case.preferences.status(1) == PreferenceStatus.ACCEPTED
    assert case.enrolment_status == EnrolmentStatus.ENROLLED


def test_another_doctor_of_the_institution_that_agreed_is_no_mismatch():
    colleague = replayed(enrolment_recorded(doctor="DR-004444"))
    told = (notice_signed(doctor="DR-004444"), case_enrolled(doctor="DR-004444"))
    case = given(*AGREED).when(enrol(colleague)).then(*told)
    assert not case.enrolled_elsewhere


@pytest.mark.parametrize("history", [ASKED, AGREED], ids=["asked", "agreed"])
def test_an_enrolment_elsewhere_ends_the_case_and_releases_whoever_was_asked(history):
    case = given(*history).when(enrol(ELSEWHERE)).then(enrolment_mismatch_detected())
    assert case.match_status == MatchStatus.MATCHED
    assert case.enrolment_status == EnrolmentStatus.ENROLLED
    assert case.enrolled_elsewhere
    assert case.preferences.status(1) == PreferenceStatus.RELEASED
    assert not case.is_live


def test_an_enrolment_while_nobody_is_asked_names_nobody_expected():
    nobody = enrolment_mismatch_detected(expected_institution="", expected_doctor="")
    given(*ASKED, institution_declined()).when(enrol(ELSEWHERE)).then(nobody)
    wishes = (structs.replace(PREFERENCES[2], rank=1),)
    changing = (case_submitted(kind=CaseKind.CHANGE, preferences=wishes), change_requested())
    given(*changing).when(enrol(ELSEWHERE)).then(nobody)


def test_an_enrolment_ends_a_case_that_found_nobody():
    nobody = enrolment_mismatch_detected(expected_institution="", expected_doctor="")
    case = given(*ASKED, institution_declined(), case_unmatched()).when(enrol(ELSEWHERE)).then(nobody)
    assert case.match_status == MatchStatus.MATCHED
    assert case.enrolment_status == EnrolmentStatus.ENROLLED


@pytest.mark.parametrize(
    "history",
    [
        (*AGREED, notice_signed(), case_enrolled()),
        (*ASKED, case_withdrawn()),
    ],
    ids=["enrolled", "withdrawn"],
)
def test_a_case_that_is_over_is_not_ended_again(history):
    refused = given(*history).when(enrol(HERE)).then_refused(CaseEnded)
    assert refused.code == "case-ended"


def test_the_doctor_expected_is_the_one_that_was_asked():
    case = given(*ASKED).when(enrol(ELSEWHERE)).then(enrolment_mismatch_detected(expected_doctor=BANQIAO_DOCTOR))
    assert case.preferences.open is None
