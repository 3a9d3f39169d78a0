"""Who may ask: by role, by proof of identity, and by what ties them to the case."""

import inspect
from dataclasses import is_dataclass, replace
from uuid import uuid4

import pytest

from services.matching import commands
from services.matching.application.matching import HANDLERS
from services.matching.domain import access
from services.matching.domain.refusals import (
    CaseNotYours,
    EnrolmentNotYours,
    NotYourInstitution,
    NotYourJurisdiction,
    OfferNotYours,
    ProofNotAccepted,
    RoleNotAllowed,
)
from services.matching.events import CaseKind
from shared.principal import Assurance, Role
from shared.sealing import SubjectId
from tests.controls.enrolments import enrolment_recorded
from tests.controls.events import case_submitted, change_requested, institution_declined, preference_offered
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC, DAAN_DOCTOR
from tests.unit.matching.callers import BUREAU, DOCTOR, NEXT_DOCTOR, OPERATOR, PARENT, PLATFORM
from tests.unit.matching.scenario import replayed

ASKED = replayed(case_submitted(), preference_offered())
SECOND_ASKED = replayed(
    case_submitted(),
    preference_offered(),
    institution_declined(),
    preference_offered(rank=2, institution=DAAN_CLINIC, doctor=DAAN_DOCTOR),
)
CHANGING = replayed(case_submitted(kind=CaseKind.CHANGE), change_requested(former_county="臺北市"))
ENROLMENT = replayed(enrolment_recorded())

ENTRIES = {"AddressEntry", "ContactEntry", "MotherEntry", "ChildEntry", "PreferenceEntry"}
COMMANDS = {
    value
    for name, value in inspect.getmembers(commands, is_dataclass)
    if value.__module__ == commands.__name__ and name not in ENTRIES
}


def test_every_command_has_a_rule_and_a_handler():
    assert set(access.WHO_MAY) == COMMANDS
    assert set(HANDLERS) == COMMANDS - {commands.ImportRegister}  # a whole file: each of its rows is a command


@pytest.mark.parametrize("command", sorted(COMMANDS, key=lambda command: command.__name__))
@pytest.mark.parametrize("role", list(Role))
def test_a_command_is_taken_from_its_parties_only(command, role):
    """With every proof there is, it is the role that decides."""
    anybody = replace(PARENT, role=role, assurances=frozenset(Assurance))
    allowed = {role for party in access.WHO_MAY[command] for role in party.roles}
    objection = access.asking(command, anybody)
    if role in allowed:
        assert objection is None
    else:
        assert isinstance(objection, RoleNotAllowed)
        assert set(objection.params["roles"]) == allowed


@pytest.mark.parametrize(
    ("command", "caller", "accepted"),
    [
        (commands.SubmitApplication, PARENT, {Assurance.OTP}),
        (
            commands.AcceptOffer,
            DOCTOR,
            {Assurance.PASSWORD, Assurance.CARD_PIN, Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER},
        ),
        (commands.ConfirmClosure, BUREAU, {Assurance.PASSWORD, Assurance.CARD_PIN}),
        (commands.ForgetSubject, OPERATOR, {Assurance.PASSWORD, Assurance.CARD_PIN}),
        (commands.ExpireOffer, PLATFORM, {Assurance.INTERNAL}),
    ],
    ids=["family", "clinic", "bureau", "operator", "platform"],
)
def test_each_party_is_taken_with_its_own_proofs_only(command, caller, accepted):
    for proof in Assurance:
        objection = access.asking(command, replace(caller, assurances=frozenset({proof})))
        if proof in accepted:
            assert objection is None
        else:
            assert isinstance(objection, ProofNotAccepted)
            assert set(objection.params["accepted"]) == accepted


def test_a_family_is_known_by_the_phone_of_its_contact():
    stranger = replace(PARENT, subject=SubjectId(uuid4()))
    nobody = replace(PARENT, subject=None)
    assert access.to_case(commands.Withdraw, PARENT, ASKED) is None
    assert isinstance(access.to_case(commands.Withdraw, stranger, ASKED), CaseNotYours)
    assert isinstance(access.to_case(commands.Withdraw, nobody, ASKED), CaseNotYours)


def test_an_institution_answers_for_the_doctor_that_was_asked():
    assert access.to_case(commands.AcceptOffer, DOCTOR, ASKED, 1) is None
    colleague = replace(DOCTOR, acts_for=frozenset({"DR-009999"}))
    assert isinstance(access.to_case(commands.AcceptOffer, colleague, ASKED, 1), OfferNotYours)


def test_a_case_manager_answers_for_every_doctor_it_acts_for():
    manager = replace(DOCTOR, role=Role.CASE_MANAGER, acts_for=DOCTOR.acts_for | {"DR-009999"})
    assert access.to_case(commands.DeclineOffer, manager, ASKED, 1) is None


def test_an_institution_whose_turn_has_not_come_knows_nothing_of_the_case():
    assert isinstance(access.to_case(commands.AcceptOffer, NEXT_DOCTOR, ASKED, 2), OfferNotYours)
    assert isinstance(access.to_case(commands.ChangeContact, NEXT_DOCTOR, ASKED), OfferNotYours)
    assert access.to_case(commands.AcceptOffer, NEXT_DOCTOR, SECOND_ASKED, 2) is None


def test_an_institution_whose_turn_is_over_has_no_say_any_more():
    assert access.to_case(commands.ChangeContact, DOCTOR, ASKED) is None
    assert isinstance(access.to_case(commands.ChangeContact, DOCTOR, SECOND_ASKED), OfferNotYours)


def test_an_institution_cannot_answer_for_another_preference():
    assert isinstance(access.to_case(commands.AcceptOffer, DOCTOR, SECOND_ASKED, 2), OfferNotYours)
    assert access.to_case(commands.AcceptOffer, DOCTOR, SECOND_ASKED, 1) is None  # its own, long settled


def test_the_bureaus_of_the_child_and_of_the_institution_asked_have_a_say():
    taipei_bureau = replace(BUREAU, jurisdiction="臺北市")
    elsewhere = replace(BUREAU, jurisdiction="連江縣")
    assert access.to_case(commands.ReleaseNotice, BUREAU, ASKED, 1) is None
    assert access.to_case(commands.ReleaseNotice, taipei_bureau, SECOND_ASKED, 2) is None
    assert isinstance(access.to_case(commands.ReleaseNotice, taipei_bureau, ASKED, 1), NotYourJurisdiction)
    objection = access.to_case(commands.ReleaseNotice, elsewhere, SECOND_ASKED, 2)
    assert isinstance(objection, NotYourJurisdiction)
    assert set(objection.params["counties"]) == {"新北市", "臺北市"}


def test_a_closure_is_confirmed_by_the_bureau_of_the_former_institution():
    former_bureau = replace(BUREAU, jurisdiction="臺北市")
    assert access.to_case(commands.ConfirmClosure, former_bureau, CHANGING) is None
    objection = access.to_case(commands.ConfirmClosure, BUREAU, CHANGING)
    assert isinstance(objection, NotYourJurisdiction)
    assert objection.params == {"counties": ("臺北市",)}


def test_the_former_institutions_bureau_has_a_say_in_the_closure_only():
    former_bureau = replace(BUREAU, jurisdiction="臺北市")
    assert access.to_case(commands.ChangeContact, BUREAU, CHANGING) is None
    assert isinstance(access.to_case(commands.ChangeContact, former_bureau, CHANGING), NotYourJurisdiction)


def test_the_platform_needs_no_tie():
    assert access.to_case(commands.ExpireOffer, PLATFORM, ASKED) is None


def test_an_enrolment_is_tied_to_its_phone_its_doctor_and_its_counties():
    def objection(caller):
        return access.to_enrolment(commands.ChangeContact, caller, ENROLMENT)

    for caller in (PARENT, DOCTOR, BUREAU):
        assert objection(caller) is None
    assert isinstance(objection(replace(PARENT, subject=SubjectId(uuid4()))), EnrolmentNotYours)
    assert isinstance(objection(NEXT_DOCTOR), EnrolmentNotYours)
    assert isinstance(objection(replace(DOCTOR, acts_for=frozenset({"DR-009999"}))), EnrolmentNotYours)
    assert isinstance(objection(replace(DOCTOR, institution=DAAN_CLINIC)), EnrolmentNotYours)
    assert isinstance(objection(replace(BUREAU, jurisdiction="連江縣")), NotYourJurisdiction)
    assert isinstance(objection(OPERATOR), RoleNotAllowed)


def test_the_register_is_kept_by_the_institution_its_county_or_an_operator():
    assert access.keeping_register_of(DOCTOR, BANQIAO_CLINIC, "新北市") is None
    assert isinstance(access.keeping_register_of(DOCTOR, DAAN_CLINIC, "臺北市"), NotYourInstitution)
    assert access.keeping_register_of(BUREAU, BANQIAO_CLINIC, "新北市") is None
    assert isinstance(access.keeping_register_of(BUREAU, DAAN_CLINIC, "臺北市"), NotYourJurisdiction)
    assert access.keeping_register_of(OPERATOR, DAAN_CLINIC, "臺北市") is None
