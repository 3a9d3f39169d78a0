"""Who may keep which entry: one table, and the counties and institutions that tie a caller to an entry."""

import dataclasses

import pytest

from services.identity.application.registry.handlers import HANDLERS
from services.identity.commands import registry as commands
from services.identity.domain.registry import refusals
from services.identity.domain.registry.access import WHO_MAY, keeping_entries_of, keeping_hours_of
from shared.access import objection_to
from shared.principal import Assurance, Principal, Role
from shared.refusals import ProofNotAccepted, RoleNotAllowed
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC

PASSWORD = frozenset({Assurance.PASSWORD})
BUREAU = Principal("bureau/1", Role.BUREAU_MANAGER, PASSWORD, jurisdiction="新北市")
OPERATOR = Principal("operator/1", Role.OPERATOR, PASSWORD)
CASE_MANAGER = Principal("manager/1", Role.CASE_MANAGER, PASSWORD, institution=BANQIAO_CLINIC)
DOCTOR = Principal("doctor/1", Role.DOCTOR, PASSWORD, institution=BANQIAO_CLINIC)
PARENT = Principal("parent/1", Role.PARENT, frozenset({Assurance.OTP}))


def test_every_command_has_a_rule_and_a_handler():
    declared = {
        value
        for name, value in vars(commands).items()
        if dataclasses.is_dataclass(value) and value.__module__ == commands.__name__ and not name.endswith("Entry")
    }
    assert set(WHO_MAY) == set(HANDLERS) == declared


@pytest.mark.parametrize("command", sorted(WHO_MAY, key=lambda command: command.__name__))
def test_neither_families_nor_doctors_keep_the_registry(command):
    assert isinstance(objection_to(PARENT, WHO_MAY[command]), RoleNotAllowed)
    assert isinstance(objection_to(DOCTOR, WHO_MAY[command]), RoleNotAllowed)


def test_a_case_manager_may_change_hours_and_nothing_else():
    open_to = {command for command, parties in WHO_MAY.items() if objection_to(CASE_MANAGER, parties) is None}
    assert open_to == {commands.ChangeServiceHours}


def test_a_bureau_officer_proved_by_a_phone_alone_keeps_nothing():
    by_phone = dataclasses.replace(BUREAU, assurances=frozenset({Assurance.OTP}))
    assert isinstance(objection_to(by_phone, WHO_MAY[commands.RecordInstitution]), ProofNotAccepted)


@pytest.mark.parametrize(
    ("counties", "objection"),
    [
        (["新北市"], None),
        (["臺北市", "新北市"], None),
        (["", ""], None),
        (["臺北市"], refusals.NotYourJurisdiction),
    ],
)
def test_a_bureau_keeps_what_lies_or_begins_or_ends_in_its_county(counties, objection):
    found = keeping_entries_of(BUREAU, counties)
    assert found is None if objection is None else isinstance(found, objection)
    assert keeping_entries_of(OPERATOR, counties) is None


def test_a_case_manager_keeps_the_hours_of_the_own_institution():
    assert keeping_hours_of(CASE_MANAGER, BANQIAO_CLINIC, "新北市") is None
    assert isinstance(keeping_hours_of(CASE_MANAGER, DAAN_CLINIC, "新北市"), refusals.NotYourInstitution)
    assert isinstance(keeping_hours_of(BUREAU, DAAN_CLINIC, "臺北市"), refusals.NotYourJurisdiction)
