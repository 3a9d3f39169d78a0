"""Who may say who uses what at an organisation, and who is shown it: by role, by proof, and never across."""

from __future__ import annotations

import dataclasses

import pytest

from services.identity.application.organisations.handlers import HANDLERS
from services.identity.commands import organisations as commands
from services.identity.domain.organisations import refusals
from services.identity.domain.organisations.access import WHO_MAY, may_see, organisation_of, speaking_for
from services.identity.domain.organisations.organisation import OrganisationKey
from shared.access import objection_to
from shared.principal import Assurance, Principal, Role
from shared.refusals import ProofNotAccepted, RoleNotAllowed
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC
from tests.controls.organisations import CENTRE, CLINIC

NAMING = {commands.NameManager, commands.RemoveManager}
CARDS = {Role.INSTITUTION, Role.CENTRE}
MANAGERS = {Role.INSTITUTION_MANAGER, Role.CENTRE_MANAGER}
BY_NHI_CARD = (Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER)


def somebody(role, assurance=Assurance.CARD_PIN, **where):
    return Principal("somebody/1", role, frozenset({assurance}), **where)


def test_every_command_has_a_rule_and_a_handler():
    found = {one for one in vars(commands).values() if dataclasses.is_dataclass(one)}
    assert set(WHO_MAY) == set(HANDLERS) == found


@pytest.mark.parametrize("command", sorted(WHO_MAY, key=lambda command: command.__name__))
@pytest.mark.parametrize("role", sorted(Role))
def test_the_card_names_managers_and_managers_do_the_rest(command, role):
    allowed = CARDS if command in NAMING else MANAGERS
    objection = objection_to(somebody(role), WHO_MAY[command])
    assert (objection is None) is (role in allowed)
    assert objection is None or isinstance(objection, RoleNotAllowed)


@pytest.mark.parametrize("command", sorted(WHO_MAY, key=lambda command: command.__name__))
@pytest.mark.parametrize("assurance", [*BY_NHI_CARD, Assurance.PASSWORD, Assurance.OTP])
def test_nothing_is_changed_without_card_and_pin(command, assurance):
    for role in CARDS if command in NAMING else MANAGERS:
        assert isinstance(objection_to(somebody(role, assurance), WHO_MAY[command]), ProofNotAccepted)


@pytest.mark.parametrize(
    ("caller", "own"),
    [
        (somebody(Role.INSTITUTION, institution=BANQIAO_CLINIC), CLINIC),
        (somebody(Role.INSTITUTION_MANAGER, institution=BANQIAO_CLINIC), CLINIC),
        (somebody(Role.CENTRE, jurisdiction="新北市"), CENTRE),
        (somebody(Role.CENTRE_MANAGER, jurisdiction="新北市"), CENTRE),
        (somebody(Role.INSTITUTION, institution=DAAN_CLINIC), None),
        (somebody(Role.CENTRE, jurisdiction="臺北市"), None),
        (somebody(Role.INSTITUTION), None),
        (somebody(Role.CASE_MANAGER, institution=BANQIAO_CLINIC), None),
        (somebody(Role.BUREAU_MANAGER, jurisdiction="新北市"), None),
        (somebody(Role.PRACTITIONER, institution=BANQIAO_CLINIC), None),
    ],
)
def test_everybody_speaks_for_the_own_organisation_alone(caller, own):
    for text in (CLINIC, CENTRE):
        objection = speaking_for(caller, OrganisationKey.parse(text))
        assert (objection is None) is (text == own)
        assert objection is None or isinstance(objection, refusals.NotYourOrganisation)
        assert may_see(caller, text, "") is (text == own)


def test_a_user_belongs_to_an_organisation_and_is_not_shown_the_others_there():
    user = somebody(Role.INSTITUTION_USER, institution=BANQIAO_CLINIC)
    assert organisation_of(user).text == CLINIC
    assert not may_see(user, CLINIC, "新北市")


@pytest.mark.parametrize("role", [Role.BUREAU_MANAGER, Role.BUREAU_OFFICER])
def test_a_bureau_sees_what_lies_in_its_county_and_an_auditor_everything(role):
    for county, is_seen in (("新北市", True), ("臺北市", False), ("", False)):
        assert may_see(somebody(role, jurisdiction="新北市"), CLINIC, county) is is_seen
        assert may_see(somebody(Role.AUDITOR), CLINIC, county)
