"""自然人憑證 in other hands: whom it does not open, whatever an institution enters; and how it is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from uuid import UUID

import pytest

from services.identity import commands
from services.identity.application.cards.binding import cards_of_account
from services.identity.application.cards.register import cards_of_holder
from services.identity.application.front_desk import FrontDesk
from services.identity.domain.cards import refusals
from services.identity.domain.cards.names import card_identifier
from services.identity.domain.nhi_cards.refusals import NhiNotAccepted, NhiPersonNotProved
from services.identity.events import CardEnd, CardHolder, CardRegistered, HolderKind, LoginRefused
from shared.cards.profiles import CardKind
from shared.principal import Assurance, Principal, Role
from shared.principal_tokens import PrincipalSigner
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.integration.identity.accounts.door import DOCTOR, HOME, MANAGER, OPERATOR
from tests.integration.identity.cards.card_door import CENTRES_SERIAL, CITIZENS_SERIAL, DOCTORS_ID, DOCTORS_NAME

CLINIC, OTHERS = f"institution/{BANQIAO_CLINIC}", f"institution/{DAAN_CLINIC}"
STRANGER, STRANGERS_SERIAL = "王大同", "6666000000000001"
USERS_ID, USERS_NAME = "P200000005", "林護理"
CARD_OF = {
    organisation: Principal(
        organisation, Role.INSTITUTION, frozenset({Assurance.CARD_PIN}), institution=organisation.split("/")[1]
    )
    for organisation in (CLINIC, OTHERS)
}


@pytest.fixture
def town(door):
    """Two clinics; a doctor practises at the first."""
    door.institution()
    door.other_institution()
    return door


def name(door, organisation, identifier, called):
    """The number of the member."""
    return UUID(door.give(commands.NameManager(organisation, identifier, called), CARD_OF[organisation]).number)


def strangers_card(door, identifier=DOCTORS_ID):
    """Of somebody else, whose last four happen to be those of this national ID."""
    return door.citizens_card(STRANGER, identifier[-4:], STRANGERS_SERIAL)


def has_account(door):
    """A session of the doctor's account, to which their citizen card was bound."""
    door.account_id = door.give(commands.InviteAccount(DOCTORS_NAME, "doctor@example.tw", DOCTOR), MANAGER).id
    signed_in = door.activate()
    door.bind(signed_in, door.citizens_card())
    return signed_in


def not_accepted(door, reason, come_in, refusal=refusals.CardNotAccepted):
    with pytest.raises(refusal):
        come_in()
    assert door.reason() == reason


def test_a_citizens_card_is_nobodys_whom_an_institution_names_as_its_holder_and_the_register_does_not(town):
    name(town, OTHERS, DOCTORS_ID, STRANGER)
    card = strangers_card(town)
    not_accepted(town, "card-name-mismatch", lambda: town.come_in(card, identifier=DOCTORS_ID))
    assert "CardRegistered" not in town.told()


def test_a_citizens_card_counts_no_more_once_another_names_the_person_otherwise(town):
    name(town, OTHERS, USERS_ID, STRANGER)
    card = strangers_card(town, USERS_ID)
    inside = town.come_in(card, identifier=USERS_ID)
    name(town, CLINIC, USERS_ID, USERS_NAME)
    not_accepted(town, "card-name-mismatch", lambda: town.come_in(card, identifier=USERS_ID))
    with pytest.raises(refusals.CapacityUnknown):
        town.take(inside, f"member/{CLINIC}")
    with pytest.raises(NhiPersonNotProved):
        registers_nhi_card(town, inside)


def test_an_nhi_card_registered_by_a_citizens_card_counts_no_more_once_another_names_the_person_otherwise(town):
    member = name(town, OTHERS, USERS_ID, STRANGER)
    registers_nhi_card(town, town.come_in(strangers_card(town, USERS_ID), identifier=USERS_ID))
    by_nhi_card = commands.LogInByNhiCard(USERS_ID, "000012345678", "seven herons on a wet roof", HOME)
    assert town.ask(by_nhi_card)
    name(town, CLINIC, USERS_ID, USERS_NAME)
    not_accepted(town, "nhi-records-disagree", lambda: town.ask(by_nhi_card), NhiNotAccepted)
    town.give(commands.RemoveManager(OTHERS, member), CARD_OF[OTHERS])
    not_accepted(town, "nhi-records-disagree", lambda: town.ask(by_nhi_card), NhiNotAccepted)


def registers_nhi_card(door, signed_in):
    entered = commands.RegisterNhiCard(
        USERS_ID,
        "000012345678",
        date(1980, 5, 17),
        "seven herons on a wet roof",
        HOME,
        session=signed_in.session,
    )
    return door.ask(entered)


def test_a_citizens_card_counts_no_more_once_nobody_names_its_holder_so(town):
    card = strangers_card(town, USERS_ID)
    member = name(town, OTHERS, USERS_ID, STRANGER)
    town.come_in(card, identifier=USERS_ID)
    town.give(commands.RemoveManager(OTHERS, member), CARD_OF[OTHERS])
    not_accepted(town, "card-person-unknown", lambda: town.come_in(card, identifier=USERS_ID))
    name(town, CLINIC, USERS_ID, USERS_NAME)
    not_accepted(town, "card-name-mismatch", lambda: town.come_in(card, identifier=USERS_ID))


def test_a_person_has_no_second_citizens_card_before_the_first_is_withdrawn(town):
    town.come_in(town.citizens_card(), identifier=DOCTORS_ID)
    second = town.citizens_card(serial=STRANGERS_SERIAL)
    come_in = lambda: town.come_in(second, identifier=DOCTORS_ID)  # noqa: E731
    not_accepted(town, "citizen-card-exists", come_in, refusals.CitizenCardExists)
    holder = CardHolder(HolderKind.PERSON, str(town.last(LoginRefused).subject))
    [former] = cards_of_holder(town.identity.desk, holder, OPERATOR)
    town.give(commands.WithdrawCard(former.id, CardEnd.REPLACED), OPERATOR)
    assert town.who(come_in()).acts_for == {BANQIAO_DOCTOR}


def test_whoever_bound_a_citizens_card_to_an_account_is_the_person_too_once_the_national_id_was_entered(town):
    has_account(town)
    assert town.who(town.come_in(town.citizens_card())).role is Role.DOCTOR
    town.come_in(town.citizens_card(), identifier=DOCTORS_ID)
    keys = {one.key for one in town.capacities(town.come_in(town.citizens_card()))}
    assert keys == {f"practitioner/{BANQIAO_DOCTOR}", f"account/{town.account_id}"}


# At the same moment ---------------------------------------------------------------------------------------------------


class InStep:
    """The vault, which waits for everybody before it gives a card its pseudonym."""

    def __init__(self, vault, barrier):
        self._vault, self._barrier = vault, barrier

    def __getattr__(self, name):
        return getattr(self._vault, name)

    def subject_for(self, identifiers):
        self._barrier.wait()
        return self._vault.subject_for(identifiers)


@pytest.mark.parametrize("serials", [(CITIZENS_SERIAL, STRANGERS_SERIAL), (CITIZENS_SERIAL, CITIZENS_SERIAL)])
def test_of_two_citizens_cards_of_a_person_introduced_at_once_one_comes_in(town, serials):
    desk = town.identity.desk
    waiting = replace(desk, vault=InStep(desk.vault, Barrier(2)))
    town.desk = FrontDesk(waiting, PrincipalSigner(town.key))
    signed = []
    for serial in serials:
        given = town.nonce()
        signed.append((given.attempt, town.sign(town.citizens_card(serial=serial), given)))

    def come_in(shown):
        try:
            return town.show(*shown, identifier=DOCTORS_ID)
        except refusals.CitizenCardExists:
            return None

    with ThreadPoolExecutor(2) as both:
        came = list(both.map(come_in, signed))
    assert came.count(None) == 1
    assert (town.told().count("CardRegistered"), town.reason()) == (1, "citizen-card-exists")
    kept = [serial for serial in set(serials) if pseudonym(town, serial=serial)]
    assert kept == [serial for serial, one in zip(serials, came, strict=True) if one]
    town.desk = FrontDesk(desk, PrincipalSigner(town.key))
    assert town.who(town.come_in(town.citizens_card(serial=kept[0]))).acts_for == {BANQIAO_DOCTOR}


# Forgetting ----------------------------------------------------------------------------------------------------------


def pseudonym(door, kind=CardKind.CITIZEN, serial=CITIZENS_SERIAL):
    return door.vault.find(card_identifier(kind, door.issuer_of(kind), serial))


@pytest.fixture
def bound(town):
    """A session of an account to which its holder's citizen card was bound."""
    return has_account(town)


def test_with_an_accounts_person_the_vault_forgets_which_card_was_bound(town, bound):
    assert pseudonym(town)
    town.vault.forget(town.who(bound).subject, "個人資料保護法第11條第3項")
    town.identity.record_forgotten(town.vault.forgotten(), town.now)
    assert pseudonym(town) is None


def test_a_personal_card_that_was_unbound_or_withdrawn_is_forgotten_and_one_that_something_holds_is_not(town, bound):
    town.come_in(town.citizens_card(), identifier=DOCTORS_ID)
    entry = town.last(CardRegistered).originator_id
    [binding] = cards_of_account(town.identity.desk, town.account_id, MANAGER)
    town.give(commands.UnbindCard(binding.id, CardEnd.LOST), town.who(bound))
    assert pseudonym(town)
    town.give(commands.WithdrawCard(entry, CardEnd.LOST), OPERATOR)
    assert pseudonym(town) is None


@pytest.mark.usefixtures("bound")
@pytest.mark.parametrize("is_the_persons", [False, True])
def test_a_reset_password_forgets_which_card_was_bound_unless_something_else_holds_it(town, is_the_persons):
    if is_the_persons:
        town.come_in(town.citizens_card(), identifier=DOCTORS_ID)
    town.ask(commands.RequestPasswordReset("doctor@example.tw", HOME))
    town.ask(commands.ResetPassword(town.reset_link(), "nine owls in a dry barn", HOME))
    assert cards_of_account(town.identity.desk, town.account_id, MANAGER) == []
    assert (pseudonym(town) is not None) is is_the_persons


def test_an_agencys_card_that_was_withdrawn_is_known_still(town):
    withdrawn = town.register(CardKind.GOVERNMENT, CENTRES_SERIAL, "新北市").id
    town.give(commands.WithdrawCard(withdrawn, CardEnd.MISTAKE), OPERATOR)
    assert pseudonym(town, CardKind.GOVERNMENT, CENTRES_SERIAL)
