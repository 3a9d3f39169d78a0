"""Identity as composed from settings: relay, projectors, processes and clock at work behind the door."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.application.accounts.people import mailbox
from services.identity.bootstrap import identity_in
from services.identity.commands import Client, RightsEntry
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import Account, AccountStatus
from services.identity.events import DisabledReason, InstitutionKind, Secret, StandingReason
from services.identity.read_models.accounts import Accounts, AccountSearch, accounts_of
from shared.application.forgetting import FORGOTTEN
from shared.installation import installation
from shared.principal import VISITOR, Assurance, Principal, Role
from shared.read_models.rebuild import rebuild_if_needed
from shared.rpc.keys import principal_reader
from shared.settings import load
from shared.transport.inproc import KombuChannel
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, taipei

pytestmark = pytest.mark.postgres
HOME = Client("203.0.113.7", "Firefox/140.0 Windows")
OPERATOR = Principal("operator/1", Role.OPERATOR, frozenset({Assurance.PASSWORD}))
PASSWORD = "my dog ate three sausages"
MANAGER = RightsEntry(Role.BUREAU_MANAGER, jurisdiction="新北市")


class House:
    """Identity with a clock that a test turns, and everybody at work in it."""

    def __init__(self, settings, closing):
        self.settings = settings
        self.now = taipei(2, 18, 10)
        place = closing.enter_context(installation(settings))
        self.identity = closing.enter_context(identity_in(place, lambda: self.now))
        for model in self.identity.models.values():
            rebuild_if_needed(model, self.identity.database, self.identity.logs["identity"])
        self.workers = closing.enter_context(self.identity.workers())
        self.reader = self.identity.reader(Accounts)
        closing.callback(self.reader.close)
        self._given = 0

    def give(self, command, caller=OPERATOR):
        self._given += 1
        return self.identity.handle(command, caller, f"test/{self._given}", self.now)

    def ask(self, command):
        return self.identity.front_desk.handle(command, VISITOR, self.now)

    def known(self, signed_in):
        [known] = self.ask(commands.CheckSessions((signed_in.session,))).known
        return known

    def account(self, account_id):
        return self.identity.application.load(Account, account_id)

    def link(self, account_id):
        return self.identity.vault.open(self.account(account_id).invitation, Secret).token

    def listed(self):
        return accounts_of(self.reader, self.identity.vault, OPERATOR, AccountSearch()).entries

    def standing(self):
        """How the accounts stand that an operator is shown, and why."""
        return [(entry.status, entry.disabled_because) for entry in self.listed()]

    def until(self, is_so):
        while not is_so():
            assert not self.workers.wait(0.02)


@pytest.fixture
def house(postgres_server, tmp_path):
    dsn, vault = postgres_server.new_database(), postgres_server.new_database()
    databases = {"CARETRAIL_DATABASE_IDENTITY": dsn, "CARETRAIL_DATABASE_VAULT": vault}
    # The queues of this process outlive an installation, and another one's messages are from another log.
    KombuChannel.queues.clear()
    with ExitStack() as closing:
        yield House(load({"CARETRAIL_VAR": str(tmp_path), **databases}), closing)
    postgres_server.drop_database(dsn)
    postgres_server.drop_database(vault)


def test_an_invitation_is_recalled_on_day_five_and_ends_on_day_seven_by_itself(house):
    account_id = house.give(commands.InviteAccount("林主管", "manager@example.tw", MANAGER)).id
    house.until(lambda: [entry.status for entry in house.listed()] == [AccountStatus.INVITED])
    house.now += timedelta(days=5)
    house.until(lambda: house.account(account_id).remind_at is None)
    house.now += timedelta(days=2)
    house.until(lambda: [entry.status for entry in house.listed()] == [AccountStatus.EXPIRED])
    with pytest.raises(refusals.InvitationExpired):
        house.ask(commands.ActivateAccount(house.link(account_id), PASSWORD, HOME))


def test_the_log_knows_within_moments_of_a_person_whom_the_vault_forgot(house):
    account_id = house.give(commands.InviteAccount("林主管", "manager@example.tw", MANAGER)).id
    link, subject = house.link(account_id), house.identity.vault.find(mailbox("manager@example.tw"))
    house.until(lambda: [entry.holder and entry.holder.name for entry in house.listed()] == ["林主管"])
    house.identity.vault.forget(subject, "個人資料保護法第11條第3項")
    house.until(lambda: house.identity.application.holder_of(FORGOTTEN, str(subject)) is not None)
    assert [entry.holder for entry in house.listed()] == [None]
    with pytest.raises(refusals.LinkUnknown):
        house.ask(commands.ActivateAccount(link, PASSWORD, HOME))


def test_the_accounts_of_a_clinic_follow_the_register_by_themselves(house):
    clinic = commands.RecordInstitution(BANQIAO_CLINIC, "安康診所", InstitutionKind.CLINIC, "新北市")
    house.give(clinic)
    house.give(commands.RecordPractitioner(BANQIAO_DOCTOR, "陳安康", "A", "F100000015", BANQIAO_CLINIC))
    rights = RightsEntry(Role.DOCTOR, BANQIAO_CLINIC, (BANQIAO_DOCTOR,))
    manager = Principal("account/1", Role.BUREAU_MANAGER, OPERATOR.assurances, jurisdiction="新北市")
    account_id = house.give(commands.InviteAccount("陳安康", "doctor@example.tw", rights), manager).id
    signed_in = house.ask(commands.ActivateAccount(house.link(account_id), PASSWORD, HOME))
    house.until(lambda: house.standing() == [(AccountStatus.ACTIVE, None)])
    tomorrow = date(2025, 2, 19)
    house.give(commands.CloseInstitution(BANQIAO_CLINIC, tomorrow, StandingReason.OWN_REQUEST))
    house.now += timedelta(days=1)
    house.until(lambda: house.standing() == [(AccountStatus.DISABLED, DisabledReason.INSTITUTION_SHUT)])
    assert house.known(signed_in) is None
    house.give(commands.ResumeInstitution(BANQIAO_CLINIC, tomorrow))
    house.until(lambda: house.standing() == [(AccountStatus.ACTIVE, None)])
    assert house.ask(commands.LogIn("doctor@example.tw", PASSWORD, HOME)).role is Role.DOCTOR


def test_a_holder_comes_in_is_vouched_for_and_is_out_when_disabled(house):
    account_id = house.give(commands.InviteAccount("林主管", "manager@example.tw", MANAGER)).id
    signed_in = house.ask(commands.ActivateAccount(house.link(account_id), PASSWORD, HOME))
    known = house.known(signed_in)
    who = principal_reader(house.settings).read(known.principal, house.now)
    assert (who.id, who.jurisdiction) == (f"account/{account_id}", "新北市")
    house.until(lambda: [entry.signed_in_at for entry in house.listed()] == [house.now])
    house.give(commands.DisableAccount(account_id, DisabledReason.LEFT))
    assert house.known(signed_in) is None
    facts = house.identity.application.events
    house.until(lambda: [event.__class__.__name__ for event in facts.get(signed_in.session_id)][-1] == "SessionClosed")
