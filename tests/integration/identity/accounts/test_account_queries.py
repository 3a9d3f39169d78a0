"""帳號清單 and 登入紀錄, as the door's own log makes them: who sees what, with names opened on the page only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.commands import RightsEntry
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import AccountStatus
from services.identity.events import AccountHolder, DisabledReason, InstitutionKind, Programme, SessionEnd, Whereabouts
from services.identity.read_models.accounts import Accounts, AccountSearch, account_seen_by, accounts_of
from services.identity.read_models.institutions import Institutions
from services.identity.read_models.invitations import (
    InvitationSearch,
    Progress,
    doctor_counts,
    institution_counts,
    invited_doctors,
    invited_institutions,
)
from services.identity.read_models.personnel import Personnel
from services.identity.read_models.sign_ins import SignInKind, SignIns, sign_ins_of
from shared.principal import Assurance, Principal, Role
from shared.read_models.freshness import Positions
from shared.read_models.reader import Reader
from shared.read_models.tables import Rows
from shared.store.log import Log
from tests.controls import accounts
from tests.controls.accounts import ACCOUNT
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.integration.identity.accounts.door import DOCTOR, ELSEWHERE, MANAGER, OFFICER, OPERATOR

EVERYTHING = AccountSearch()
SECOND_DOCTOR = "Z9999999"
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
            connection.execute(f"drop table if exists {model.table.name} cascade")
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


# 邀請進度 ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def county(door):
    """A clinic of the programme in 新北市 with two doctors, and another clinic that takes no part."""
    door.institution()
    second = commands.RecordPractitioner(SECOND_DOCTOR, "林明", "A", "A123456789", BANQIAO_CLINIC)
    nurse = commands.RecordPractitioner("N0000001", "陳護理", "B", "B123456780", BANQIAO_CLINIC)
    part = commands.JoinProgramme(BANQIAO_CLINIC, Programme.DEDICATED_DOCTOR, date(2025, 1, 1))
    admitted = commands.AdmitPractitioner(BANQIAO_DOCTOR, Programme.DEDICATED_DOCTOR, date(2025, 2, 1))
    other = commands.RecordInstitution(DAAN_CLINIC, "大安診所", InstitutionKind.CLINIC, "新北市")
    for command in (second, nurse, part, admitted, other):
        door.give(command, OPERATOR)
    return door


@pytest.fixture
def lists(county, shelf):  # noqa: ARG001 - there has to be somebody to list
    """What the lists are asked of, as everything stands now."""

    def now():
        shelf(Institutions)
        shelf(Personnel)
        return shelf(Accounts)

    return now


def test_doctors_whom_nobody_has_invited_are_listed_with_their_part_in_the_programme(lists):
    [first, second] = invited_doctors(lists(), MANAGER, InvitationSearch()).entries
    assert (first.doctor, first.doctor_name, first.institution) == (BANQIAO_DOCTOR, "陳安康", BANQIAO_CLINIC)
    assert (first.progress, first.account, first.since) == (Progress.NOBODY, None, date(2025, 2, 1))
    assert (second.doctor_name, second.since, second.is_trained) == ("林明", None, False)


def test_an_invitation_is_followed_from_the_mail_to_the_first_sign_in(county, lists):
    account_id = county.invite("doctor@example.tw", DOCTOR)
    [invited, _] = invited_doctors(lists(), MANAGER, InvitationSearch()).entries
    assert (invited.progress, invited.account) == (Progress.INVITED, account_id)
    assert invited.expires_at == county.now + timedelta(days=7)
    county.activate()
    [active, _] = invited_doctors(lists(), MANAGER, InvitationSearch()).entries
    assert (active.progress, active.signed_in_at) == (Progress.ACTIVE, county.now)


def test_an_institution_stands_where_its_furthest_account_does(county, lists):
    [nobody] = invited_institutions(lists(), MANAGER, InvitationSearch()).entries
    assert (nobody.institution, nobody.progress, nobody.active) == (BANQIAO_CLINIC, Progress.NOBODY, 0)
    county.invite("doctor@example.tw", DOCTOR)
    county.activate()
    county.invite("manager@example.tw", replace(DOCTOR, role=Role.CASE_MANAGER))
    [active] = invited_institutions(lists(), MANAGER, InvitationSearch()).entries
    assert (active.progress, active.active) == (Progress.ACTIVE, 1)


def test_invitations_are_searched_counted_and_paged(county, lists):
    county.invite("doctor@example.tw", DOCTOR)
    reader = lists()
    counted = {count.progress: count.number for count in doctor_counts(reader, MANAGER, InvitationSearch())}
    assert counted == dict.fromkeys(Progress, 0) | {Progress.INVITED: 1, Progress.NOBODY: 1}
    assert sum(count.number for count in institution_counts(reader, MANAGER, InvitationSearch())) == 1
    searches = (InvitationSearch(progress=Progress.NOBODY), InvitationSearch(text="林明"))
    for search in searches:
        assert [row.doctor for row in invited_doctors(reader, MANAGER, search).entries] == [SECOND_DOCTOR]
    assert invited_institutions(reader, MANAGER, InvitationSearch(text="安康")).entries
    assert not invited_institutions(reader, MANAGER, InvitationSearch(text="大安")).entries
    first = invited_doctors(reader, MANAGER, InvitationSearch(), limit=1)
    second = invited_doctors(reader, MANAGER, InvitationSearch(), limit=1, cursor=first.following)
    assert [row.doctor for page in (first, second) for row in page.entries] == [BANQIAO_DOCTOR, SECOND_DOCTOR]
    assert invited_institutions(reader, MANAGER, InvitationSearch(), limit=1).following is None


def test_a_manager_asks_about_the_own_county_only_and_an_operator_about_any(lists):
    reader, stranger = lists(), replace(MANAGER, jurisdiction="高雄市")
    asked = InvitationSearch(county="新北市")
    assert not invited_doctors(reader, stranger, asked).entries
    assert not invited_institutions(reader, replace(MANAGER, jurisdiction=None), asked).entries
    assert len(invited_doctors(reader, OPERATOR, asked).entries) == 2
    assert not invited_doctors(reader, OPERATOR, InvitationSearch(county="高雄市")).entries
