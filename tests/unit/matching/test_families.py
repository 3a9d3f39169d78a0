"""What a family may do to its case: amend, withdraw, report a birth, be reached elsewhere."""

from dataclasses import replace

import pytest
from msgspec import structs

from services.matching.domain.guards import reporting_birth_as
from services.matching.domain.refusals import (
    CaseEnded,
    ChildAlreadyBorn,
    FirstPreferenceLocked,
    NoPreferenceLeftToAmend,
    PreferenceAlreadyAsked,
    PreferenceIsFormerDoctor,
    SecondTwinHasOwnCase,
)
from services.matching.domain.statuses import MatchStatus, PreferenceStatus
from services.matching.events import CaseKind, Preference, Source, WithdrawReason
from tests.controls.events import (
    case_enrolled,
    case_submitted,
    case_unmatched,
    case_withdrawn,
    change_requested,
    child_born,
    contact_changed,
    enrolment_mismatch_detected,
    institution_accepted,
    institution_declined,
    notice_requested,
    notice_signed,
    preference_offered,
    preferences_amended,
)
from tests.controls.family import (
    BANQIAO_CLINIC,
    BANQIAO_DOCTOR,
    BIRTH,
    CONTACT,
    DAAN_CLINIC,
    DAAN_DOCTOR,
    FATHER,
    PREFERENCES,
    ZHONGHE_CLINIC,
    ZHONGHE_DOCTOR,
    sealed,
    taipei,
)
from tests.unit.matching.scenario import POLICY, given, replayed

NOW = taipei(2, 18, 20, 40)
ASKED = (case_submitted(), preference_offered())
SECOND_ASKED = (
    *ASKED,
    institution_declined(),
    preference_offered(rank=2, institution=DAAN_CLINIC, doctor=DAAN_DOCTOR),
)
ENROLLED = (*ASKED, institution_accepted(), notice_requested(), notice_signed(), case_enrolled())
FIRST, SECOND, THIRD = PREFERENCES
WISHES = (structs.replace(SECOND, rank=1), structs.replace(THIRD, rank=2))
CHANGING = (case_submitted(kind=CaseKind.CHANGE, preferences=WISHES), change_requested())
OTHER = Preference(2, "3501010014", "DR-004321", "臺北市", "中正區")
EXPECTED = (case_submitted(born=False, child_subject=BIRTH), preference_offered())


def amend(*preferences):
    return lambda case: case.amend_preferences(preferences, POLICY, NOW)


# Preferences


def test_preferences_that_were_not_asked_can_be_replaced():
    case = given(*ASKED).when(amend(*preferences_amended().preferences)).then(preferences_amended())
    assert [preference.institution for preference in case.preferences.preferences] == [BANQIAO_CLINIC, ZHONGHE_CLINIC]
    assert case.preferences.statuses == (PreferenceStatus.OFFERED, PreferenceStatus.WAITING)


def test_preferences_can_be_added_and_removed_behind_those_asked():
    alone = (case_submitted(preferences=PREFERENCES[:1]), preference_offered())
    given(*alone).when(amend(*PREFERENCES)).then(preferences_amended(preferences=PREFERENCES))
    given(*ASKED).when(amend(FIRST)).then(preferences_amended(preferences=(FIRST,)))


def test_the_first_preference_is_locked_once_submitted():
    swapped = (structs.replace(SECOND, rank=1), structs.replace(FIRST, rank=2), THIRD)
    refusal = given(*ASKED).when(amend(*swapped)).then_refused(FirstPreferenceLocked)
    assert refusal.field == "preferences.0"


def test_the_first_preference_of_a_change_is_locked_before_anybody_is_asked():
    given(*CHANGING).when(amend(structs.replace(OTHER, rank=1), WISHES[1])).then_refused(FirstPreferenceLocked)
    given(*CHANGING).when(amend(WISHES[0], OTHER)).then(preferences_amended(preferences=(WISHES[0], OTHER)))


def test_a_policy_may_leave_the_first_preference_open_until_it_is_asked():
    lenient = replace(POLICY, locked_ranks=frozenset())
    other = (structs.replace(OTHER, rank=1),)
    given(*CHANGING).when(lambda case: case.amend_preferences(other, lenient, NOW)).then(
        preferences_amended(preferences=other)
    )
    given(*ASKED).when(lambda case: case.amend_preferences(other, lenient, NOW)).then_refused(FirstPreferenceLocked)


def test_a_preference_that_was_asked_can_neither_be_replaced_nor_removed():
    refusal = given(*SECOND_ASKED).when(amend(FIRST, OTHER)).then_refused(PreferenceAlreadyAsked, rank=2)
    assert refusal.field == "preferences.1"
    given(*SECOND_ASKED).when(amend(FIRST)).then_refused(PreferenceAlreadyAsked, rank=2)


def test_nothing_can_be_amended_once_every_preference_was_asked():
    all_asked = (
        *SECOND_ASKED,
        institution_declined(rank=2, institution=DAAN_CLINIC, doctor=DAAN_DOCTOR),
        preference_offered(rank=3, institution=ZHONGHE_CLINIC, doctor=ZHONGHE_DOCTOR),
    )
    given(*all_asked).when(amend(*PREFERENCES)).then_refused(NoPreferenceLeftToAmend)


def test_a_change_cannot_be_amended_back_to_the_former_doctor():
    former = Preference(2, BANQIAO_CLINIC, BANQIAO_DOCTOR, "新北市", "板橋區")
    refusal = given(*CHANGING).when(amend(WISHES[0], former)).then_refused(PreferenceIsFormerDoctor)
    assert refusal.field == "preferences.1.doctor"


@pytest.mark.parametrize(
    ("history", "became"),
    [
        (ENROLLED, "matched"),
        ((*ASKED, case_withdrawn()), "withdrawn"),
        ((*ASKED, institution_declined(), case_unmatched()), "unmatched"),
        ((*ASKED, enrolment_mismatch_detected()), "enrolled_elsewhere"),
    ],
    ids=["enrolled", "withdrawn", "unmatched", "enrolled elsewhere"],
)
def test_an_ended_case_takes_nothing_more_and_says_how_it_ended(history, became):
    given(*history).when(amend(*PREFERENCES)).then_refused(CaseEnded, became=became)
    given(*history).when(lambda case: case.withdraw(WithdrawReason.OTHER, POLICY, NOW)).then_refused(
        CaseEnded, became=became
    )


@pytest.mark.parametrize("history", [ENROLLED, (*ASKED, case_withdrawn())], ids=["enrolled", "withdrawn"])
def test_a_birth_is_no_longer_reported_to_a_case_that_is_over(history):
    given(*history).when(lambda case: case.report_birth(case.family, NOW)).then_refused(CaseEnded)


# Withdrawal


def test_a_withdrawn_case_is_over_and_its_open_offer_released():
    case = (
        given(*ASKED)
        .when(lambda case: case.withdraw(WithdrawReason.FOUND_OTHERWISE, POLICY, NOW))
        .then(case_withdrawn())
    )
    assert case.match_status == MatchStatus.WITHDRAWN
    assert not case.is_live
    assert case.preferences.statuses == (
        PreferenceStatus.RELEASED,
        PreferenceStatus.WAITING,
        PreferenceStatus.WAITING,
    )


def test_a_change_can_be_withdrawn_while_the_closure_is_awaited():
    given(*CHANGING).when(lambda case: case.withdraw(WithdrawReason.FOUND_OTHERWISE, POLICY, NOW)).then(
        case_withdrawn()
    )


def test_a_policy_may_let_families_withdraw_from_a_pending_notice():
    lenient = replace(POLICY, pending_notice_locks=False)
    agreed = (*ASKED, institution_accepted(), notice_requested())
    case = (
        given(*agreed)
        .when(lambda case: case.withdraw(WithdrawReason.FOUND_OTHERWISE, lenient, NOW))
        .then(case_withdrawn())
    )
    assert case.preferences.status(1) == PreferenceStatus.RELEASED


# Birth


def test_a_reported_birth_replaces_what_was_expected():
    born = replace(
        replayed(case_submitted()).family, child=child_born().child, child_subject=child_born().child_subject
    )
    case = given(*EXPECTED).when(lambda case: case.report_birth(born, NOW)).then(child_born())
    assert case.born
    assert case.family == born
    assert case.match_status == MatchStatus.MATCHING


def test_a_birth_is_reported_once():
    given(*ASKED).when(lambda case: case.report_birth(case.family, NOW)).then_refused(ChildAlreadyBorn)
    given(*EXPECTED, child_born()).when(lambda case: case.report_birth(case.family, NOW)).then_refused(ChildAlreadyBorn)


# Contact


def test_a_case_answers_to_its_new_contact():
    contact = contact_changed().contact
    case = given(*ASKED).when(lambda case: case.change_contact(contact, Source.BUREAU, NOW)).then(contact_changed())
    assert case.family.contact == contact


def test_an_unmatched_family_can_still_be_reached_elsewhere():
    contact = sealed(CONTACT, structs.replace(FATHER, email=""))
    unmatched = (*ASKED, institution_declined(), case_unmatched())
    given(*unmatched).when(lambda case: case.change_contact(contact, Source.PLATFORM, NOW)).then(
        contact_changed(contact=contact, proved_by=Source.PLATFORM)
    )


def test_the_contact_of_a_finished_case_stays():
    contact = contact_changed().contact
    for history in (ENROLLED, (*ASKED, case_withdrawn())):
        given(*history).when(lambda case: case.change_contact(contact, Source.PLATFORM, NOW)).then_refused(CaseEnded)


@pytest.mark.parametrize(
    ("expected", "born", "taken"), [(0, 1, True), (1, 0, True), (0, 2, False), (1, 2, False), (2, 1, False)]
)
def test_the_second_of_twins_is_not_reported_as_the_child_that_was_expected(expected, born, taken):
    story = given(case_submitted(born=False, child_subject=BIRTH, birth_order=expected), preference_offered())
    family = replace(replayed(case_submitted()).family, birth_order=born)
    told = story.when(lambda case: case.report_birth(family, NOW))
    if taken:
        assert told.then(child_born(birth_order=born, child=family.child, child_subject=family.child_subject)).born
    else:
        told.then_refused(SecondTwinHasOwnCase)
        objection = reporting_birth_as(replayed(case_submitted(born=False, birth_order=expected)), born)
        assert objection.field == "child.birth_order"
