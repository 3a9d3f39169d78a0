"""What the register leaves of an account: given its rights, when a place or a practitioner changes, then what holds."""

from __future__ import annotations

import pytest

from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import Account, AccountStatus
from services.identity.domain.accounts.policies import POLICIES
from services.identity.domain.accounts.register_standing import Standing
from services.identity.events import DisabledReason, Rights
from shared.principal import Role
from tests.controls.accounts import ACCOUNT, COUNTY, HOLDER, HOLDERS_NAME, LINK, PASSWORD
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC, sealed, taipei

NOW = taipei(2, 18, 10)
GIVEN = Rights(Role.CASE_MANAGER, BANQIAO_CLINIC, ("D1", "D2"))
SHUT = Standing(is_open=False, practising=frozenset({"D1", "D2"}))


def open_with(*practising):
    return Standing(is_open=True, practising=frozenset(practising))


def active(rights=GIVEN):
    account = Account.invite(
        sealed(HOLDER, HOLDERS_NAME),
        rights,
        COUNTY,
        account_id=ACCOUNT,
        invitation=sealed(HOLDER, LINK),
        policy=POLICIES[0],
        now=NOW,
    )
    account.activate(PASSWORD, NOW)
    account.collect_events()
    return account


def follow(account, *standings):
    """What the account tells when the register says one thing after another."""
    for standing in standings:
        account.follow_register(standing, NOW)
    return account.collect_events()


def names(told):
    return [type(event).__name__ for event in told]


def test_an_account_acts_no_longer_for_who_has_left_and_keeps_the_others():
    account = active()
    [adjusted] = follow(account, open_with("D2"))
    assert (adjusted.rights.acts_for, adjusted.withheld) == (("D2",), ("D1",))
    assert (account.rights.acts_for, account.given, account.status) == (("D2",), GIVEN, AccountStatus.ACTIVE)


def test_who_comes_back_is_acted_for_again():
    account = active()
    told = follow(account, open_with("D2"), open_with("D1", "D2"))
    assert names(told) == ["AccountRightsAdjusted", "AccountRightsAdjusted"]
    assert (account.rights, told[-1].withheld) == (GIVEN, ())


def test_an_account_that_acts_for_nobody_any_more_is_shut_and_opens_for_whoever_returns():
    account = active()
    told = follow(account, open_with(), open_with("D1"))
    assert names(told) == ["AccountDisabled", "AccountEnabled", "AccountRightsAdjusted"]
    assert told[0].reason is DisabledReason.NO_PRACTITIONER_LEFT
    assert (account.status, account.rights.acts_for) == (AccountStatus.ACTIVE, ("D1",))


def test_an_account_is_shut_with_its_institution_and_opened_with_it():
    account = active()
    told = follow(account, SHUT, open_with("D1", "D2"))
    assert names(told) == ["AccountDisabled", "AccountEnabled"]
    assert told[0].reason is DisabledReason.INSTITUTION_SHUT
    assert (account.status, account.rights) == (AccountStatus.ACTIVE, GIVEN)


def test_an_invitation_to_a_place_that_shut_is_good_again_with_the_place():
    account = Account.invite(
        sealed(HOLDER, HOLDERS_NAME),
        GIVEN,
        COUNTY,
        account_id=ACCOUNT,
        invitation=sealed(HOLDER, LINK),
        policy=POLICIES[0],
        now=NOW,
    )
    account.follow_register(SHUT, NOW)
    with pytest.raises(refusals.AccountIsDisabled):
        account.activate(PASSWORD, NOW)
    account.follow_register(open_with("D1", "D2"), NOW)
    account.activate(PASSWORD, NOW)
    assert account.status is AccountStatus.ACTIVE


@pytest.mark.parametrize("standing", [SHUT, open_with(), open_with("D2"), open_with("D1", "D2")])
def test_the_register_says_so_once(standing):
    account = active()
    follow(account, standing)
    assert follow(account, standing) == []


def test_what_a_person_disabled_the_register_does_not_open():
    account = active()
    account.disable(DisabledReason.MISUSE, NOW)
    account.collect_events()
    assert follow(account, SHUT, open_with("D1", "D2")) == []
    assert account.status is AccountStatus.DISABLED


def test_what_the_register_shut_a_person_can_disable_for_good():
    account = active()
    follow(account, SHUT)
    account.disable(DisabledReason.LEFT, NOW)
    with pytest.raises(refusals.AccountIsDisabled):
        account.disable(DisabledReason.MISUSE, NOW)
    assert names(follow(account, open_with("D1", "D2"))) == ["AccountDisabled"]
    account.enable(NOW)
    assert account.status is AccountStatus.ACTIVE


def test_rights_that_a_person_gives_anew_are_what_the_register_looks_at():
    account = active()
    follow(account, open_with("D2"))
    elsewhere = Rights(Role.CASE_MANAGER, DAAN_CLINIC, ("D1",))
    account.change_rights(elsewhere, COUNTY, NOW)
    assert names(follow(account, open_with("D1"))) == ["AccountRightsChanged"]


def test_a_bureaus_account_is_of_no_place_and_goes_on():
    account = active(Rights(Role.BUREAU_OFFICER, jurisdiction=COUNTY))
    assert follow(account, open_with()) == []
