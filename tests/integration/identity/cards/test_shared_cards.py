"""多人共用的憑證卡: a card opens nothing of which it does not say whose it is, and proves nothing once lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from operate.rehearsal.pki import agency
from services.identity import commands
from services.identity.application.cards.binding import cards_of_account
from services.identity.application.front_desk import FrontDesk
from services.identity.domain.accounts.refusals import SessionEnded, SessionUnknown
from services.identity.domain.cards import refusals
from services.identity.domain.cards.card import Card
from services.identity.events import CardBound, CardEnd, CardRegistered, CardUnbound, SessionEnd
from shared.cards.profiles import CardKind
from shared.principal import Assurance, Principal, Role, process
from shared.principal_tokens import PrincipalSigner
from shared.refusals import Refusal
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.integration.identity.accounts.door import (
    DOCTOR,
    ELSEWHERE,
    HOME,
    MANAGER,
    NEW_PASSWORD,
    OPERATOR,
)
from tests.integration.identity.cards.card_door import CENTRES_SERIAL, DOCTORS_ID

COUNTY = "新北市"
INSURER = commands.RightsEntry(Role.INSURER_OFFICER)


def officer(door, email):
    """A session of an officer of the bureau, by password."""
    door.invite(email)
    return door.activate()


@pytest.fixture
def bureaus_card(door):
    """The government card of the officers' own county."""
    door.register(CardKind.GOVERNMENT, CENTRES_SERIAL, COUNTY)
    return door.centres_card()


@pytest.fixture
def boss(door, bureaus_card):
    signed_in = officer(door, "boss@example.tw")
    door.bind(signed_in, bureaus_card)
    return signed_in


@pytest.fixture
def clerk(door, boss, bureaus_card):
    """An officer whose account has the card that the boss's has too."""
    signed_in = officer(door, "clerk@example.tw")
    door.bind(signed_in, bureaus_card)
    assert boss
    return signed_in


def roles(door, signed_in):
    return [one.role for one in door.capacities(signed_in)]


# One card, several accounts -------------------------------------------------------------------------------------------


def test_a_government_card_of_one_account_opens_it(door, boss, bureaus_card):
    by_card = door.come_in(bureaus_card)
    account = next(one.key for one in door.capacities(by_card) if one.role is Role.BUREAU_OFFICER)
    assert door.who(door.take(by_card, account)).id == door.who(boss).id


def test_who_proves_a_shared_card_is_given_no_other_account_by_it(door, boss, clerk, bureaus_card):
    boss_account, clerk_account = door.who(boss).id, door.who(clerk).id
    proved = door.prove(clerk, bureaus_card)
    assert set(proved.assurances) == {Assurance.PASSWORD, Assurance.CARD_PIN}
    assert {one.key for one in door.capacities(proved)} == {clerk_account, f"centre/{COUNTY}"}
    with pytest.raises(refusals.CapacityUnknown):
        door.take(proved, boss_account)
    assert door.who(door.take(proved, clerk_account)).id == clerk_account


@pytest.mark.usefixtures("clerk")
def test_a_shared_card_opens_what_its_holder_is_and_no_account(door, bureaus_card):
    assert roles(door, door.come_in(bureaus_card)) == [Role.CENTRE]


def test_a_card_that_is_nothing_but_several_accounts_asks_for_the_password_first(door):
    door.institution()
    for email in ("one@example.tw", "two@example.tw"):
        door.give(commands.InviteAccount("陳安康", email, DOCTOR), MANAGER)
        door.bind(door.activate(), door.doctors_card())
    with pytest.raises(refusals.CardOfSeveralAccounts):
        door.come_in(door.doctors_card())
    assert door.reason() == "card-of-several-accounts"
    by_password = door.log_in("two@example.tw")
    assert door.prove(by_password, door.doctors_card())


# Whose agency's card --------------------------------------------------------------------------------------------------


def test_an_agencys_card_is_bound_to_no_account_of_another(door):
    account = officer(door, "officer@example.tw")
    unknown = door.issue(CardKind.GOVERNMENT, agency("新北市政府衛生局", "0000000300000077"))
    door.register(CardKind.GOVERNMENT, CENTRES_SERIAL, "臺北市")
    for card in (unknown, door.centres_card()):
        with pytest.raises(refusals.CardOfAnotherAgency):
            door.bind(account, card)
        assert door.reason() == "card-of-another-agency"
    assert "CardBound" not in door.told()


def test_a_countys_card_is_bound_to_no_account_that_works_for_no_county(door, bureaus_card):
    door.institution()
    door.invite("doctor@example.tw", DOCTOR)
    doctor = door.activate()
    door.invite("insurer@example.tw", INSURER, OPERATOR)
    for account in (doctor, door.activate()):
        with pytest.raises(refusals.CardOfAnotherAgency):
            door.bind(account, bureaus_card)


def test_who_works_for_another_county_by_now_has_the_card_no_longer(door, bureaus_card):
    account = door.invite(rights=commands.RightsEntry(Role.BUREAU_MANAGER, jurisdiction=COUNTY), caller=OPERATOR)
    door.bind(door.activate(), bureaus_card)
    assert roles(door, door.come_in(bureaus_card)) == [Role.CENTRE, Role.BUREAU_MANAGER]
    elsewhere = commands.RightsEntry(Role.BUREAU_MANAGER, jurisdiction="臺北市")
    door.give(commands.ChangeRights(account, elsewhere), OPERATOR)
    assert roles(door, door.come_in(bureaus_card)) == [Role.CENTRE]


# A password that was reset --------------------------------------------------------------------------------------------


def reset(door, email):
    door.ask(commands.RequestPasswordReset(email, HOME))
    door.ask(commands.ResetPassword(door.reset_link(), NEW_PASSWORD, HOME))


def test_a_reset_password_unbinds_the_cards_until_they_are_bound_anew(door, boss, bureaus_card):
    account = door.last(CardBound).account
    door.give(commands.SignOutEverywhere(), door.who(boss))
    reset(door, "boss@example.tw")
    assert (door.last(CardUnbound).account, door.last(CardUnbound).reason) == (account, CardEnd.RESET)
    assert cards_of_account(door.identity.desk, account, MANAGER) == []
    assert roles(door, door.come_in(bureaus_card)) == [Role.CENTRE]
    door.bind(door.log_in("boss@example.tw", NEW_PASSWORD), bureaus_card)
    assert roles(door, door.come_in(bureaus_card)) == [Role.CENTRE, Role.BUREAU_OFFICER]


def test_a_card_that_is_bound_while_the_password_is_reset_does_not_stay(door, bureaus_card):
    account = officer(door, "boss@example.tw")
    at_once = Once(lambda: reset(door, "boss@example.tw"))
    evidence = door.lists.evidence

    def meanwhile(*asked):
        at_once()
        return evidence(*asked)

    door.lists.evidence = meanwhile
    with pytest.raises(SessionUnknown):
        door.bind(account, bureaus_card)
    assert door.last(CardUnbound).reason is CardEnd.RESET
    assert roles(door, door.come_in(bureaus_card)) == [Role.CENTRE]


# At the same moment ---------------------------------------------------------------------------------------------------


class Once:
    """Something that somebody else does, once."""

    def __init__(self, do):
        self._do = do
        self._is_done = False

    def __call__(self):
        if not self._is_done:
            self._is_done = True
            self._do()


class Meanwhile:
    """The sessions, with something that happens just after they were looked at, or before one is proved or opened."""

    def __init__(self, sessions, *, found=lambda: None, proving=lambda: None, opening=lambda: None):
        self._sessions = sessions
        self._found, self._proving, self._opening = found, proving, opening

    def __getattr__(self, name):
        return getattr(self._sessions, name)

    def find(self, token, now):
        session = self._sessions.find(token, now)
        self._found()
        return session

    def prove(self, *proof):
        self._proving()
        return self._sessions.prove(*proof)

    def open(self, session):
        self._opening()
        return self._sessions.open(session)


def have_meanwhile(door, **happens):
    entrance = replace(door.entrance, sessions=Meanwhile(door.entrance.sessions, **happens))
    door.desk = FrontDesk(replace(door.identity.desk, entrance=entrance), PrincipalSigner(door.key))


@pytest.fixture
def several(door):
    """A practitioner by card, who manages another institution too; their session and the other capacity."""
    door.institution()
    door.other_institution()
    door.doctors_entry()
    clinic = Principal(
        f"institution/{DAAN_CLINIC}", Role.INSTITUTION, frozenset({Assurance.CARD_PIN}), institution=DAAN_CLINIC
    )
    door.give(commands.NameManager(clinic.id, DOCTORS_ID, "陳安康", "0966000111"), clinic)
    signed_in = door.come_in(door.doctors_card())
    return signed_in, next(one.key for one in door.capacities(signed_in) if not one.is_taken)


def test_who_signs_out_everywhere_while_a_capacity_is_taken_is_out(door, several):
    signed_in, other = several
    who = door.who(signed_in)
    opened = door.told().count("SessionOpened")
    have_meanwhile(door, found=Once(lambda: door.give(commands.SignOutEverywhere(), who)))
    with pytest.raises(SessionUnknown):
        door.ask(commands.TakeCapacity(signed_in.session, other, HOME), who)
    assert door.told().count("SessionOpened") == opened


def test_who_signs_out_everywhere_before_the_other_session_is_there_is_out_of_that_one_too(door, several):
    signed_in, other = several
    who = door.who(signed_in)
    have_meanwhile(door, opening=Once(lambda: door.give(commands.SignOutEverywhere(), who)))
    with pytest.raises(SessionUnknown):
        door.ask(commands.TakeCapacity(signed_in.session, other, HOME), who)
    with door.database.connect(name="test") as connection:
        ends = connection.execute("select ended from session order by opened_at").fetchall()
    assert ends == [(SessionEnd.SIGNED_OUT_EVERYWHERE,)] * 2
    assert door.told().count("SessionClosed") == door.told().count("SessionOpened")


def test_a_capacity_that_is_lost_as_it_is_taken_leaves_no_session(door, several):
    signed_in, other = several
    who = door.who(signed_in)
    lost = commands.RemoveManager(f"institution/{DAAN_CLINIC}", who.subject)
    clinic = Principal(
        f"institution/{DAAN_CLINIC}", Role.INSTITUTION, frozenset({Assurance.CARD_PIN}), institution=DAAN_CLINIC
    )
    have_meanwhile(door, opening=Once(lambda: door.give(lost, clinic)))
    with pytest.raises(refusals.CapacityUnknown):
        door.ask(commands.TakeCapacity(signed_in.session, other, HOME), who)
    with door.database.connect(name="test") as connection:
        assert connection.execute("select count(*) from session where ended is null").fetchone() == (0,)
    assert door.told().count("SessionClosed") == door.told().count("SessionOpened")


def test_of_several_who_take_a_capacity_at_once_in_a_session_one_does(door, several):
    signed_in, other = several
    who, barrier = door.who(signed_in), Barrier(4)
    opened = door.told().count("SessionOpened")
    have_meanwhile(door, found=barrier.wait)

    def take(_):
        try:
            return door.ask(commands.TakeCapacity(signed_in.session, other, HOME), who)
        except SessionUnknown:
            return None

    with ThreadPoolExecutor(4) as pool:
        taken = [one for one in pool.map(take, range(4)) if one is not None]
    assert len(taken) == 1
    assert door.told().count("SessionOpened") == opened + 1


@pytest.fixture
def doctors_account(door):
    """The session of a doctor's account by password, which has the doctor's registered card."""
    door.institution()
    door.doctors_entry()
    door.give(commands.InviteAccount("陳安康", "doctor@example.tw", DOCTOR), MANAGER)
    signed_in = door.activate()
    door.bind(signed_in, door.doctors_card())
    return signed_in


def test_a_card_that_is_withdrawn_while_it_is_proved_does_not_count(door, doctors_account):
    entry = door.last(CardRegistered).originator_id
    lost = Once(lambda: door.give(commands.WithdrawCard(entry, CardEnd.LOST), OPERATOR))
    have_meanwhile(door, proving=lost)
    with pytest.raises(refusals.CardOfAnother):
        door.prove(doctors_account, door.doctors_card())
    with pytest.raises(Refusal):
        door.who(doctors_account)
    with door.database.connect(name="test") as connection:
        [(end,)] = connection.execute("select distinct ended from session where via <> '{}'").fetchall()
    assert end == SessionEnd.CARD_WITHDRAWN


def test_a_session_that_a_lost_card_was_proved_in_ends_although_the_person_has_the_capacity_still(door, several):
    """The row stands for one in which the card was counted a moment too late to be closed by the command."""
    signed_in, _ = several
    subject = door.who(signed_in).subject
    with door.database.connect(name="test") as connection:
        connection.execute("update session set via = via || array[%s]", (f"person/{subject}",))
    entry = door.last(CardRegistered).originator_id
    card = door.identity.desk.store.load(Card, entry).card
    follow = commands.CloseVoidSessionsOfCard(card)
    platform = process("close_sessions_of_a_withdrawn_card")
    door.give(follow, platform)
    assert door.who(signed_in).acts_for == {BANQIAO_DOCTOR}
    door.give(commands.WithdrawCard(entry, CardEnd.LOST), OPERATOR)
    with door.database.connect(name="test") as connection:
        connection.execute("update session set ended = null")
    assert door.who(signed_in).institution == BANQIAO_CLINIC
    door.give(follow, platform)
    with pytest.raises(SessionEnded) as ended:
        door.who(signed_in)
    assert ended.value.params["end"] is SessionEnd.CARD_WITHDRAWN


# What costs whom ------------------------------------------------------------------------------------------------------


@pytest.fixture
def doctors_card(door):
    door.institution()
    door.doctors_entry()
    return door.doctors_card()


def test_what_is_no_token_keeps_nobody_at_the_address_out_and_fills_no_log(door, doctors_card):
    most = door.entrance.policy(door.now).card_voids[0].most
    for number in range(300):
        with pytest.raises(Refusal) as caught:
            door.show("never given" if number % 3 else door.nonce().attempt, "")
        assert not isinstance(caught.value, refusals.TooManyCardTries)
    assert door.told().count("LoginRefused") == most
    assert door.come_in(doctors_card)


def test_cards_that_were_judged_and_refused_lock_the_address_and_no_other(door, doctors_card):
    policy = door.entrance.policy(door.now)
    for _ in range(policy.card_tries[0].most):
        given, other = door.nonce(), door.nonce(client=ELSEWHERE)
        with pytest.raises(refusals.CardNotAccepted):
            door.show(given.attempt, door.sign(doctors_card, other))
    with pytest.raises(refusals.TooManyCardTries) as full:
        door.come_in(doctors_card)
    assert full.value.params["at"] == door.now + policy.card_tries[0].period
    assert door.come_in(doctors_card, ELSEWHERE)
    door.wait(policy.card_tries[0].period)
    assert door.come_in(doctors_card)


def test_who_comes_in_is_not_counted_against_the_address(door, doctors_card):
    limit = replace(door.entrance.policy(door.now), card_tries=(door.entrance.policy(door.now).card_nonces[0],))
    few = replace(limit, card_tries=(type(limit.card_tries[0])(2, limit.card_tries[0].period),))
    entrance = replace(door.entrance, policies=(few,))
    door.desk = FrontDesk(replace(door.identity.desk, entrance=entrance), PrincipalSigner(door.key))
    assert all(door.come_in(doctors_card) for _ in range(4))
