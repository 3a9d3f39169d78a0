"""Institutions answer, or do not: one wins, the other is told what happened; the next preference is asked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from services.matching import commands
from services.matching.domain import refusals
from services.matching.domain.statuses import MatchStatus, PreferenceStatus
from services.matching.events import DeclineReason, FreeText, WithdrawReason
from shared.refusals import Refusal
from tests.controls.applicants import BANQIAO, DAAN, DOCTORS, FamilyOf, bureau_of, doctor_at, taipei

LIN = FamilyOf(1)


@pytest.fixture
def case_id(office):
    return office.submit(LIN).id


def answered(office, *asked):
    """Give commands at once, each by its caller; what each was answered, or refused with."""

    def ask(number):
        command, caller = asked[number]
        try:
            return office.matching.handle(command, caller, f"race/{number}", office.now)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(ask, range(len(asked))))


def test_an_institution_or_a_doctor_no_longer_taking_part_can_decline_and_not_accept(office, case_id):
    def objections():
        found = office.matching.actions(case_id, doctor_at(BANQIAO), office.now)
        return {action.command: action.objection for action in found}

    doctor = office.registry.doctors[DOCTORS[BANQIAO]]
    office.registry.doctors[DOCTORS[BANQIAO]] = replace(doctor, active=False)
    assert isinstance(objections()[commands.AcceptOffer], refusals.DoctorNotTakingPart)
    with pytest.raises(refusals.DoctorNotTakingPart):
        office.accepted_by(BANQIAO, case_id)
    office.registry.leaves(BANQIAO)
    assert isinstance(objections()[commands.AcceptOffer], refusals.InstitutionNotTakingPart)
    with pytest.raises(refusals.InstitutionNotTakingPart):
        office.accepted_by(BANQIAO, case_id)
    assert objections()[commands.DeclineOffer] is None
    office.declined_by(BANQIAO, case_id)


def refused(answers):
    return [answer for answer in answers if isinstance(answer, Refusal)]


# One wins


def test_of_two_answers_of_one_clinic_at_once_one_counts_and_the_other_is_told(office, case_id):
    doctor = doctor_at(BANQIAO)
    accept = commands.AcceptOffer(case_id, 1)
    decline = commands.DeclineOffer(case_id, 1, DeclineReason.CAPACITY_FULL, "收案員額已滿")
    answers = answered(office, *[(accept, doctor), (decline, doctor)] * 4)
    losers = refused(answers)
    assert len(losers) == 7
    became = str(office.case(case_id).preferences.status(1))
    assert {(loser.code, loser.params["became"]) for loser in losers} == {("offer-no-longer-open", became)}


def test_of_a_late_answer_and_the_end_of_the_time_one_counts(office, case_id):
    expire = (commands.ExpireOffer(case_id, 1), replace(office.platform, id="process/expire"))
    accept = (commands.AcceptOffer(case_id, 1), doctor_at(BANQIAO))
    office.now = taipei(2, 26)
    answers = answered(office, expire, accept, accept)
    assert [loser.code for loser in refused(answers)] == ["offer-no-longer-open"] * 2
    assert office.case(case_id).preferences.status(1) == PreferenceStatus.EXPIRED


def test_a_withdrawal_and_an_acceptance_at_once_leave_one_of_them(office, case_id):
    withdraw = (commands.Withdraw(case_id, WithdrawReason.OTHER), office.parent(LIN))
    answers = answered(office, withdraw, (commands.AcceptOffer(case_id, 1), doctor_at(BANQIAO)))
    [loser] = refused(answers)
    withdrawn = office.case(case_id).match_status == MatchStatus.WITHDRAWN
    assert loser.code == ("offer-no-longer-open" if withdrawn else "notice-pending")


def test_changes_that_do_not_touch_each_other_are_all_made(office, case_id):
    mails = [replace(LIN.contact, email=f"mother{number}@example.tw") for number in range(2)]
    asked = [(commands.ChangeContact(case_id, contact), office.proving(LIN, contact)) for contact in mails]
    answers = answered(office, *asked, (commands.AcceptOffer(case_id, 1), doctor_at(BANQIAO)))
    assert refused(answers) == []
    assert sorted(office.told(case_id)[2:]) == [
        "ContactChanged",
        "ContactChanged",
        "InstitutionAccepted",
        "NoticeRequested",
    ]


def test_a_clinic_whose_offer_went_on_is_told_so_by_the_other_clinics_turn(office, case_id):
    office.declined_by(BANQIAO, case_id)
    office.by_platform(commands.OfferNextPreference(case_id))
    with pytest.raises(refusals.OfferNoLongerOpen) as told:
        office.accepted_by(BANQIAO, case_id)
    assert told.value.params == {"rank": 1, "became": "declined"}
    with pytest.raises(refusals.OfferNotYours):
        office.ask(commands.AcceptOffer(case_id, 2), doctor_at(BANQIAO))
    office.accepted_by(DAAN, case_id, rank=2)


# Answers


def test_a_decline_is_explained_in_words_sealed_for_the_child(office, case_id):
    office.declined_by(BANQIAO, case_id)
    [*_, declined] = office.matching.events.get(case_id)
    assert declined.reason == DeclineReason.CAPACITY_FULL
    assert office.vault.open(declined.explanation, FreeText) == FreeText("收案員額已滿")


@pytest.mark.parametrize(("text", "code"), [(" ", "reason-missing"), ("滿" * 4001, "reason-too-long")])
def test_a_decline_without_a_fitting_explanation_is_refused(office, case_id, text, code):
    with pytest.raises(refusals.InvalidForm) as told:
        office.ask(commands.DeclineOffer(case_id, 1, DeclineReason.OTHER, text), doctor_at(BANQIAO))
    assert [(refusal.field, refusal.code) for refusal in told.value.refusals] == [("explanation", code)]


def test_the_notice_of_an_expected_child_can_be_signed_after_its_birth(office):
    expecting = office.submit(LIN, child=LIN.expected).id
    office.accepted_by(BANQIAO, expecting)
    assert office.case(expecting).sign_by > taipei(4, 2) + timedelta(days=20)
    born = office.submit(FamilyOf(2)).id
    office.accepted_by(BANQIAO, born)
    assert office.case(born).sign_by < taipei(4, 2)


# What follows by itself


def test_a_case_goes_through_its_preferences_and_ends_unmatched(office, case_id):
    office.declined_by(BANQIAO, case_id)
    office.by_platform(commands.OfferNextPreference(case_id))
    office.now = taipei(2, 26)
    office.by_platform(commands.ExpireOffer(case_id, 2))
    office.registry.leaves("3531040091")
    office.by_platform(commands.OfferNextPreference(case_id))
    assert office.told(case_id)[2:] == [
        "InstitutionDeclined",
        "PreferenceOffered",
        "OfferExpired",
        "PreferencePassedOver",
        "CaseUnmatched",
    ]
    assert office.submit(LIN, BANQIAO).id != case_id  # the child may be applied for again


def test_an_institution_is_reminded_on_its_day(office, case_id):
    with pytest.raises(refusals.ReminderNotDue):
        office.by_platform(commands.RemindOffer(case_id, 1, 1))
    office.now = taipei(2, 20, 9)
    office.by_platform(commands.RemindOffer(case_id, 1, 1))
    assert office.told(case_id)[-1] == "OfferReminded"


def test_an_unsigned_notice_lapses(office, case_id):
    office.accepted_by(BANQIAO, case_id)
    with pytest.raises(refusals.NoticePending):
        office.by_platform(commands.LapseNotice(case_id, 1))
    office.now = taipei(4, 1)
    office.by_platform(commands.LapseNotice(case_id, 1))
    assert office.case(case_id).preferences.status(1) == PreferenceStatus.LAPSED


def test_only_the_platform_moves_the_clock_on(office, case_id):
    office.now = taipei(2, 26)
    with pytest.raises(refusals.RoleNotAllowed):
        office.ask(commands.ExpireOffer(case_id, 1), doctor_at(BANQIAO))


@pytest.mark.parametrize("caller", [doctor_at(BANQIAO), bureau_of("新北市")], ids=["clinic", "bureau"])
def test_a_family_released_from_a_notice_may_withdraw(office, case_id, caller):
    office.accepted_by(BANQIAO, case_id)
    with pytest.raises(refusals.NoticePending):
        office.ask(commands.Withdraw(case_id, WithdrawReason.MOVED), office.parent(LIN))
    office.ask(commands.ReleaseNotice(case_id, 1, "家長將搬家"), caller)
    office.ask(commands.Withdraw(case_id, WithdrawReason.MOVED), office.parent(LIN))
    assert office.told(case_id)[-2:] == ["NoticeReleased", "CaseWithdrawn"]


def test_another_countys_bureau_cannot_release(office, case_id):
    office.accepted_by(BANQIAO, case_id)
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(commands.ReleaseNotice(case_id, 1, "家長將搬家"), bureau_of("連江縣"))
