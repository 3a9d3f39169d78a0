"""A change of doctor waits for the closure of what was, which the register or a bureau tells of."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching import commands
from services.matching.commands import PreferenceEntry
from services.matching.domain import refusals
from services.matching.domain.statuses import MatchStatus
from services.matching.events import ChangeReason, Child, ClosureReason
from shared.application import Result
from tests.controls.applicants import (
    BANQIAO,
    CLOSED,
    DAAN,
    DOCTORS,
    OPERATOR,
    ZHONGHE,
    FamilyOf,
    bureau_of,
    doctor_at,
    taipei,
)

LIN, CHEN = FamilyOf(1), FamilyOf(2)


@pytest.fixture(autouse=True)
def later(office):
    office.now = taipei(2, 24)


def test_a_change_waits_for_the_former_institution_and_then_asks_the_new_one(office):
    enrolment = office.enrolled(LIN)
    case = office.change(LIN, enrolment.id)
    assert office.told(case.id) == ["CaseSubmitted", "ChangeRequested"]
    office.by_platform(commands.NotifyFormerInstitution(case.id))
    with pytest.raises(refusals.ClosureAwaited):
        office.by_platform(commands.OfferNextPreference(case.id))
    office.now = taipei(3, 11)
    office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))
    office.by_platform(commands.OfferNextPreference(case.id))
    assert office.told(case.id)[2:] == [
        "FormerInstitutionNotified",
        "BureauTaskOpened",
        "PreviousEnrolmentClosed",
        "PreferenceOffered",
    ]
    assert office.told(enrolment.id) == ["EnrolmentRecorded", "EnrolmentClosed"]
    office.accepted_by(DAAN, case.id)
    office.ask(LIN.row(DAAN, enrolled_on=date(2025, 3, 11)), OPERATOR)
    assert office.case(case.id).match_status == MatchStatus.MATCHED


def test_a_change_can_be_asked_of_the_case_that_led_to_the_enrolment(office):
    case = office.agreed(LIN)
    with pytest.raises(refusals.NoticePending):
        office.change(LIN, case.id)
    office.ask(LIN.row(), OPERATOR)
    assert office.change(LIN, case.id).number != case.number


def test_one_change_at_a_time(office):
    enrolment = office.enrolled(LIN)
    first = office.change(LIN, enrolment.id)
    with pytest.raises(refusals.ChangeUnderWay) as refused:
        office.change(LIN, enrolment.id)
    assert refused.value.params == {"case_no": first.number}


def test_a_change_leads_elsewhere_and_is_the_familys_to_ask(office):
    enrolment = office.enrolled(LIN)
    with pytest.raises(refusals.InvalidForm) as refused:
        office.change(LIN, enrolment.id, BANQIAO)
    assert [refusal.code for refusal in refused.value.refusals] == ["preference-is-former-doctor"]
    with pytest.raises(refusals.EnrolmentNotYours):
        office.change(CHEN, enrolment.id)


def test_what_is_open_is_what_would_be_taken(office):
    def objection(about):
        found = office.matching.actions(about, office.parent(LIN), office.now)
        [change] = [action.objection for action in found if action.command is commands.RequestChange]
        return change and change.code

    case = office.agreed(LIN)
    assert objection(case.id) == "notice-pending"
    enrolment = office.ask(LIN.row(), OPERATOR)
    assert objection(case.id) is None
    assert objection(enrolment.id) is None
    office.change(LIN, enrolment.id)
    assert objection(enrolment.id) == "change-under-way"
    assert objection(case.id) == "change-under-way"


def test_the_case_behind_a_closed_enrolment_offers_no_change(office):
    case = office.agreed(LIN)
    office.ask(LIN.row(), OPERATOR)
    office.now = taipei(3, 11)
    office.ask(LIN.closure(), OPERATOR)
    found = {action.command: action for action in office.matching.actions(case.id, office.parent(LIN), office.now)}
    assert isinstance(found[commands.RequestChange].objection, refusals.EnrolmentAlreadyClosed)


def test_a_child_past_the_age_limit_changes_doctors_no_more(office):
    enrolment = office.enrolled(LIN)
    office.now = taipei(2, 27).replace(year=2028)
    with pytest.raises(refusals.InvalidForm) as refused:
        office.change(LIN, enrolment.id)
    assert [refusal.code for refusal in refused.value.refusals] == ["child-too-old"]


def test_a_family_that_has_moved_says_where_to(office):
    enrolment = office.enrolled(LIN)
    command = commands.RequestChange(
        enrolment.id,
        ChangeReason.MOVED,
        (PreferenceEntry(DAAN, DOCTORS[DAAN]),),
        residence=commands.AddressEntry("臺北市", "大安區"),
    )
    family = office.case(office.ask(command, office.parent(LIN)).id).family
    assert family.county == "臺北市"
    assert office.vault.open(family.child, Child).residence.district == "大安區"
    assert office.vault.open(family.child, Child).name == LIN.child.name


def test_a_closure_in_the_register_sets_the_change_free(office):
    enrolment = office.enrolled(LIN)
    case = office.change(LIN, enrolment.id)
    office.now = taipei(3, 11)
    outcome = office.ask(LIN.closure(), doctor_at(BANQIAO))
    assert (outcome.id, outcome.number) == (enrolment.id, case.number)
    assert office.told(case.id)[-1] == "PreviousEnrolmentClosed"
    with pytest.raises(refusals.NoClosureAwaited):
        office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))


def test_a_closure_that_the_bureau_has_confirmed_is_known_to_the_register(office):
    enrolment = office.enrolled(LIN)
    case = office.change(LIN, enrolment.id)
    office.now = taipei(3, 11)
    office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))
    assert office.ask(LIN.closure(), OPERATOR).result == Result.UNCHANGED


def test_a_closure_is_confirmed_by_the_former_countys_bureau_for_a_day_that_has_come(office):
    case = office.change(LIN, office.enrolled(LIN).id)
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(commands.ConfirmClosure(case.id, date(2025, 2, 27)), bureau_of("臺北市"))
    with pytest.raises(refusals.InvalidForm):
        office.ask(commands.ConfirmClosure(case.id, CLOSED), bureau_of("新北市"))
    with pytest.raises(refusals.ClosedBeforeEnrolled):
        office.ask(commands.ConfirmClosure(case.id, date(2025, 2, 1)), bureau_of("新北市"))


def test_a_child_without_a_number_is_closed_by_mother_birth_order_and_date(office):
    office.now = taipei(2, 27)
    enrolment = office.ask(LIN.row(child=replace(LIN.child, identifier="")), OPERATOR)
    office.now = taipei(3, 11)
    by_birth = LIN.closure(child_identifier="", mother=LIN.mother, birth_date=LIN.child.birth_date)
    assert office.ask(by_birth, OPERATOR).id == enrolment.id
    assert office.ask(by_birth, OPERATOR).result == Result.UNCHANGED


def test_a_closure_of_nobody_is_refused(office):
    office.now = taipei(3, 11)
    with pytest.raises(refusals.EnrolmentUnknown):
        office.ask(CHEN.closure(), OPERATOR)
    office.enrolled(LIN)
    office.now = taipei(3, 11)
    with pytest.raises(refusals.EnrolmentUnknown):
        office.ask(LIN.closure(institution=ZHONGHE), OPERATOR)
    with pytest.raises(refusals.InvalidForm) as refused:
        office.ask(LIN.closure(child_identifier=""), OPERATOR)
    assert [refusal.field for refusal in refused.value.refusals] == ["child_identifier"]


def test_after_the_closure_a_family_may_apply_anew(office):
    office.enrolled(LIN)
    with pytest.raises(refusals.AlreadyEnrolled):
        office.submit(LIN)
    office.now = taipei(3, 11)
    office.ask(LIN.closure(reason=ClosureReason.MOVED_AWAY), OPERATOR)
    assert office.submit(LIN).number


def test_an_enrolled_family_with_a_lost_phone_is_reached_again(office):
    enrolment = office.enrolled(LIN)
    office.ask(commands.ChangeContact(enrolment.id, CHEN.contact), doctor_at(BANQIAO))
    assert office.change(CHEN, enrolment.id).number
