"""The figures of coming in, and who may do what about accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.identity.application.accounts.handlers import HANDLERS
from services.identity.application.front_desk import CASES
from services.identity.application.front_desk import WHO_MAY as AT_THE_DESK
from services.identity.commands import CheckSessions
from services.identity.domain.accounts.access import GIVEN_BY, WHO_MAY, giving
from services.identity.domain.accounts.policies import POLICIES, policy_in_force
from services.identity.domain.accounts.refusals import JurisdictionNotYours, RoleHasNoAccount, RoleNotForYouToGive
from services.identity.events import Rights
from shared.access import objection_to
from shared.principal import OF_ACCOUNTS, VISITOR, Assurance, Principal, Role, process
from shared.refusals import ProofNotAccepted, RoleNotAllowed

POLICY = POLICIES[0]
HOUR = timedelta(hours=1)


def somebody(role, *proofs, **changes):
    return Principal("account/1", role, frozenset(proofs or {Assurance.PASSWORD}), **changes)


def test_codes_are_limited_as_decided():
    assert (POLICY.code_digits, POLICY.code_lifetime, POLICY.code_tries) == (6, timedelta(minutes=5), 3)
    assert POLICY.sends == ((5, HOUR), (10, timedelta(days=1)))
    assert POLICY.resend == (1, timedelta(seconds=60))
    assert (POLICY.code_lock.after, POLICY.code_lock.wait) == (3, timedelta(minutes=15))
    assert (POLICY.invitation_lifetime, POLICY.invitation_reminder) == (timedelta(days=7), timedelta(days=5))


def test_every_role_that_comes_in_has_terms_and_none_is_in_for_longer_than_a_day():
    assert POLICY.sessions.keys() == set(Role) - {Role.VISITOR, Role.PROCESS}
    for terms in POLICY.sessions.values():
        assert terms.idle <= HOUR < terms.absolute <= timedelta(days=1)


def test_the_policy_of_a_day_is_the_last_that_has_begun():
    later = replace(POLICY, effective_from=date(2027, 1, 1))
    both = (later, POLICY)
    assert policy_in_force(date(2026, 12, 31), both) is POLICY
    assert policy_in_force(date(2027, 1, 1), both) is later
    assert policy_in_force(date(2020, 1, 1), both) is POLICY
    assert later.version == "identity/2027-01-01"


def test_every_command_about_accounts_has_a_rule_and_is_answered_in_one_place():
    assert not HANDLERS.keys() & CASES.keys()
    answered = {*HANDLERS, *CASES, CheckSessions}
    assert set(WHO_MAY) <= answered
    assert answered <= {*WHO_MAY, *AT_THE_DESK}


@pytest.mark.parametrize("command", sorted(WHO_MAY, key=lambda command: command.__name__))
def test_no_command_is_open_to_everybody(command):
    for caller in (VISITOR, process("any"), somebody(Role.PARENT, Assurance.OTP), somebody(Role.OPERATOR)):
        if not any(caller.role in party.roles for party in WHO_MAY[command]):
            assert isinstance(objection_to(caller, WHO_MAY[command]), RoleNotAllowed)
            return
    pytest.fail("everybody may")


def test_a_manager_who_came_in_by_a_code_is_asked_for_another_proof():
    command = next(command for command in WHO_MAY if command.__name__ == "InviteAccount")
    objection = objection_to(somebody(Role.BUREAU_MANAGER, Assurance.OTP), WHO_MAY[command])
    assert isinstance(objection, ProofNotAccepted)
    assert objection.params["accepted"] == (Assurance.CARD_PIN, Assurance.PASSWORD)


def test_every_role_of_an_account_is_given_by_somebody_and_no_other_is():
    assert GIVEN_BY.keys() == OF_ACCOUNTS
    for role in set(Role) - OF_ACCOUNTS:
        assert isinstance(giving(somebody(Role.OPERATOR), Rights(role), None), RoleHasNoAccount)


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.CASE_MANAGER, Role.BUREAU_OFFICER, Role.BUREAU_MANAGER])
def test_a_manager_gives_the_roles_of_the_own_county_only(role):
    manager = somebody(Role.BUREAU_MANAGER, jurisdiction="新北市")
    assert giving(manager, Rights(role), "新北市") is None
    assert isinstance(giving(manager, Rights(role), "高雄市"), JurisdictionNotYours)
    assert isinstance(giving(manager, Rights(role), None), JurisdictionNotYours)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.INSURER_OFFICER])
def test_a_manager_does_not_give_the_roles_of_the_whole_country(role):
    manager = somebody(Role.BUREAU_MANAGER, jurisdiction="新北市")
    assert isinstance(giving(manager, Rights(role), None), RoleNotForYouToGive)
