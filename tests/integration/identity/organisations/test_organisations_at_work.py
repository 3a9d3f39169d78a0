"""An organisation's users while everybody is at work: lists that follow, and grants that end by themselves."""

from __future__ import annotations

from datetime import date, timedelta

from services.identity import commands
from services.identity.application.accounts.opening import Arrival, open_session
from services.identity.application.capacities import of_person
from services.identity.application.capacities.sources import source_of_person
from services.identity.events import InstitutionKind, Proof
from services.identity.read_models.organisation_users import OrganisationUsers, organisation_users
from shared.principal import Assurance, Service
from shared.vault.blind_index import Identifier
from tests.controls.family import BANQIAO_CLINIC
from tests.integration.identity.accounts.test_identity_at_work import HOME, house
from tests.integration.identity.organisations.house import BY_PIN, CARDS, CLINIC, MANAGERS_ID, USERS_ID

__all__ = ("house",)  # the installation of those tests

TODAY = date(2025, 2, 18)


def capacity(at_work, identifier):
    subject = at_work.identity.vault.find(Identifier("national_id", identifier))
    return of_person(at_work.identity.application.desk, subject, at_work.now).of_key(f"member/{CLINIC}")


def come_in(at_work, identifier):
    found = capacity(at_work, identifier)
    via = (source_of_person(found.subject),)
    arrival = Arrival(found, (Proof(Assurance.CARD_PIN, "card/1"),), HOME, via=via)
    return open_session(at_work.identity.application.desk, arrival, at_work.now)


def test_a_service_ends_with_its_last_day_by_itself_and_whoever_has_it_signs_in_again(house):
    clinic = {"kind": InstitutionKind.CLINIC, "county": "新北市", "district": "板橋區"}
    house.give(commands.RecordInstitution(BANQIAO_CLINIC, "板橋安康小兒科診所", **clinic))
    house.give(commands.NameManager(CLINIC, MANAGERS_ID, "林護理"), CARDS[CLINIC])
    manager = capacity(house, MANAGERS_ID).principal(BY_PIN)
    house.give(commands.AddUser(CLINIC, USERS_ID, "張書記"), manager)
    user = capacity(house, USERS_ID).subject
    house.give(commands.GrantService(CLINIC, user, Service.CLAIMS, until=TODAY), manager)
    house.give(commands.GrantService(CLINIC, user, Service.REFERRAL_QUERY), manager)
    reader = house.identity.reader(OrganisationUsers)

    def granted():
        page = organisation_users(reader, house.identity.vault, manager, CLINIC)
        return [len(entry.grants) for entry in page.entries]

    house.until(lambda: granted() == [0, 2])
    reader.close()
    house.now += timedelta(hours=13, minutes=50)  # ten minutes before midnight in Taipei
    signed_in = come_in(house, USERS_ID)
    assert house.known(signed_in)
    house.now += timedelta(minutes=11)
    house.until(lambda: house.known(signed_in) is None)
    assert capacity(house, USERS_ID).services == {Service.REFERRAL_QUERY}
