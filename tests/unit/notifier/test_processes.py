"""Events of matching and identity in, commands to tell somebody out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.identity import events as identity
from services.matching import events as matching
from services.matching.events import ParticipationCause
from services.notifier import commands
from services.notifier.application.queueing import _LINKS
from services.notifier.commands import Template
from services.notifier.messages.templates import newest_version, template
from services.notifier.processes import PROCESSES
from services.notifier.processes.tell_account_holders import TellAccountHolders
from services.notifier.processes.tell_bureau_of_its_tasks import TellBureauOfItsTasks
from services.notifier.processes.tell_family_of_its_case import TellFamilyOfItsCase
from services.notifier.processes.tell_family_of_its_enrolment import TellFamilyOfItsEnrolment
from services.notifier.processes.tell_holders_of_nhi_cards import TellHoldersOfNhiCards
from services.notifier.processes.tell_institution_of_ending_licences import TellInstitutionOfEndingLicences
from services.notifier.processes.tell_institution_of_its_offers import TellInstitutionOfItsOffers
from tests.controls import accounts, cards, enrolments, nhi_cards, registry
from tests.controls import events as case
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, CASE, CASE_NO, CONTACT, DAAN_CLINIC, FATHER, sealed
from tests.unit.notifier.folding import Folded

SUBMITTED = case.case_submitted()


def told(process, *events):
    """The last command, of however many."""
    return Folded(process(), *events).commands[-1]


# The family ----------------------------------------------------------------------------------------------------------


def test_an_application_is_confirmed_to_the_contact_with_its_number():
    command = told(TellFamilyOfItsCase, SUBMITTED)

    assert command.template == Template.APPLICATION_RECEIVED
    assert command.contact == SUBMITTED.contact
    assert command.news == commands.News(
        follows=f"matching/{CASE}/1", happened_at=SUBMITTED.timestamp, case_no=CASE_NO, county="新北市"
    )


def test_a_change_is_confirmed_in_words_of_its_own():
    assert told(TellFamilyOfItsCase, case.case_submitted(kind=matching.CaseKind.CHANGE)).template == (
        Template.CHANGE_RECEIVED
    )


@pytest.mark.parametrize(
    ("event", "expected", "figures"),
    [
        (case.notice_requested(), Template.MATCH_FOUND, {"sign_by"}),
        (case.institution_declined(), Template.OFFER_DECLINED, {"reason"}),
        (case.offer_expired(), Template.OFFER_UNANSWERED, set()),
        (case.preference_passed_over(), Template.CHOICE_UNAVAILABLE, {"reason"}),
        (case.offer_withdrawn(), Template.CHOICE_UNAVAILABLE, {"reason"}),
        (case.case_unmatched(), Template.CASE_UNMATCHED, set()),
        (case.notice_lapsed(), Template.NOTICE_LAPSED, set()),
        (case.notice_released(), Template.NOTICE_RELEASED, {"resume_at"}),
        (case.case_enrolled(), Template.CHILD_ENROLLED, {"enrolled_on"}),
        (case.enrolment_mismatch_detected(), Template.CHILD_ENROLLED, {"enrolled_on"}),
        (case.case_withdrawn(), Template.CASE_WITHDRAWN, set()),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "TOPIC") else "",
)
def test_each_step_that_others_take_is_told_to_the_family(event, expected, figures):
    command = told(TellFamilyOfItsCase, SUBMITTED, event)

    assert (command.template, command.contact) == (expected, SUBMITTED.contact)
    assert set(command.news.figures) == figures
    assert command.news.follows == f"matching/{CASE}/{event.originator_version}"


def test_an_enrolment_elsewhere_names_where_the_child_is_now():
    event = case.enrolment_mismatch_detected()

    assert told(TellFamilyOfItsCase, SUBMITTED, event).news.institution == event.actual_institution


def test_whoever_the_case_answered_to_before_hears_of_the_new_contact_who_hears_of_all_that_follows():
    new = sealed(CONTACT, FATHER)
    changed = case.contact_changed(contact=new)

    family = Folded(TellFamilyOfItsCase(), SUBMITTED, changed, case.case_unmatched())

    to_former, to_new = family.commands[1:]
    assert (to_former.template, to_former.contact) == (Template.CONTACT_CHANGED, SUBMITTED.contact)
    assert (to_new.template, to_new.contact) == (Template.CASE_UNMATCHED, new)


def test_whoever_an_enrolment_answered_to_before_hears_of_the_new_contact():
    recorded = enrolments.enrolment_recorded(case_no="")

    [to_former] = Folded(TellFamilyOfItsEnrolment(), recorded, enrolments.enrolment_contact_changed()).commands

    assert (to_former.template, to_former.contact) == (Template.ENROLMENT_CONTACT_CHANGED, recorded.contact)
    assert (to_former.news.case_no, to_former.news.county) == ("", "新北市")


def test_a_child_that_is_born_elsewhere_moves_the_case_to_that_bureau():
    born = case.child_born(county="臺中市")

    assert told(TellFamilyOfItsCase, SUBMITTED, born, case.case_unmatched()).news.county == "臺中市"


def test_of_a_case_whose_beginning_is_missing_nobody_is_told():
    assert Folded(TellFamilyOfItsCase(), case.case_unmatched()).commands == []
    assert Folded(TellInstitutionOfItsOffers(), case.preference_offered()).commands == []


# The institution -----------------------------------------------------------------------------------------------------


def test_an_offer_is_told_to_the_institution_with_its_last_day():
    command = told(TellInstitutionOfItsOffers, SUBMITTED, case.preference_offered())

    assert (command.template, command.institution) == (Template.OFFER_MADE, BANQIAO_CLINIC)
    assert (command.news.doctor, command.news.county) == (BANQIAO_DOCTOR, "新北市")
    assert command.news.figures == {"answer_by": case.preference_offered().answer_by.isoformat()}


def test_an_unanswered_offer_is_recalled():
    offered = (SUBMITTED, case.preference_offered())

    assert told(TellInstitutionOfItsOffers, *offered, case.offer_reminded()).template == Template.OFFER_REMINDER


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (case.case_withdrawn(), "withdrawn"),
        (case.offer_expired(), "not_answered_in_time"),
        (case.notice_lapsed(), "signed_not_in_time"),
        (case.offer_withdrawn(cause=ParticipationCause.INSTITUTION_LEFT_PROGRAMME), "institution_left_programme"),
    ],
    ids=["withdrawn", "expired", "lapsed", "taken back"],
)
def test_an_institution_whose_part_is_over_without_its_doing_hears_why(event, reason):
    command = told(TellInstitutionOfItsOffers, SUBMITTED, case.preference_offered(), event)

    assert (command.template, command.institution) == (Template.OFFER_OVER, BANQIAO_CLINIC)
    assert command.news.figures == {"reason": reason}


@pytest.mark.parametrize("cause", [ParticipationCause.INSTITUTION_CLOSED, ParticipationCause.INSTITUTION_SUSPENDED])
def test_an_institution_whose_accounts_are_closed_with_it_is_not_written_to(cause):
    run = Folded(TellInstitutionOfItsOffers(), SUBMITTED, case.preference_offered())
    before = list(run.commands)

    assert run.take(case.offer_withdrawn(cause=cause)).commands == before


@pytest.mark.parametrize("event", [case.institution_declined(), case.offer_expired(), case.notice_released()])
def test_an_institution_whose_part_was_over_already_hears_no_more_of_a_withdrawal(event):
    run = Folded(TellInstitutionOfItsOffers(), SUBMITTED, case.preference_offered(), event)
    before = list(run.commands)

    assert run.take(case.case_withdrawn()).commands == before


def test_the_next_institution_hears_of_its_own_offer():
    run = Folded(
        TellInstitutionOfItsOffers(),
        SUBMITTED,
        case.preference_offered(),
        case.institution_declined(),
        case.preference_offered(institution=DAAN_CLINIC),
        case.case_withdrawn(),
    )

    assert [(command.template, command.institution) for command in run.commands] == [
        (Template.OFFER_MADE, BANQIAO_CLINIC),
        (Template.OFFER_MADE, DAAN_CLINIC),
        (Template.OFFER_OVER, DAAN_CLINIC),
    ]


def test_the_former_institution_is_told_of_a_change_for_information():
    change = case.case_submitted(originator_id=case.former_institution_notified().originator_id)
    command = told(TellInstitutionOfItsOffers, change, case.former_institution_notified())

    assert command.template == Template.CHANGE_INFORMED
    assert command.institution == case.former_institution_notified().former_institution


def test_a_mismatch_is_told_to_the_institution_it_was_agreed_with():
    event = case.enrolment_mismatch_detected()
    command = told(TellInstitutionOfItsOffers, SUBMITTED, case.preference_offered(), event)

    assert (command.template, command.institution) == (Template.ENROLLED_ELSEWHERE, event.expected_institution)
    assert command.news.elsewhere == event.actual_institution
    nobody = case.enrolment_mismatch_detected(expected_institution="", expected_doctor="")
    assert Folded(TellInstitutionOfItsOffers(), SUBMITTED, nobody).commands == []


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (registry.licence_expiring(), Template.LICENCE_EXPIRING),
        (registry.licence_expired(), Template.LICENCE_EXPIRED),
    ],
    ids=["expiring", "expired"],
)
def test_the_end_of_a_licence_is_told_to_where_its_holder_practises(event, expected):
    command = told(TellInstitutionOfEndingLicences, event)

    assert (command.template, command.institution) == (expected, event.institution)
    assert (command.news.institution, command.news.doctor) == (event.institution, event.practitioner)
    assert command.news.figures == {
        "licence": event.licence.number,
        "last_day": event.licence.valid_until.isoformat(),
    }
    assert command.news.follows == f"identity/{event.originator_id}/{event.originator_version}"


@pytest.mark.parametrize("event", [registry.licence_expiring(), registry.licence_expired()])
def test_of_the_licence_of_somebody_who_practises_nowhere_nobody_is_told(event):
    nowhere = replace(event, institution="")

    assert Folded(TellInstitutionOfEndingLicences(), nowhere).commands == []


# The bureau ----------------------------------------------------------------------------------------------------------


def test_an_unmatched_case_is_a_task_of_the_childs_bureau():
    command = told(TellBureauOfItsTasks, case.case_unmatched())

    assert (command.template, command.county) == (Template.BUREAU_UNMATCHED, case.case_unmatched().county)


def test_a_closure_is_a_task_of_the_former_institutions_bureau_with_its_day():
    event = case.bureau_task_opened()
    command = told(TellBureauOfItsTasks, event)

    assert (command.template, command.county) == (Template.BUREAU_CLOSURE, event.county)
    assert command.news.institution == event.former_institution
    assert command.news.figures == {"due_by": event.due_by.isoformat()}


# Accounts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (accounts.invitation_resent(), Template.ACCOUNT_INVITED),
        (accounts.invitation_reminded(), Template.INVITATION_REMINDER),
        (accounts.invitation_expired(), Template.INVITATION_EXPIRED),
        (accounts.account_disabled(), Template.ACCOUNT_DISABLED),
        (accounts.account_enabled(), Template.ACCOUNT_ENABLED),
        (accounts.password_reset_requested(), Template.PASSWORD_RESET),
        (accounts.password_changed(), Template.PASSWORD_CHANGED),
        (cards.card_bound(), Template.CARD_BOUND),
        (cards.card_unbound(), Template.CARD_UNBOUND),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "TOPIC") else "",
)
def test_a_holder_is_told_what_was_done_with_the_account_and_gets_the_links(event, expected):
    invited = accounts.account_invited()
    run = Folded(TellAccountHolders(), invited, event)

    assert run.told == [Template.ACCOUNT_INVITED, expected]
    command = run.commands[-1]
    assert (command.account, command.holder) == (invited.originator_id, getattr(event, "holder", invited.holder))
    assert (command.secret is not None) == (expected in _LINKS)
    assert command.until == (event.expires_at if command.secret is not None else None)


def test_a_sign_in_is_told_with_the_places_of_those_before():
    run = Folded(TellAccountHolders(), accounts.account_invited(), accounts.session_opened(), accounts.session_opened())

    first, second = run.commands[1:]
    assert first.known == ()
    assert second.known == (accounts.session_opened().where,)


def test_only_the_last_places_of_an_account_are_remembered():
    run = Folded(TellAccountHolders(), accounts.account_invited(), *[accounts.session_opened()] * 30)

    assert len(run.row.known) == 10


def test_a_parents_sign_in_is_told_to_nobody():
    parents = accounts.session_opened(account=None)

    assert Folded(TellAccountHolders(), accounts.account_invited(), parents).told == [Template.ACCOUNT_INVITED]


def test_a_code_goes_to_the_phone_that_it_is_for_with_its_minutes():
    issued = accounts.code_issued()
    command = told(TellAccountHolders, issued)

    assert (command.code, command.subject, command.until) == (issued.code, issued.subject, issued.expires_at)
    assert command.news.figures == {"minutes": "5"}
    assert command.template == Template.ONE_TIME_CODE


def test_a_code_for_a_new_contact_says_what_it_is_for():
    issued = accounts.code_issued(purpose=identity.CodePurpose.NEW_CONTACT)

    assert told(TellAccountHolders, issued).template == Template.CONTACT_CODE


# NHI cards -----------------------------------------------------------------------------------------------------------


def test_that_the_password_of_an_nhi_card_is_another_is_told_to_whoever_registered_it():
    registered, changed = nhi_cards.nhi_card_registered(), nhi_cards.nhi_password_changed()
    command = told(TellHoldersOfNhiCards, registered, changed)

    assert (command.template, command.holder) == (Template.NHI_PASSWORD_CHANGED, registered.holder)
    assert command.news.figures == {"at": changed.timestamp.isoformat()}


def test_that_an_nhi_card_was_registered_again_is_told_to_whoever_had_it_before():
    registered, replaced = nhi_cards.nhi_card_registered(), nhi_cards.nhi_card_replaced()
    run = Folded(TellHoldersOfNhiCards(), registered, nhi_cards.nhi_password_changed(), replaced)

    assert [command.holder for command in run.commands] == [registered.holder, registered.holder]
    after = Folded(TellHoldersOfNhiCards(), registered, replaced, nhi_cards.nhi_password_changed())
    assert after.commands[-1].holder == replaced.holder


def test_a_first_registration_of_an_nhi_card_is_no_news_to_its_holder():
    assert Folded(TellHoldersOfNhiCards(), nhi_cards.nhi_card_registered()).commands == []


# All of them ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_keeps_opened_personal_data(process):
    assert process.table.personal == ()


def test_every_message_is_caused_by_some_process():
    caused = {*Template} - {Template.NEW_SIGN_IN}
    runs = [
        Folded(TellFamilyOfItsCase(), *[builder() for builder in case.EXAMPLES.values()]),
        Folded(TellFamilyOfItsCase(), case.case_submitted(kind=matching.CaseKind.CHANGE)),
        Folded(TellInstitutionOfItsOffers(), SUBMITTED, case.preference_offered(), case.offer_reminded()),
        Folded(TellInstitutionOfItsOffers(), SUBMITTED, case.preference_offered(), case.case_withdrawn()),
        Folded(TellInstitutionOfItsOffers(), SUBMITTED, case.enrolment_mismatch_detected()),
        Folded(
            TellInstitutionOfItsOffers(),
            case.case_submitted(originator_id=case.former_institution_notified().originator_id),
            case.former_institution_notified(),
        ),
        Folded(TellInstitutionOfEndingLicences(), registry.licence_expiring(), registry.licence_expired()),
        Folded(TellBureauOfItsTasks(), case.case_unmatched(), case.bureau_task_opened()),
        Folded(TellAccountHolders(), *[builder() for builder in accounts.EXAMPLES.values()]),
        Folded(TellAccountHolders(), accounts.code_issued(purpose=identity.CodePurpose.NEW_CONTACT)),
        Folded(TellAccountHolders(), accounts.account_invited(), cards.card_bound(), cards.card_unbound()),
        Folded(TellHoldersOfNhiCards(), nhi_cards.nhi_card_registered(), nhi_cards.nhi_password_changed()),
        Folded(TellFamilyOfItsEnrolment(), enrolments.enrolment_recorded(), enrolments.enrolment_contact_changed()),
    ]

    assert caused <= {name for run in runs for name in run.told}


@pytest.mark.parametrize("name", sorted(_LINKS))
def test_a_message_with_a_link_has_a_secret_blank_for_it(name):
    assert "link" in template(name, newest_version(name)).secret
