"""Who may ask: by role, by proof of identity, and by what ties them to the matter."""

import inspect
from dataclasses import is_dataclass, replace

import pytest

from services.support import commands
from services.support.domain import access, refusals
from shared.principal import Assurance, Role
from shared.refusals import ProofNotAccepted, RoleNotAllowed
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_DOCTOR
from tests.controls.support import support_approved, support_drafted
from tests.controls.supporters import (
    BUREAU,
    HOME,
    MANAGER,
    OTHER_BUREAU,
    OTHER_INSTITUTION,
    OTHER_PRACTITIONER,
    PLATFORM,
    PRACTITIONER,
    SECOND_REVIEWER,
)
from tests.unit.support.scenario import replayed

COMMANDS = {
    value
    for name, value in inspect.getmembers(commands, is_dataclass)
    if value.__module__ == commands.__name__ and not name.endswith("Entry")
}
OWN = replayed(support_drafted())
BY_INSTITUTION = replayed(support_drafted(practitioner=""))
SUPPORT = replayed(support_approved())


def test_every_command_has_a_rule():
    assert set(access.WHO_MAY) == COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS, key=lambda command: command.__name__))
@pytest.mark.parametrize("role", list(Role))
def test_a_command_is_taken_from_its_parties_only(command, role):
    """With every proof there is, it is the role that decides."""
    anybody = replace(PRACTITIONER, role=role, assurances=frozenset(Assurance))
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
        (
            commands.SubmitForReview,
            PRACTITIONER,
            {Assurance.CARD_PIN, Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER},
        ),
        (commands.SubmitForReview, HOME, {Assurance.CARD_PIN}),
        (commands.StateStrength, HOME, {Assurance.CARD_PIN}),
        (commands.ApproveApplication, BUREAU, {Assurance.PASSWORD, Assurance.CARD_PIN}),
        (commands.EngageMoveLock, PLATFORM, {Assurance.INTERNAL}),
    ],
    ids=["a person", "an institution", "its strength", "a bureau", "the platform"],
)
@pytest.mark.parametrize("proof", list(Assurance))
def test_each_party_is_taken_with_its_own_proofs_only(command, caller, accepted, proof):
    objection = access.asking(command, replace(caller, assurances=frozenset({proof})))
    if proof in accepted:
        assert objection is None
    else:
        assert isinstance(objection, ProofNotAccepted)
        assert set(objection.params["accepted"]) == accepted


def test_a_person_sees_to_what_they_have_applied_for_themselves():
    assert access.to_application(commands.SetLines, PRACTITIONER, OWN) is None
    for application in (OWN, BY_INSTITUTION):
        objection = access.to_application(commands.SetLines, OTHER_PRACTITIONER, application)
        assert isinstance(objection, refusals.NotYourApplication)
    assert isinstance(
        access.to_application(commands.SetLines, PRACTITIONER, BY_INSTITUTION), refusals.NotYourApplication
    )


def test_an_institution_sees_to_everything_of_its_own_staff_and_never_across_institutions():
    for application in (OWN, BY_INSTITUTION):
        assert access.to_application(commands.SubmitForReview, HOME, application) is None
        objection = access.to_application(commands.SubmitForReview, OTHER_INSTITUTION, application)
        assert isinstance(objection, refusals.NotYourApplication)


def test_the_bureau_of_the_home_county_decides_and_no_other():
    assert access.to_application(commands.ApproveApplication, BUREAU, OWN) is None
    objection = access.to_application(commands.ApproveApplication, OTHER_BUREAU, OWN)
    assert isinstance(objection, refusals.NotYourJurisdiction)
    assert objection.params["counties"] == ("新北市",)


def test_a_role_that_never_does_this_is_refused_before_anything_else():
    assert isinstance(access.to_application(commands.ApproveApplication, HOME, OWN), RoleNotAllowed)


def test_whoever_holds_a_support_and_the_home_institution_may_ask_for_its_change():
    assert access.to_support(PRACTITIONER, SUPPORT) is None
    assert access.to_support(HOME, SUPPORT) is None
    for caller in (OTHER_PRACTITIONER, OTHER_INSTITUTION, BUREAU):
        assert isinstance(access.to_support(caller, SUPPORT), refusals.NotYourSupport)


def test_the_institution_that_is_supported_asks_for_nothing():
    at_home = replayed(support_approved(institution="3501180055"))
    assert at_home.held.institution != BANQIAO_CLINIC
    assert isinstance(access.to_support(HOME, at_home), refusals.NotYourSupport)


def test_a_practitioner_applies_for_nobody_else():
    assert access.for_practitioner(PRACTITIONER, BANQIAO_DOCTOR, "practitioner") is None
    objection = access.for_practitioner(PRACTITIONER, DAAN_DOCTOR, "practitioner")
    assert isinstance(objection, refusals.NotYourself)
    assert access.for_practitioner(HOME, DAAN_DOCTOR, "practitioner") is None


def test_an_officer_takes_a_case_for_themselves_and_a_manager_gives_it_to_anybody():
    assert access.assigning(BUREAU, BUREAU.id) is None
    assert isinstance(access.assigning(BUREAU, SECOND_REVIEWER.id), refusals.ReviewerNotYou)
    assert access.assigning(MANAGER, SECOND_REVIEWER.id) is None
