"""機構管理者 and 機構使用者 with cards in their hands: named by the organisation's card, in by their own (S002)."""

from __future__ import annotations

import pytest

from services.identity import commands
from services.identity.commands import Client, NhiPurpose
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.cards.refusals import CardNotAccepted
from shared.cards.profiles import CardKind
from shared.principal import Assurance, Role, Service
from shared.refusals import ProofNotAccepted
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR
from tests.integration.identity.accounts.door import HOME, OPERATOR
from tests.integration.identity.cards.card_door import CENTRES_SERIAL

COUNTY = "新北市"
CENTRE, CLINIC = f"centre/{COUNTY}", f"institution/{BANQIAO_CLINIC}"
MANAGERS_ID, USERS_ID = "A200000012", "B100000011"
MANAGERS_SERIAL, USERS_SERIAL = "1000000000000001", "1000000000000002"
PASSWORD, MOBILE, NHI_CARD = "seven herons on a wet roof", "0922333444", "000012345678"


@pytest.fixture
def manager(door):
    """Whose citizen certificate it is, whom nobody has named yet."""
    return door.citizens_card("林護理", MANAGERS_ID[-4:], MANAGERS_SERIAL)


@pytest.fixture
def user(door):
    return door.citizens_card("張書記", USERS_ID[-4:], USERS_SERIAL)


def test_a_centres_government_card_names_a_manager_whose_citizen_card_adds_a_user_who_comes_in(door, manager, user):
    door.register(CardKind.GOVERNMENT, CENTRES_SERIAL, COUNTY)
    officer = door.who(door.come_in(door.centres_card()))
    door.give(commands.NameManager(CENTRE, MANAGERS_ID, "林護理"), officer)
    managing = door.who(door.come_in(manager, identifier=MANAGERS_ID))
    assert (managing.role, managing.jurisdiction) == (Role.CENTRE_MANAGER, COUNTY)
    added = door.give(commands.AddUser(CENTRE, USERS_ID, "張書記"), managing)
    member = door.vault.resolve(door.who(door.come_in(user, identifier=USERS_ID)).subject)
    assert added.number == str(member)
    door.give(commands.GrantService(CENTRE, member, Service.LTC_REFERRAL_CENTRE), managing)
    using = door.who(door.come_in(user))
    assert (using.role, using.services) == (Role.CENTRE_USER, {Service.LTC_REFERRAL_CENTRE})
    assert using.assurances == {Assurance.CARD_PIN}


def test_a_citizen_whom_nobody_has_named_comes_in_for_nobody(door, manager):
    with pytest.raises(CardNotAccepted):
        door.come_in(manager, identifier=MANAGERS_ID)


def test_an_institutions_card_names_a_manager_who_is_out_when_it_says_so(door, manager):
    door.institution()
    door.clinics_entry()
    clinic = door.who(door.come_in(door.clinics_card()))
    named = door.give(commands.NameManager(CLINIC, MANAGERS_ID, "林護理"), clinic)
    signed_in = door.come_in(manager, identifier=MANAGERS_ID)
    member = door.who(signed_in).subject
    assert named.number == str(member)
    door.give(commands.RemoveManager(CLINIC, member), clinic)
    with pytest.raises(account_refusals.SessionEnded):
        door.who(signed_in)


def test_a_manager_in_by_an_nhi_card_shows_a_card_of_their_own_and_then_adds_somebody(door, manager):
    door.institution()
    door.clinics_entry()
    clinic = door.who(door.come_in(door.clinics_card()))
    door.give(commands.NameManager(CLINIC, MANAGERS_ID, "林護理", MOBILE), clinic)
    door.come_in(manager, identifier=MANAGERS_ID)
    signed_in = in_by_nhi_card(door)
    adding = commands.AddUser(CLINIC, USERS_ID, "張書記")
    with pytest.raises(ProofNotAccepted):
        door.give(adding, door.who(signed_in))
    proved = door.prove(signed_in, manager)
    assert door.give(adding, door.who(proved)).number


def test_a_doctor_who_manages_a_clinic_goes_on_as_its_manager_with_the_proof_of_the_nhi_card(door):
    door.institution()
    door.clinics_entry()
    clinic = door.who(door.come_in(door.clinics_card()))
    entry = {"name": "陳安康", "profession": "A", "identifier": "F100000015", "institution": BANQIAO_CLINIC}
    door.give(commands.RecordPractitioner(practitioner=BANQIAO_DOCTOR, **entry, mobile=MOBILE), OPERATOR)
    door.give(commands.NameManager(CLINIC, "F100000015", "陳安康"), clinic)
    signed_in = in_by_nhi_card(door, "F100000015")
    assert (door.who(signed_in).role, signed_in.may_choose) == (Role.PRACTITIONER, True)
    taken = door.take(signed_in, f"member/{CLINIC}")
    who = door.who(taken)
    assert (who.role, who.assurances) == (Role.INSTITUTION_MANAGER, {Assurance.CARD_PASSWORD})
    door.give(commands.SignOut(taken.session_id), who)
    with pytest.raises(account_refusals.SessionEnded):
        door.who(taken)


def in_by_nhi_card(door, identifier=MANAGERS_ID, client: Client = HOME):
    """A session by an NHI card that was registered by a code to the phone that the clinic has entered."""
    attempt = door.ask(commands.AskNhiCode(NhiPurpose.REGISTER, identifier, MOBILE, client)).attempt
    proof = door.ask(commands.VerifyNhiCode(attempt, door.sms(), client)).proof
    born_on = door.now.date().replace(year=1980)
    door.ask(commands.RegisterNhiCard(identifier, NHI_CARD, born_on, PASSWORD, client, proof))
    return door.ask(commands.LogInByNhiCard(identifier, NHI_CARD, PASSWORD, client))
