"""帳號清單 and 登入紀錄, as the door's own log makes them: who sees what, with names opened on the page only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.commands import RightsEntry
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import AccountStatus
from services.identity.events import AccountHolder, DisabledReason, SessionEnd, Whereabouts
from services.identity.read_models.accounts import Accounts, AccountSearch, account_seen_by, accounts_of
from services.identity.read_models.sign_ins import SignInKind, SignIns, sign_ins_of
from shared.principal import Assurance, Principal, Role
from shared.read_models.freshness import Positions
from shared.read_models.reader import Reader
from shared.read_models.tables import Rows
from shared.store.log import Log
from tests.controls import accounts
from tests.controls.accounts import ACCOUNT
from tests.integration.identity.accounts.door import ELSEWHERE, MANAGER, OFFICER, OPERATOR

EVERYTHING = AccountSearch()
KAOHSIUNG = RightsEntry(Role.BUREAU_MANAGER, jurisdiction="高雄市")


def fold(model, told):
    rows = {}
    for event in told:
        for key in model.keys(event) if isinstance(event, model.folds) else ():
            after = model.evolve(key, rows.get(key), event)
            rows = {**rows, key: after} if after is not None else {k: row for k, row in rows.items() if k != key}
    return rows


@pytest.fixture
def shelf(door, database):
    """Fold the door's log into the model's table, and read it."""
    log, positions = Log(database, "identity"), Positions(database)
    readers = []

    def hold(model):
        rows = Rows(model.table)
        with database.connect(name="test") as connection:
            connection.execute(f"drop table if exists {model.table.name}")
            rows.create(connection)
            rows.create_indexes(connection)
            rows.save(connection, fold(model(), door.log()).values())
        readers.append(Reader(model, database, log, positions))
        return readers[-1]

    yield hold
    for reader in readers:
        reader.close()
    positions.close()
    log.close()


def listed(door, shelf, caller=MANAGER, search=EVERYTHING, **page):
    return accounts_of(shelf(Accounts), door.vault, caller, search, **page)


def test_a_manager_sees_the_accounts_of_the_county_with_names_and_the_last_sign_in(door, shelf):
    account_id = door.account()
    door.wait(timedelta(days=1))
    door.log_in()
    door.invite("manager@example.tw", KAOHSIUNG, OPERATOR)
    [entry] = listed(door, shelf).entries
    assert (entry.id, entry.holder) == (account_id, AccountHolder("王小明", "officer@example.tw"))
    assert (entry.role, entry.county, entry.status) == (Role.BUREAU_OFFICER, "新北市", AccountStatus.ACTIVE)
    assert entry.signed_in_at == door.now
    assert len(listed(door, shelf, OPERATOR).entries) == 2


@pytest.mark.parametrize("role", [Role.BUREAU_OFFICER, Role.DOCTOR, Role.PARENT, Role.INSURER_OFFICER])
def test_whoever_answers_for_no_account_sees_none(door, shelf, role):
    door.invite()
    caller = Principal("account/9", role, frozenset({Assurance.PASSWORD}), jurisdiction="新北市")
    assert listed(door, shelf, caller).entries == ()


def test_the_list_is_searched_and_paged_the_newest_first(door, shelf):
    for number in range(3):
        door.invite(f"officer{number}@example.tw")
        door.wait(timedelta(minutes=1))
    disabled = door.invite("manager@example.tw", RightsEntry(Role.BUREAU_MANAGER, jurisdiction="新北市"))
    door.give(commands.DisableAccount(disabled, DisabledReason.MISTAKE))
    managers = listed(door, shelf, search=AccountSearch(role=Role.BUREAU_MANAGER, status=AccountStatus.DISABLED))
    assert [entry.id for entry in managers.entries] == [disabled]
    assert not listed(door, shelf, search=AccountSearch(institution="3501200000")).entries
    first = listed(door, shelf, limit=3)
    rest = listed(door, shelf, limit=3, cursor=first.following)
    mails = [entry.holder.email for entry in (*first.entries, *rest.entries)]
    assert mails == ["manager@example.tw", "officer2@example.tw", "officer1@example.tw", "officer0@example.tw"]
    assert rest.following is None


def test_a_forgotten_holder_has_no_name_on_the_list(door, shelf):
    door.account()
    door.vault.forget(door.who(door.log_in()).subject, "the law")
    assert listed(door, shelf).entries[0].holder is None


def test_the_record_tells_of_sign_ins_refusals_and_locks_with_their_place(door, shelf):
    account_id = door.account()
    door.wait(timedelta(minutes=1))
    for _ in range(9):
        with pytest.raises(refusals.CredentialsWrong):
            door.log_in(password="not the password", client=ELSEWHERE, question=door.answered())
    door.wait(timedelta(minutes=1))
    door.give(commands.SignOut(door.log_in().session_id), _holder(account_id))
    account = account_seen_by(shelf(Accounts), MANAGER, account_id)
    record = sign_ins_of(shelf(SignIns), door.vault, account).entries
    assert (record[0].kind, record[0].how, record[0].reason) == (
        SignInKind.SIGNED_IN,
        (Assurance.PASSWORD,),
        SessionEnd.SIGNED_OUT,
    )
    kinds = [entry.kind for entry in record]
    assert (kinds.count(SignInKind.REFUSED), kinds.count(SignInKind.LOCKED_OUT)) == (9, 1)
    refused = next(entry for entry in record if entry.kind is SignInKind.REFUSED)
    assert (refused.where, refused.reason) == (Whereabouts("198.51.100.9", "Firefox, Windows"), "password-wrong")
    page = sign_ins_of(shelf(SignIns), door.vault, account, limit=4)
    assert sign_ins_of(shelf(SignIns), door.vault, account, cursor=page.following).entries == record[4:]


def _holder(account_id):
    return Principal(f"account/{account_id}", Role.BUREAU_OFFICER, MANAGER.assurances, jurisdiction="新北市")


def test_an_account_is_seen_by_its_holder_and_by_who_answers_for_it(door, shelf):
    account_id = door.invite(rights=OFFICER)
    reader = shelf(Accounts)
    stranger = replace(MANAGER, jurisdiction="高雄市")
    seen = [account_seen_by(reader, who, account_id) for who in (_holder(account_id), MANAGER, OPERATOR, stranger)]
    assert [row is not None for row in seen] == [True, True, True, False]


# The folds ---------------------------------------------------------------------------------------------------------


def row_after(*told):
    return fold(Accounts(), told)[ACCOUNT,]


def test_an_account_goes_through_its_states():
    invited = accounts.account_invited()
    assert row_after(invited).status is AccountStatus.INVITED
    assert row_after(invited, accounts.invitation_expired()).status is AccountStatus.EXPIRED
    assert row_after(invited, accounts.invitation_expired(), accounts.invitation_resent(4)).status == "invited"
    active = (invited, accounts.account_activated(), accounts.account_rights_changed())
    assert (row_after(*active).status, row_after(*active).role) == (AccountStatus.ACTIVE, Role.BUREAU_MANAGER)
    disabled = (*active, accounts.account_disabled(4))
    assert row_after(*disabled).status is AccountStatus.DISABLED
    assert row_after(*disabled, accounts.account_enabled(5)).status is AccountStatus.ACTIVE


def test_what_is_delivered_twice_is_told_once():
    told = [accounts.session_opened(), accounts.session_proof_added(), accounts.login_refused(), accounts.locked_out()]
    once = fold(SignIns(), told)
    assert fold(SignIns(), [*told, *told]) == once


def test_a_parents_sign_in_is_in_no_accounts_record():
    assert not fold(SignIns(), [accounts.session_opened(account=None), accounts.login_refused(account=None)])
