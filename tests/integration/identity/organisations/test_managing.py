"""機構使用者維護, 使用者授權管理: who names, adds and grants where, and what that makes of whom (S002)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.application.capacities import of_person
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.cards.refusals import InstitutionNotOpen
from services.identity.domain.organisations import refusals
from services.identity.events import (
    CardHolder,
    HolderKind,
    MemberIdentity,
    SessionClosed,
    SessionEnd,
    StandingReason,
    UserAdded,
)
from shared.application import Result
from shared.principal import Assurance, Principal, Role, Service
from shared.refusals import FieldMissing, InvalidForm, ProofNotAccepted, RoleNotAllowed
from shared.taiwan.contacts import MalformedMobileNumber
from shared.taiwan.identifiers import WrongChecksum
from tests.controls.family import BANQIAO_CLINIC
from tests.integration.identity.accounts.door import OPERATOR
from tests.integration.identity.organisations.house import (
    CARDS,
    CENTRE,
    CLINIC,
    FOLLOWER,
    MANAGERS_ID,
    OTHER_CENTRE,
    OTHER_CLINIC,
    USERS_ID,
)

DAY = timedelta(days=1)
TODAY = date(2025, 2, 18)
BUREAU = Principal("account/1", Role.BUREAU_MANAGER, frozenset({Assurance.PASSWORD}), jurisdiction="新北市")
SERVICES = {CLINIC: Service.REFERRAL_ACCEPTANCE, CENTRE: Service.LTC_REFERRAL_CENTRE}


def count(house):
    return len(house.door.log())


@pytest.mark.parametrize(
    ("organisation", "roles", "place"),
    [
        (CLINIC, (Role.INSTITUTION_MANAGER, Role.INSTITUTION_USER), (BANQIAO_CLINIC, None)),
        (CENTRE, (Role.CENTRE_MANAGER, Role.CENTRE_USER), (None, "新北市")),
    ],
)
def test_the_card_names_a_manager_who_adds_a_user_and_grants_a_service(house, organisation, roles, place):
    house.name_manager(organisation)
    house.add_user(organisation)
    house.grant(SERVICES[organisation], organisation)
    manager, user = house.capacity(MANAGERS_ID, organisation), house.capacity(USERS_ID, organisation)
    assert (manager.rights.role, user.rights.role) == roles
    for one in (manager, user):
        assert (one.rights.institution, one.rights.jurisdiction) == place
    assert (manager.services, user.services) == (frozenset(), {SERVICES[organisation]})
    assert user.principal(frozenset({Assurance.CARD_PIN})).services == {SERVICES[organisation]}
    assert user.badge.name == "張書記"


def test_the_answer_names_the_member_by_whom_the_next_commands_know_them(house):
    named = house.name_manager()
    added = house.add_user()
    assert (named.result, named.number) == (Result.DONE, str(house.subject(MANAGERS_ID)))
    assert added.number == str(house.subject(USERS_ID))
    assert house.grant(Service.CLAIMS).number == added.number


def test_names_ids_and_phones_are_sealed(house):
    house.name_manager(mobile="0911-222-333")
    house.add_user()
    with house.door.database.connect(name="test") as connection:
        told = connection.execute("select convert_from(data, 'utf8') from event").fetchall()
        held = connection.execute("select reservation::text from reservation").fetchall()
    for [text] in (*told, *held):
        assert not any(private in text for private in (MANAGERS_ID, USERS_ID, "林護理", "張書記", "0911222333"))
    added = house.door.last(UserAdded)
    assert house.door.vault.open(added.person, MemberIdentity) == MemberIdentity("張書記", USERS_ID)


# Nobody across organisations -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("organisation", [CLINIC, CENTRE])
@pytest.mark.parametrize("stranger", [OTHER_CLINIC, OTHER_CENTRE])
def test_no_card_names_or_removes_managers_of_another_organisation(house, organisation, stranger):
    member = house.subject(MANAGERS_ID) if house.name_manager(organisation) else None
    before = count(house)
    for command in (
        commands.NameManager(organisation, USERS_ID, "張書記"),
        commands.RemoveManager(organisation, member),
    ):
        with pytest.raises(refusals.NotYourOrganisation):
            house.give(command, CARDS[stranger])
    assert count(house) == before


@pytest.mark.parametrize("organisation", [CLINIC, CENTRE])
@pytest.mark.parametrize("stranger", [OTHER_CLINIC, OTHER_CENTRE])
def test_no_manager_adds_removes_grants_or_revokes_at_another_organisation(house, organisation, stranger):
    house.staffed(organisation).grant(SERVICES[organisation], organisation)
    house.name_manager(stranger)
    manager, member = house.manager(stranger), house.subject(USERS_ID)
    before = count(house)
    for command in (
        commands.AddUser(organisation, USERS_ID, "張書記"),
        commands.RemoveUser(organisation, member),
        commands.GrantService(organisation, member, SERVICES[organisation]),
        commands.RevokeService(organisation, member, SERVICES[organisation]),
    ):
        with pytest.raises(refusals.NotYourOrganisation):
            house.give(command, manager)
    assert count(house) == before


def test_the_card_adds_no_users_and_a_manager_names_no_managers(house):
    house.staffed()
    with pytest.raises(RoleNotAllowed):
        house.add_user(caller=CARDS[CLINIC])
    with pytest.raises(RoleNotAllowed):
        house.name_manager(caller=house.manager())


@pytest.mark.parametrize("caller", [BUREAU, OPERATOR])
def test_neither_bureau_nor_operator_changes_who_uses_what(house, caller):
    house.staffed()
    for ask in (house.name_manager, house.add_user):
        with pytest.raises(RoleNotAllowed):
            ask(caller=caller)
    with pytest.raises(RoleNotAllowed):
        house.grant(Service.CLAIMS, caller=caller)


def test_a_user_grants_nothing_to_anybody(house):
    house.staffed()
    with pytest.raises(RoleNotAllowed):
        house.grant(Service.CLAIMS, caller=house.capacity(USERS_ID).principal(frozenset({Assurance.CARD_PIN})))


@pytest.mark.parametrize("way", [Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER])
def test_a_manager_who_came_in_by_an_nhi_card_proves_card_and_pin_besides(house, way):
    house.staffed()
    with pytest.raises(ProofNotAccepted) as said:
        house.grant(Service.CLAIMS, caller=house.manager(proofs=frozenset({way})))
    assert said.value.params["accepted"] == (Assurance.CARD_PIN,)
    assert house.grant(Service.CLAIMS, caller=house.manager(proofs=frozenset({way, Assurance.CARD_PIN})))


# Managers who are none any more --------------------------------------------------------------------------------------


def test_a_manager_who_is_removed_changes_nothing_any_more_whatever_the_session_says(house):
    house.staffed()
    still_in = house.manager()
    house.give(commands.RemoveManager(CLINIC, house.subject(MANAGERS_ID)), CARDS[CLINIC])
    assert house.capacity(MANAGERS_ID) is None
    with pytest.raises(refusals.NotManagerToday):
        house.grant(Service.CLAIMS, caller=still_in)


def test_the_last_manager_is_removed_by_the_card_which_may_name_another(house):
    house.staffed()
    house.give(commands.RemoveManager(CLINIC, house.subject(MANAGERS_ID)), CARDS[CLINIC])
    house.name_manager(identifier=USERS_ID, name="張書記")
    assert house.capacity(USERS_ID).rights.role is Role.INSTITUTION_MANAGER


def test_a_manager_manages_from_the_first_day_to_the_last(house):
    house.name_manager(since=TODAY + DAY, until=TODAY + 2 * DAY)
    assert house.capacity(MANAGERS_ID) is None
    house.door.wait(DAY)
    manager = house.manager()
    house.add_user(caller=manager)
    house.door.wait(2 * DAY)
    assert house.capacity(MANAGERS_ID) is None
    with pytest.raises(refusals.NotManagerToday):
        house.grant(Service.CLAIMS, caller=manager)


# What is so already, and what cannot be ------------------------------------------------------------------------------


def test_what_is_so_already_is_told_to_be_unchanged(house):
    house.staffed().grant(Service.CLAIMS)
    before = count(house)
    for ask in (house.name_manager, house.add_user, lambda: house.grant(Service.CLAIMS)):
        assert ask().result is Result.UNCHANGED
    assert count(house) == before


def test_another_name_or_phone_is_entered_anew(house):
    house.staffed()
    assert house.add_user(name="張秘書").result is Result.DONE
    assert house.add_user(name="張秘書", mobile="0911222333").result is Result.DONE
    assert house.capacity(USERS_ID).badge.name == "張秘書"


def test_nobody_is_removed_who_is_not_there_and_nothing_revoked_that_is_not_granted(house):
    house.staffed()
    stranger = house.subject(MANAGERS_ID)
    with pytest.raises(refusals.MemberUnknown):
        house.give(commands.RemoveUser(CLINIC, stranger), house.manager())
    with pytest.raises(refusals.ServiceNotGranted):
        house.revoke(Service.CLAIMS)


def test_a_service_of_another_kind_of_organisation_is_not_granted(house):
    house.staffed()
    with pytest.raises(refusals.ServiceNotOffered):
        house.grant(Service.LTC_REFERRAL_CENTRE)


@pytest.mark.parametrize("organisation", ["", "clinic/1", "centre/桃源鄉", "institution/12", "institution/1234567893"])
def test_an_organisation_that_there_is_not_has_no_manager(house, organisation):
    with pytest.raises((refusals.OrganisationUnknown, refusals.NotYourOrganisation)):
        house.name_manager(organisation, CARDS[CLINIC])


def test_a_county_may_be_written_with_the_simpler_character(house):
    house.name_manager("centre/台北市", CARDS[OTHER_CENTRE])
    assert house.capacity(MANAGERS_ID, OTHER_CENTRE)


def test_every_fault_of_an_entry_is_told(house):
    with pytest.raises(InvalidForm) as refused:
        house.name_manager(name=" ", identifier="A200000011", mobile="02-29603456")
    assert {(type(refusal), refusal.field) for refusal in refused.value.refusals} == {
        (FieldMissing, "name"),
        (WrongChecksum, "identifier"),
        (MalformedMobileNumber, "mobile"),
    }


def test_nobody_comes_in_for_an_institution_that_is_shut_and_its_users_stay_as_they_are(house):
    house.staffed()
    manager = house.manager()
    shut = commands.SuspendInstitution(BANQIAO_CLINIC, TODAY, StandingReason.ORDERED)
    house.give(shut, OPERATOR)
    found = house.capacities(USERS_ID)
    assert (found.held, [type(one) for one in found.objections]) == ((), [InstitutionNotOpen])
    with pytest.raises(refusals.OrganisationShut):
        house.add_user(caller=manager)
    house.give(commands.RemoveManager(CLINIC, house.subject(MANAGERS_ID)), CARDS[CLINIC])
    house.give(commands.ResumeInstitution(BANQIAO_CLINIC, TODAY), OPERATOR)
    assert house.capacity(USERS_ID)


def test_whoever_is_in_for_an_institution_that_shuts_is_out(house):
    house.staffed()
    signed_in = house.come_in(USERS_ID)
    house.give(commands.SuspendInstitution(BANQIAO_CLINIC, TODAY, StandingReason.ORDERED), OPERATOR)
    house.give(commands.CloseVoidCapacities(CardHolder(HolderKind.INSTITUTION, BANQIAO_CLINIC)), FOLLOWER)
    with pytest.raises(account_refusals.SessionEnded):
        house.door.who(signed_in)


# From day to day -----------------------------------------------------------------------------------------------------


def test_a_service_begins_and_ends_by_itself(house):
    house.staffed().grant(Service.CLAIMS, since=TODAY + DAY, until=TODAY + 2 * DAY)
    held = []
    for _ in range(4):
        held.append(Service.CLAIMS in house.capacity(USERS_ID).services)
        house.door.wait(DAY)
    assert held == [False, True, True, False]


def test_whoever_is_in_by_what_was_revoked_is_out_at_once_and_the_log_is_told(house):
    house.staffed().grant(Service.CLAIMS, until=TODAY)
    signed_in = house.come_in(USERS_ID)
    house.look_at_sessions_of(USERS_ID)
    assert house.door.who(signed_in).services == {Service.CLAIMS}
    house.revoke(Service.CLAIMS)
    with pytest.raises(account_refusals.SessionEnded) as said:
        house.door.who(signed_in)
    assert said.value.params["end"] is SessionEnd.RIGHTS_CHANGED
    house.look_at_sessions_of(USERS_ID)
    assert house.door.last(SessionClosed).end is SessionEnd.RIGHTS_CHANGED


def test_a_service_whose_last_day_is_over_ends_the_session_that_has_it(house):
    house.door.wait(timedelta(hours=13, minutes=45))  # a quarter of an hour before midnight in Taipei
    house.staffed().grant(Service.CLAIMS, until=TODAY)
    signed_in = house.come_in(USERS_ID)
    house.door.wait(timedelta(minutes=16))
    house.look_at_sessions_of(USERS_ID)
    with pytest.raises(account_refusals.SessionEnded):
        house.door.who(signed_in)
    assert house.capacity(USERS_ID).services == frozenset()


def test_a_user_who_is_removed_is_out_and_is_nobody_there(house):
    house.staffed()
    signed_in = house.come_in(USERS_ID)
    house.give(commands.RemoveUser(CLINIC, house.subject(USERS_ID)), house.manager())
    with pytest.raises(account_refusals.SessionEnded) as said:
        house.door.who(signed_in)
    assert said.value.params["end"] is SessionEnd.CAPACITY_ENDED
    assert not house.capacities(USERS_ID).is_known


# People --------------------------------------------------------------------------------------------------------------


def test_a_manager_who_is_removed_is_out_at_once_there_and_stays_in_elsewhere(house):
    house.name_manager()
    house.name_manager(CENTRE)
    here, elsewhere = house.come_in(MANAGERS_ID), house.come_in(MANAGERS_ID, CENTRE)
    house.give(commands.RemoveManager(CLINIC, house.subject(MANAGERS_ID)), CARDS[CLINIC])
    with pytest.raises(account_refusals.SessionEnded):
        house.door.who(here)
    house.look_at_sessions_of(MANAGERS_ID)
    assert house.door.who(elsewhere).role is Role.CENTRE_MANAGER


def test_somebody_may_belong_to_several_organisations_and_be_a_practitioner_too(house):
    for organisation in (CLINIC, CENTRE, OTHER_CLINIC):
        house.name_manager(organisation, identifier="F100000015", name="陳安康")
    held = house.capacities("F100000015").held
    assert [one.rights.role for one in held] == [
        Role.PRACTITIONER,
        Role.CENTRE_MANAGER,
        Role.INSTITUTION_MANAGER,
        Role.INSTITUTION_MANAGER,
    ]
    assert len({one.key for one in held}) == 4
    assert {one.principal_id for one in held} == {f"person/{house.subject('F100000015')}"}


def test_of_a_forgotten_member_nothing_is_left(house):
    house.staffed()
    forgotten = house.subject(USERS_ID)
    house.door.vault.forget(forgotten, "個人資料保護法第11條第3項")
    house.door.identity.record_forgotten(house.door.vault.forgotten(), house.door.now)
    assert not of_person(house.door.identity.desk, forgotten, house.door.now).is_known
    house.add_user()
    assert house.subject(USERS_ID) != forgotten
    assert house.capacity(USERS_ID).badge.name == "張書記"


def test_who_belongs_where_is_held_as_a_rebuilt_log_holds_it(house):
    house.staffed().staffed(CENTRE)
    house.give(commands.RemoveUser(CLINIC, house.subject(USERS_ID)), house.manager())
    identity = house.door.identity
    with house.door.database.connect(name="test") as connection:
        rows = connection.execute(
            "select scope, key, holder from reservation where scope like 'memberships/%' order by scope, key"
        ).fetchall()
    ids = {holder for _, _, holder in rows}
    histories = [list(identity.recorder.select_events(each)) for each in ids]
    rebuilt = [tuple(one) for history in histories for one in identity.holdings(history).reservations]
    assert sorted(map(tuple, rows)) == sorted(rebuilt)
    assert len(rows) == 3
