"""登錄異動: a place shuts, a doctor moves or is suspended, and the accounts of the place follow, and come back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.commands import FollowRegister, RightsEntry
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import Account, AccountStatus
from services.identity.events import DisabledReason, InstitutionKind, SessionEnd, StandingReason
from shared.application import Result
from shared.principal import Role
from shared.refusals import ChoiceUnknown, InvalidForm
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, ZHONGHE_CLINIC
from tests.integration.identity.accounts.door import DOCTOR, OPERATOR, PLATFORM

SECOND_DOCTOR = "Z9999999"

TODAY = date(2025, 2, 18)
BOTH = RightsEntry(Role.CASE_MANAGER, BANQIAO_CLINIC, (BANQIAO_DOCTOR, SECOND_DOCTOR))


@pytest.fixture
def clinic(door):
    """A clinic with two doctors, an account for one of them and a case manager for both, who is in."""
    door.institution()
    door.give(commands.RecordPractitioner(SECOND_DOCTOR, "林明", "A", "A123456789", BANQIAO_CLINIC), OPERATOR)
    door.give(commands.RecordInstitution(DAAN_CLINIC, "大安診所", InstitutionKind.CLINIC, "臺北市"), OPERATOR)
    door.doctor = door.invite("doctor@example.tw", DOCTOR)
    door.activate()
    door.manager = door.invite("manager@example.tw", BOTH)
    door.signed_in = door.activate()
    return door


def follow(door):
    return door.give(FollowRegister(BANQIAO_CLINIC), PLATFORM)


def account(door, account_id):
    return door.identity.load(Account, account_id)


def close(door, since=TODAY):
    door.give(commands.CloseInstitution(BANQIAO_CLINIC, since, StandingReason.OWN_REQUEST), OPERATOR)


def ended(door):
    with pytest.raises(refusals.SessionEnded) as refused:
        door.who(door.signed_in)
    return refused.value.params["end"]


def test_whoever_is_in_is_out_when_the_place_closes_and_comes_in_when_that_was_a_mistake(clinic):
    close(clinic)
    follow(clinic)
    assert ended(clinic) is SessionEnd.ACCOUNT_DISABLED
    with pytest.raises(refusals.AccountIsDisabled):
        clinic.log_in("manager@example.tw")
    clinic.give(commands.ResumeInstitution(BANQIAO_CLINIC, TODAY), OPERATOR)
    follow(clinic)
    assert clinic.who(clinic.log_in("manager@example.tw")).acts_for == {BANQIAO_DOCTOR, SECOND_DOCTOR}


def test_a_place_that_closes_later_is_left_alone_until_its_day(clinic):
    close(clinic, TODAY + timedelta(days=2))
    assert follow(clinic).result is Result.UNCHANGED
    assert clinic.who(clinic.signed_in)
    clinic.wait(timedelta(days=2))
    assert follow(clinic).result is Result.DONE
    assert account(clinic, clinic.doctor).disabled_because is DisabledReason.INSTITUTION_SHUT


def test_nobody_acts_for_a_doctor_who_moved_away_until_the_register_brings_the_doctor_back(clinic):
    clinic.give(commands.MovePractitioner(BANQIAO_DOCTOR, DAAN_CLINIC, TODAY), OPERATOR)
    follow(clinic)
    assert ended(clinic) is SessionEnd.RIGHTS_CHANGED
    assert clinic.who(clinic.log_in("manager@example.tw")).acts_for == {SECOND_DOCTOR}
    assert account(clinic, clinic.doctor).disabled_because is DisabledReason.NO_PRACTITIONER_LEFT
    clinic.give(commands.MovePractitioner(BANQIAO_DOCTOR, BANQIAO_CLINIC, TODAY), OPERATOR)
    follow(clinic)
    assert account(clinic, clinic.doctor).status is AccountStatus.ACTIVE
    assert clinic.who(clinic.log_in("manager@example.tw")).acts_for == {BANQIAO_DOCTOR, SECOND_DOCTOR}


def test_nobody_acts_for_a_doctor_who_is_suspended(clinic):
    suspend = commands.SuspendPractitioner(SECOND_DOCTOR, TODAY, StandingReason.ORDERED)
    clinic.give(suspend, OPERATOR)
    follow(clinic)
    assert account(clinic, clinic.manager).rights.acts_for == (BANQIAO_DOCTOR,)


def test_what_follows_twice_is_told_once(clinic):
    close(clinic)
    follow(clinic)
    told = clinic.told()
    assert follow(clinic).result is Result.UNCHANGED
    assert clinic.told() == told


def test_an_account_that_went_to_another_place_is_left_alone_by_the_former_and_may_return(clinic):
    clinic.give(commands.RecordInstitution(ZHONGHE_CLINIC, "中和診所", InstitutionKind.CLINIC, "新北市"), OPERATOR)
    for place in (ZHONGHE_CLINIC, BANQIAO_CLINIC, ZHONGHE_CLINIC):
        clinic.give(commands.MovePractitioner(SECOND_DOCTOR, place, TODAY), OPERATOR)
        clinic.give(commands.ChangeRights(clinic.manager, RightsEntry(Role.CASE_MANAGER, place, (SECOND_DOCTOR,))))
    close(clinic)
    follow(clinic)
    assert account(clinic, clinic.doctor).status is AccountStatus.DISABLED
    assert account(clinic, clinic.manager).status is AccountStatus.ACTIVE


def test_the_register_alone_opens_what_it_shut_and_nobody_names_its_reasons(clinic):
    close(clinic)
    follow(clinic)
    with pytest.raises(refusals.RegisterShutsAccount):
        clinic.give(commands.EnableAccount(clinic.manager))
    with pytest.raises(ChoiceUnknown):
        clinic.give(commands.DisableAccount(clinic.manager, DisabledReason.INSTITUTION_SHUT))


def test_nobody_is_invited_to_a_place_that_is_shut(clinic):
    close(clinic)
    with pytest.raises(InvalidForm) as refused:
        clinic.invite("second@example.tw", BOTH)
    assert [(one.field, type(one)) for one in refused.value.refusals] == [
        ("rights.institution", refusals.InstitutionShut)
    ]
