"""失效身分: the register changes, a card is withdrawn or unbound, a person is forgotten, and who was in is out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from services.identity import commands
from services.identity.application.accounts.own_sessions import own_sessions
from services.identity.application.accounts.people import account_of_mailbox
from services.identity.application.cards.binding import cards_of_account
from services.identity.application.cards.register import cards_of_holder
from services.identity.application.front_desk import FrontDesk
from services.identity.commands import CloseVoidCapacities, CloseVoidSessionsOfCard
from services.identity.domain.accounts.refusals import JurisdictionNotYours, SessionEnded
from services.identity.domain.cards import refusals
from services.identity.domain.cards.card import Card, CardBinding
from services.identity.domain.registry.refusals import NotYourJurisdiction
from services.identity.events import (
    CardBound,
    CardEnd,
    CardHolder,
    CardRegistered,
    CardUnbound,
    CardWithdrawn,
    HolderKind,
    LoginRefused,
    SessionClosed,
    SessionEnd,
    StandingReason,
)
from shared.application import Result
from shared.cards.profiles import CardKind
from shared.principal import Assurance, Principal, Role, process
from shared.principal_tokens import PrincipalSigner
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.integration.identity.accounts.door import DOCTOR, MANAGER, OPERATOR
from tests.integration.identity.cards.card_door import CENTRES_SERIAL, DOCTORS_ID

PLATFORM = process("close_sessions_of_a_lost_capacity")
THE_DOCTOR = CardHolder(HolderKind.PRACTITIONER, BANQIAO_DOCTOR)
THE_CLINIC = CardHolder(HolderKind.INSTITUTION, BANQIAO_CLINIC)
TAIPEI_MANAGER = Principal("account/9", Role.BUREAU_MANAGER, frozenset({Assurance.PASSWORD}), jurisdiction="臺北市")


@pytest.fixture
def doctor(door):
    """A practitioner who is in by a card."""
    door.institution()
    door.doctors_entry()
    return door.come_in(door.doctors_card())


@pytest.fixture
def clinic(door):
    """An institution that is in by its card."""
    door.institution()
    door.clinics_entry()
    return door.come_in(door.clinics_card())


def ended(door, signed_in):
    """How it ended, as its own browser is told and as the log has it."""
    with pytest.raises(SessionEnded) as caught:
        door.who(signed_in)
    end = caught.value.params["end"]
    assert door.last(SessionClosed).end is end
    return end


def review(door, holder):
    return door.give(CloseVoidCapacities(holder), PLATFORM).result


def test_a_practitioner_who_moved_is_out_and_comes_in_for_the_other_place(door, doctor):
    door.other_institution()
    door.give(commands.MovePractitioner(BANQIAO_DOCTOR, DAAN_CLINIC, door.now.date()), OPERATOR)
    assert review(door, THE_DOCTOR) is Result.DONE
    assert ended(door, doctor) is SessionEnd.RIGHTS_CHANGED
    assert door.who(door.come_in(door.doctors_card())).institution == DAAN_CLINIC


def test_a_suspended_practitioner_is_out(door, doctor):
    suspend = commands.SuspendPractitioner(BANQIAO_DOCTOR, door.now.date(), StandingReason.ORDERED)
    door.give(suspend, OPERATOR)
    assert review(door, THE_DOCTOR) is Result.DONE
    assert ended(door, doctor) is SessionEnd.CAPACITY_ENDED
    assert review(door, THE_DOCTOR) is Result.UNCHANGED


def test_whose_capacity_is_as_it_was_stays_in(door, doctor):
    door.other_institution()
    assert review(door, THE_DOCTOR) is Result.UNCHANGED
    assert review(door, CardHolder(HolderKind.INSTITUTION, DAAN_CLINIC)) is Result.UNCHANGED
    assert door.who(doctor)


def test_an_institution_that_is_shut_is_out_and_its_practitioners_stay_in(door, clinic):
    door.doctors_entry()
    practitioner = door.come_in(door.doctors_card())
    suspend = commands.SuspendInstitution(BANQIAO_CLINIC, door.now.date(), StandingReason.OWN_REQUEST)
    door.give(suspend, OPERATOR)
    assert review(door, THE_CLINIC) is Result.DONE
    assert ended(door, clinic) is SessionEnd.CAPACITY_ENDED
    assert door.who(practitioner)


def test_a_withdrawn_card_is_told_of_once(door, doctor):
    card = door.last(CardRegistered)
    door.give(commands.WithdrawCard(card.originator_id, CardEnd.LOST), OPERATOR)
    assert door.last(CardWithdrawn).reason is CardEnd.LOST
    close = CloseVoidSessionsOfCard(card.card)
    assert door.give(close, PLATFORM).result is Result.DONE
    assert ended(door, doctor) is SessionEnd.CARD_WITHDRAWN
    assert door.give(close, PLATFORM).result is Result.UNCHANGED
    again = door.give(commands.WithdrawCard(card.originator_id, CardEnd.LOST), OPERATOR)
    assert again.result is Result.UNCHANGED
    assert door.told().count("CardWithdrawn") == 1


def test_a_bureau_withdraws_the_cards_of_its_county_alone(door):
    entry = door.register(CardKind.GOVERNMENT, CENTRES_SERIAL, "新北市").id
    with pytest.raises(NotYourJurisdiction):
        door.give(commands.WithdrawCard(entry, CardEnd.LEFT), TAIPEI_MANAGER)
    centre = CardHolder(HolderKind.CENTRE, "新北市")
    [shown] = cards_of_holder(door.identity.desk, centre, MANAGER)
    assert (shown.id, shown.kind) == (entry, CardKind.GOVERNMENT)
    with pytest.raises(NotYourJurisdiction):
        cards_of_holder(door.identity.desk, centre, TAIPEI_MANAGER)
    door.give(commands.WithdrawCard(entry, CardEnd.LEFT), MANAGER)
    assert cards_of_holder(door.identity.desk, centre, MANAGER) == []


def test_a_session_that_was_opened_as_its_card_was_withdrawn_is_closed_again(door, doctor):
    """The row stands for one that was there a moment too late to be closed by the command."""
    entry = door.last(CardRegistered)
    door.give(commands.WithdrawCard(entry.originator_id, CardEnd.LOST), OPERATOR)
    with door.database.connect(name="test") as connection:
        connection.execute("update session set ended = null")
    assert door.who(doctor)
    door.give(CloseVoidSessionsOfCard(entry.card), PLATFORM)
    assert ended(door, doctor) is SessionEnd.CAPACITY_ENDED


class WithdrawsFirst:
    """Sessions, and somebody who withdraws the card just before one of them is there."""

    def __init__(self, sessions, withdraw):
        self._sessions = sessions
        self._withdraw = withdraw

    def open(self, session):
        self._withdraw()
        return self._sessions.open(session)

    def __getattr__(self, name):
        return getattr(self._sessions, name)


def test_a_card_that_is_withdrawn_in_the_middle_of_a_log_in_lets_nobody_in(door):
    door.institution()
    entry = door.doctors_entry().id
    withdraw = partial(door.give, commands.WithdrawCard(entry, CardEnd.LOST), OPERATOR)
    watched = replace(door.entrance, sessions=WithdrawsFirst(door.entrance.sessions, withdraw))
    door.desk = FrontDesk(replace(door.identity.desk, entrance=watched), PrincipalSigner(door.key))
    with pytest.raises(refusals.CapacityUnknown):
        door.come_in(door.doctors_card())
    assert door.told()[-3:] == ["SessionOpened", "CardWithdrawn", "SessionClosed"]


# Accounts ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bound(door):
    """A doctor whose card opens an account and nothing else."""
    door.institution()
    door.account_id = door.give(commands.InviteAccount("陳安康", "doctor@example.tw", DOCTOR), MANAGER).id
    by_password = door.activate()
    door.bind(by_password, door.doctors_card())
    return by_password


def test_an_account_is_opened_by_the_card_that_it_is_bound_to(door, bound):
    who = door.who(door.come_in(door.doctors_card()))
    assert (who.id, who.role, who.acts_for) == (door.who(bound).id, Role.DOCTOR, {BANQIAO_DOCTOR})
    assert who.assurances == {Assurance.CARD_PIN}


def test_an_unbound_card_opens_the_account_no_longer(door, bound):
    signed_in = door.come_in(door.doctors_card())
    [card] = cards_of_account(door.identity.desk, door.account_id, door.who(bound))
    assert (card.name, card.kind) == ("陳安康", CardKind.PERSONNEL)
    door.give(commands.UnbindCard(card.id, CardEnd.REPLACED), door.who(bound))
    with pytest.raises(SessionEnded):
        door.who(signed_in)
    assert door.last(CardUnbound).holder.subject == door.last(CardBound).subject
    with pytest.raises(refusals.CardHolderUnknown):
        door.come_in(door.doctors_card())
    assert cards_of_account(door.identity.desk, door.account_id, OPERATOR) == []


def test_nobody_unbinds_or_sees_another_persons_card(door, bound):
    [card] = cards_of_account(door.identity.desk, door.account_id, MANAGER)
    with pytest.raises(JurisdictionNotYours):
        door.give(commands.UnbindCard(card.id, CardEnd.LOST), TAIPEI_MANAGER)
    with pytest.raises(JurisdictionNotYours):
        cards_of_account(door.identity.desk, door.account_id, TAIPEI_MANAGER)
    with pytest.raises(refusals.CardUnknown):
        door.give(commands.UnbindCard(door.account_id, CardEnd.LOST), OPERATOR)
    assert door.come_in(door.doctors_card())
    assert bound


def test_a_disabled_account_is_told_so_to_whoever_has_its_card(door, bound):
    door.give(commands.DisableAccount(door.account_id, "left"), MANAGER)
    with pytest.raises(refusals.Refusal) as caught:
        door.come_in(door.doctors_card())
    assert caught.value.code == "account-is-disabled"
    noted = door.last(LoginRefused)
    assert (noted.account, noted.subject, noted.reason) == (door.account_id, noted.where.subject, caught.value.code)
    assert bound


def test_a_card_that_was_unbound_may_be_bound_again(door, bound):
    [card] = cards_of_account(door.identity.desk, door.account_id, MANAGER)
    door.give(commands.UnbindCard(card.id, CardEnd.MISTAKE), MANAGER)
    assert door.give(commands.UnbindCard(card.id, CardEnd.MISTAKE), MANAGER).result is Result.UNCHANGED
    assert door.bind(bound, door.doctors_card())
    assert door.come_in(door.doctors_card())
    assert door.told().count("CardUnbound") == 1


def test_whoever_is_in_by_a_card_sees_and_ends_the_own_sessions(door, doctor, clinic):
    door.register(CardKind.GOVERNMENT, CENTRES_SERIAL, "新北市")
    for signed_in, card in ((doctor, door.doctors_card()), (clinic, door.clinics_card())):
        other = door.come_in(card)
        who = door.who(other)
        assert {one.id for one in own_sessions(door.identity.desk, who, door.now)} == {
            signed_in.session_id,
            other.session_id,
        }
        door.give(commands.SignOut(signed_in.session_id), who)
        assert ended(door, signed_in) is SessionEnd.SIGNED_OUT
        door.give(commands.SignOutEverywhere(), who)
        assert ended(door, other) is SessionEnd.SIGNED_OUT_EVERYWHERE
    centre = door.come_in(door.centres_card())
    door.give(commands.SignOutEverywhere(), door.who(centre))
    assert ended(door, centre) is SessionEnd.SIGNED_OUT_EVERYWHERE


# Forgetting ----------------------------------------------------------------------------------------------------------


def test_with_a_person_their_cards_are_forgotten(door, doctor):
    card = door.last(CardRegistered)
    subject = door.who(doctor).subject
    door.vault.forget(subject, "個人資料保護法第11條第3項")
    door.identity.record_forgotten(door.vault.forgotten(), door.now)
    assert ended_now(door, doctor)
    assert door.last(CardWithdrawn).reason is CardEnd.FORGOTTEN
    assert door.vault.known_by(card.card) == frozenset()
    door.identity.record_forgotten(door.vault.forgotten(), door.now)
    with pytest.raises(refusals.CardHolderUnknown):
        door.come_in(door.doctors_card())


def test_with_an_accounts_person_its_bindings_are_forgotten(door, bound):
    subject = account_of_mailbox(door.identity.desk, "doctor@example.tw").subject
    door.vault.forget(subject, "個人資料保護法第11條第3項")
    door.identity.record_forgotten(door.vault.forgotten(), door.now)
    assert door.last(CardUnbound).reason is CardEnd.FORGOTTEN
    with pytest.raises(refusals.CardHolderUnknown):
        door.come_in(door.doctors_card())
    assert bound


def ended_now(door, signed_in):
    with pytest.raises(SessionEnded) as caught:
        door.who(signed_in)
    return caught.value.params["end"] is SessionEnd.FORGOTTEN


# The log again -------------------------------------------------------------------------------------------------------


def test_the_events_alone_tell_what_the_cards_hold(door, bound):
    door.doctors_entry()
    door.clinics_entry()
    withdrawn = door.register(CardKind.GOVERNMENT, CENTRES_SERIAL, "新北市").id
    door.give(commands.WithdrawCard(withdrawn, CardEnd.MISTAKE), OPERATOR)
    door.come_in(door.citizens_card(), identifier=DOCTORS_ID)
    with door.database.connect(name="test") as connection:
        rows = connection.execute("select scope, key, holder from reservation where scope like '%card%'").fetchall()
    entries = [door.identity.load(Card, one.originator_id) for one in of_type(door, CardRegistered)]
    bindings = [door.identity.load(CardBinding, one.originator_id) for one in of_type(door, CardBound)]
    held = [one for entry in [*entries, *bindings] for one in door.identity.held_by(entry, []).reservations]
    assert sorted(map(tuple, held)) == sorted(rows)
    assert len(rows) == 2 * (3 + 1) + 1  # that one is of the person who has the citizen card
    assert bound


def of_type(door, kind):
    return [event for event in door.log() if isinstance(event, kind)]
