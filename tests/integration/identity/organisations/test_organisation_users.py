"""機構使用者清單, as the log makes it: live, twice and rebuilt alike; and who is shown what of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.read_models.organisation_users import (
    Grant,
    OrganisationUsers,
    organisation,
    organisation_users,
    own_services,
)
from shared.principal import Assurance, Principal, Role, Service
from shared.read_models.compare import compare
from shared.read_models.freshness import Positions
from shared.read_models.projector import Projector
from shared.read_models.reader import Reader
from shared.read_models.rebuild import rebuild
from shared.read_models.tables import Rows
from shared.store.log import Log
from tests.controls import organisations
from tests.controls.family import DAAN_CLINIC
from tests.controls.orders import Ledger, Queue
from tests.integration.identity.organisations.house import (
    CARDS,
    CENTRE,
    CLINIC,
    MANAGERS_ID,
    OTHER_CENTRE,
    OTHER_CLINIC,
    USERS_ID,
)

DAY = timedelta(days=1)
TODAY = date(2025, 2, 18)
PASSWORD = frozenset({Assurance.PASSWORD})
BUREAU = Principal("account/1", Role.BUREAU_OFFICER, PASSWORD, jurisdiction="新北市")
OTHER_BUREAU = Principal("account/2", Role.BUREAU_MANAGER, PASSWORD, jurisdiction="臺北市")
AUDITOR = Principal("account/3", Role.AUDITOR, PASSWORD)
INSURER = Principal("account/4", Role.INSURER_OFFICER, PASSWORD)


@pytest.fixture
def reader(house, database):
    """Fold the log into the table when asked, and read it."""
    log, positions, opened = Log(database, "identity"), Positions(database), []
    model = OrganisationUsers()

    def fold():
        rows = {}
        for event in house.door.log():
            for key in model.keys(event) if isinstance(event, model.folds) else ():
                rows[key] = model.evolve(key, rows.get(key), event)
        table = Rows(model.table)
        with database.connect(name="test") as connection:
            connection.execute(f"drop table if exists {model.table.name} cascade")
            table.create(connection)
            table.create_indexes(connection)
            table.save(connection, [row for row in rows.values() if row is not None])
        opened.append(Reader(OrganisationUsers, database, log, positions))
        return opened[-1]

    yield fold
    for each in opened:
        each.close()
    positions.close()
    log.close()


def listed(house, reader, caller, organisation_key=CLINIC, **page):
    return organisation_users(reader(), house.door.vault, caller, organisation_key, **page)


def test_the_organisation_sees_its_managers_and_then_its_users_with_what_is_granted(house, reader):
    house.name_manager(mobile="0911222333")
    house.add_user(until=TODAY + DAY)
    house.grant(Service.REFERRAL_QUERY, until=TODAY)
    house.grant(Service.CLAIMS)
    for caller in (CARDS[CLINIC], house.manager(), house.manager(proofs=frozenset({Assurance.OTP_CARD_NUMBER}))):
        manager, user = listed(house, reader, caller).entries
        assert (manager.role, manager.name) == (Role.INSTITUTION_MANAGER, "林護理")
        assert (manager.identifier, manager.mobile) == (MANAGERS_ID, "0911222333")
        assert (user.role, user.identifier) == (Role.INSTITUTION_USER, USERS_ID)
        assert (user.member, user.since, user.until) == (house.subject(USERS_ID), TODAY, TODAY + DAY)
        assert user.grants == (Grant(Service.CLAIMS, TODAY), Grant(Service.REFERRAL_QUERY, TODAY, TODAY))


@pytest.mark.parametrize("organisation_key", [CLINIC, CENTRE])
def test_the_bureau_of_the_county_and_auditors_see_who_it_is_and_neither_ids_nor_phones(
    house, reader, organisation_key
):
    house.staffed(organisation_key)
    for caller in (BUREAU, AUDITOR):
        entries = listed(house, reader, caller, organisation_key).entries
        assert [entry.name for entry in entries] == ["林護理", "張書記"]
        assert {(entry.identifier, entry.mobile) for entry in entries} == {(None, None)}
        assert organisation(reader(), caller, organisation_key).managers == 1


@pytest.mark.parametrize("organisation_key", [CLINIC, CENTRE])
def test_nobody_else_sees_who_uses_what(house, reader, organisation_key):
    house.staffed(organisation_key)
    house.name_manager(OTHER_CLINIC)
    user = house.capacity(USERS_ID, organisation_key).principal(frozenset({Assurance.CARD_PIN}))
    strangers = (OTHER_BUREAU, INSURER, CARDS[OTHER_CLINIC], CARDS[OTHER_CENTRE], house.manager(OTHER_CLINIC), user)
    for caller in strangers:
        assert listed(house, reader, caller, organisation_key).entries == ()
        assert organisation(reader(), caller, organisation_key) is None


def test_an_organisation_is_told_what_it_may_grant_before_it_has_anybody(house, reader):
    found = organisation(reader(), CARDS[CENTRE], CENTRE)
    assert (found.managers, found.users, found.offered) == (0, 0, (Service.LTC_REFERRAL_CENTRE,))
    house.staffed()
    found = organisation(reader(), CARDS[CLINIC], CLINIC)
    assert (found.managers, found.users) == (1, 1)
    assert Service.LTC_REFERRAL_CENTRE not in found.offered
    assert organisation(reader(), AUDITOR, "nothing") is None


def test_the_list_is_paged(house, reader):
    house.staffed()
    house.add_user(identifier="F100000015", name="陳安康", since=TODAY + DAY)
    names, cursor = [], None
    for _ in range(3):
        page = listed(house, reader, CARDS[CLINIC], limit=1, cursor=cursor)
        names += [entry.name for entry in page.entries]
        cursor = page.following
    assert (names, cursor) == (["林護理", "張書記", "陳安康"], None)


def test_whoever_was_removed_is_on_the_list_no_more_and_a_revoked_service_neither(house, reader):
    house.staffed().grant(Service.CLAIMS)
    house.revoke(Service.CLAIMS)
    assert listed(house, reader, CARDS[CLINIC]).entries[1].grants == ()
    house.give(commands.RemoveUser(CLINIC, house.subject(USERS_ID)), house.manager())
    assert [entry.name for entry in listed(house, reader, CARDS[CLINIC]).entries] == ["林護理"]


def test_of_a_forgotten_user_the_line_stays_without_a_name(house, reader):
    house.staffed()
    house.door.vault.forget(house.subject(USERS_ID), "個人資料保護法第11條第3項")
    user = listed(house, reader, CARDS[CLINIC]).entries[1]
    assert (user.name, user.identifier, user.mobile) == (None, None, None)


def test_a_user_sees_what_is_granted_today_where_they_have_come_in(house, reader):
    house.staffed().staffed(CENTRE)
    house.grant(Service.CLAIMS)
    house.grant(Service.REFERRAL_QUERY, since=TODAY + DAY)
    house.grant(Service.LTC_REFERRAL, since=TODAY - 2 * DAY, until=TODAY - DAY)
    house.grant(Service.LTC_REFERRAL_CENTRE, CENTRE)
    user = house.capacity(USERS_ID).principal(frozenset({Assurance.CARD_PIN}))
    subjects = house.door.vault.subjects_of([user.subject])
    assert own_services(reader(), user, subjects, TODAY) == [Grant(Service.CLAIMS, TODAY)]
    tomorrow = own_services(reader(), user, subjects, TODAY + DAY)
    assert [grant.service for grant in tomorrow] == [Service.CLAIMS, Service.REFERRAL_QUERY]
    assert own_services(reader(), house.manager(), [house.manager().subject], TODAY) == []
    assert own_services(reader(), CARDS[CLINIC], (), TODAY) == []


def test_a_user_whose_days_are_over_has_nothing_granted(house, reader):
    house.name_manager()
    house.add_user(until=TODAY)
    house.grant(Service.CLAIMS)
    user = house.capacity(USERS_ID).principal(frozenset({Assurance.CARD_PIN}))
    assert own_services(reader(), user, [user.subject], TODAY + DAY) == []


def told():
    return (
        organisations.organisation_opened(),
        organisations.manager_named(),
        organisations.user_added(),
        organisations.service_granted(),
        organisations.service_granted(service=Service.CLAIMS, version=5),
        organisations.service_revoked(version=6),
        organisations.organisation_opened(f"institution/{DAAN_CLINIC}"),
        organisations.manager_named(f"institution/{DAAN_CLINIC}", county="臺北市"),
        organisations.user_added(f"institution/{DAAN_CLINIC}"),
        organisations.user_removed(f"institution/{DAAN_CLINIC}", version=4),
        organisations.manager_removed(f"institution/{DAAN_CLINIC}", version=5),
    )


def test_live_rows_delivered_twice_are_those_of_a_rebuild(database_dsn):
    ledger = Ledger(database_dsn, "identity")
    model = OrganisationUsers()
    rebuild(model, ledger.database, ledger.log)
    queue = Queue(*(body for body in ledger.record(*told()) for _ in range(2)))
    projector = Projector(model, ledger.database, ledger.log, queue.subscribe)
    while queue.waiting:
        projector.step(0)
    projector.close()
    assert compare(model, ledger.database, ledger.log).is_none
    with ledger.database.connect(name="test") as connection:
        rows = connection.execute("select organisation, subject from organisation_users order by subject").fetchall()
    assert rows == [(CLINIC, organisations.MANAGER), (CLINIC, organisations.USER)]
    ledger.close()


def test_every_event_of_organisations_that_changes_the_list_is_folded():
    unfolded = set(organisations.EXAMPLES) - {fact.TOPIC for fact in OrganisationUsers.folds}
    assert unfolded == {"identity.OrganisationOpened.v1"}
