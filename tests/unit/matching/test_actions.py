"""What is open, and why not, is what the commands themselves would answer."""

from dataclasses import replace
from uuid import uuid4

from services.matching import commands
from services.matching.domain.access import PLATFORM as SYSTEM
from services.matching.domain.access import WHO_MAY
from services.matching.domain.actions import actions, enrolment_actions
from services.matching.domain.refusals import (
    CaseNotYours,
    ChangeUnderWay,
    EnrolmentAlreadyClosed,
    NotEnrolledYet,
    NoticePending,
    OfferNoLongerOpen,
    OfferNotYours,
    RoleNotAllowed,
)
from services.matching.events import CaseKind
from shared.sealing import SubjectId
from tests.controls.enrolments import enrolment_closed, enrolment_recorded
from tests.controls.events import (
    case_enrolled,
    case_submitted,
    change_requested,
    institution_accepted,
    institution_declined,
    notice_requested,
    notice_signed,
    preference_offered,
)
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR, end_of, taipei
from tests.unit.matching.callers import BUREAU, DOCTOR, NEXT_DOCTOR, PARENT
from tests.unit.matching.scenario import FACTS, replayed

NOW = taipei(2, 19, 10)
ASKED = (case_submitted(), preference_offered())
SECOND_ASKED = (
    *ASKED,
    institution_declined(),
    preference_offered(rank=2, institution=DAAN_CLINIC, doctor=DAAN_DOCTOR),
)
AGREED = (*ASKED, institution_accepted(), notice_requested())
ENROLLED = (*AGREED, notice_signed(), case_enrolled())


def answers(history, caller, now=NOW):
    return {action.command: action.objection for action in actions(replayed(*history), caller, now, FACTS)}


def open_to(history, caller, now=NOW):
    return {action.command for action in actions(replayed(*history), caller, now, FACTS) if action.is_open}


def test_every_command_about_a_case_that_a_person_can_give_is_listed():
    on_its_own = {
        commands.SubmitApplication,
        commands.RecordEnrolment,
        commands.CloseEnrolment,
        commands.ImportRegister,
        commands.RecordImport,
        commands.StatePlaces,
        commands.ForgetSubject,
    }
    by_people = {command for command, parties in WHO_MAY.items() if parties != (SYSTEM,)}
    assert set(answers(ASKED, PARENT)) == by_people - on_its_own


def test_a_family_in_matching_may_amend_withdraw_and_change_its_contact():
    assert open_to(ASKED, PARENT) == {commands.AmendPreferences, commands.Withdraw, commands.ChangeContact}


def test_a_family_that_expects_its_child_may_report_the_birth():
    expecting = (case_submitted(born=False), preference_offered())
    assert commands.ReportBirth in open_to(expecting, PARENT)


def test_a_family_with_a_notice_pending_is_told_that_it_binds():
    objections = answers(AGREED, PARENT)
    for command in (commands.AmendPreferences, commands.Withdraw, commands.RequestChange):
        assert isinstance(objections[command], NoticePending)
    assert open_to(AGREED, PARENT) == {commands.ChangeContact}


def test_an_enrolled_family_may_ask_for_a_change_and_others_not_yet():
    assert open_to(ENROLLED, PARENT) == {commands.RequestChange}
    assert isinstance(answers(ASKED, PARENT)[commands.RequestChange], NotEnrolledYet)


def test_a_stranger_is_told_that_the_case_is_not_theirs():
    stranger = replace(PARENT, subject=SubjectId(uuid4()))
    assert open_to(ASKED, stranger) == set()
    assert isinstance(answers(ASKED, stranger)[commands.Withdraw], CaseNotYours)


def test_the_institution_asked_may_answer():
    assert open_to(ASKED, DOCTOR) == {commands.AcceptOffer, commands.DeclineOffer, commands.ChangeContact}
    assert isinstance(answers(ASKED, DOCTOR)[commands.Withdraw], RoleNotAllowed)


def test_an_institution_whose_offer_is_settled_is_told_what_became_of_it():
    objection = answers(SECOND_ASKED, DOCTOR)[commands.AcceptOffer]
    assert isinstance(objection, OfferNoLongerOpen)
    assert objection.params == {"rank": 1, "became": "declined"}


def test_an_institution_is_told_when_its_time_is_over():
    objection = answers(ASKED, DOCTOR, now=end_of(2, 26))[commands.DeclineOffer]
    assert isinstance(objection, OfferNoLongerOpen)
    assert objection.params["became"] == "expired"


def test_an_institution_named_twice_answers_for_the_preference_now_asked():
    manager = replace(DOCTOR, acts_for=frozenset({BANQIAO_DOCTOR, "DR-002222"}))
    again = (
        *ASKED,
        institution_declined(),
        preference_offered(rank=2, institution=BANQIAO_CLINIC, doctor="DR-002222"),
    )
    first, second, third = case_submitted().preferences
    wishes = (first, type(second)(2, BANQIAO_CLINIC, "DR-002222", "新北市", "板橋區"), third)
    assert commands.AcceptOffer in open_to((case_submitted(preferences=wishes), *again[1:]), manager)


def test_an_institution_whose_turn_is_over_changes_no_contact():
    assert open_to(SECOND_ASKED, DOCTOR) == set()


def test_an_institution_whose_turn_has_not_come_has_nothing_to_do():
    assert open_to(ASKED, NEXT_DOCTOR) == set()
    assert isinstance(answers(ASKED, NEXT_DOCTOR)[commands.AcceptOffer], OfferNotYours)


def test_the_institution_that_agreed_may_release_and_export():
    assert open_to(AGREED, DOCTOR) == {commands.ReleaseNotice, commands.ExportCases, commands.ChangeContact}


def test_the_bureau_may_release_and_change_the_contact():
    assert open_to(AGREED, BUREAU) == {commands.ReleaseNotice, commands.ChangeContact}


def test_the_former_bureau_may_confirm_the_closure():
    changing = (case_submitted(kind=CaseKind.CHANGE), change_requested())
    assert commands.ConfirmClosure in open_to(changing, BUREAU)
    assert commands.ConfirmClosure not in open_to(ASKED, BUREAU)


def about_enrolment(history, caller, live=None):
    return {action.command: action.objection for action in enrolment_actions(replayed(*history), live, caller)}


def test_what_is_open_about_an_enrolment():
    assert about_enrolment([enrolment_recorded()], PARENT) == {
        commands.RequestChange: None,
        commands.ChangeContact: None,
    }
    by_clinic = about_enrolment([enrolment_recorded()], DOCTOR)
    assert isinstance(by_clinic[commands.RequestChange], RoleNotAllowed)
    assert by_clinic[commands.ChangeContact] is None


def test_a_closed_enrolment_is_closed_to_everything():
    closed = about_enrolment([enrolment_recorded(), enrolment_closed()], PARENT)
    assert {type(objection) for objection in closed.values()} == {EnrolmentAlreadyClosed}


def test_an_enrolment_whose_child_has_a_change_under_way_takes_no_second_one():
    live = replayed(case_submitted(kind=CaseKind.CHANGE), change_requested())
    objection = about_enrolment([enrolment_recorded()], PARENT, live)[commands.RequestChange]
    assert isinstance(objection, ChangeUnderWay)
