"""健保卡登入: with the card and its password, or without it by a code each time and then the number (S001)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.commands import Client, NhiPurpose
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.cards.refusals import PractitionerIsSuspended
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import LockedOut, LoginRefused, SessionEnd, SessionOpened, StandingReason, Way
from shared.principal import Assurance, Role
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR
from tests.integration.identity.accounts.door import ELSEWHERE, HOME, OPERATOR
from tests.integration.identity.nhi.doctor import (
    CARD,
    IDENTIFIER,
    NEW_CARD,
    NEW_PASSWORD,
    NOBODYS_IDENTIFIER,
    OTHER_IDENTIFIER,
    PASSWORD,
)

WRONG = "eight gulls on a dry road"


# With the card -------------------------------------------------------------------------------------------------------


def test_card_and_password_open_a_session_of_the_doctor(doctor):
    signed_in = doctor.registered().by_card()
    who = doctor.door.who(signed_in)
    assert (who.role, who.assurances) == (Role.PRACTITIONER, {Assurance.CARD_PASSWORD})
    assert (who.institution, who.acts_for) == (BANQIAO_CLINIC, {BANQIAO_DOCTOR})
    assert who.id == f"person/{doctor.subject}"
    [proof] = doctor.door.last(SessionOpened).proofs
    assert proof.assurance is Assurance.CARD_PASSWORD
    assert not signed_in.may_choose
    assert doctor.door.known(signed_in.session)[0].badge.name == "陳安康"


def of_a_colleague(doctor):
    doctor.colleague()
    return {"identifier": OTHER_IDENTIFIER}


def removed(doctor):
    doctor.door.give(commands.RemoveNhiCard(), doctor.door.who(doctor.by_pin()))
    return {}


@pytest.mark.parametrize(
    ("wrong", "trouble"),
    [
        (lambda _: {"identifier": NOBODYS_IDENTIFIER}, Trouble.IDENTIFIER_UNKNOWN),
        (of_a_colleague, Trouble.CARD_UNREGISTERED),
        (lambda _: {"password": WRONG}, Trouble.PASSWORD_WRONG),
        (lambda _: {"card": NEW_CARD}, Trouble.CARD_OTHER),
        (removed, Trouble.CARD_UNREGISTERED),
    ],
)
def test_whatever_is_wrong_the_answer_and_the_work_are_the_same_and_the_log_knows_why(doctor, wrong, trouble):
    doctor.registered()
    changes = wrong(doctor)
    answers, costs = [], []
    for asked, reason in (({"password": WRONG, "card": NEW_CARD}, None), (changes, trouble)):
        before = (doctor.door.work.hashings, doctor.door.work.digests)
        with pytest.raises(refusals.NhiNotAccepted) as said:
            doctor.by_card(**asked)
        answers.append(str(said.value))
        costs.append((doctor.door.work.hashings - before[0], doctor.door.work.digests - before[1]))
        assert reason in {None, doctor.door.last(LoginRefused).reason}
    assert answers[0] == answers[1]
    assert costs[0] == costs[1]
    assert costs[0][0] == 1
    assert doctor.door.last(LoginRefused).way is Way.NHI_CARD


def fail(doctor, times, **changes):
    for _ in range(times):
        with pytest.raises(refusals.NhiNotAccepted):
            doctor.by_card(**{"password": WRONG, "question": doctor.door.answered(), **changes})


def test_a_question_comes_after_three_wrong_passwords(doctor):
    doctor.registered()
    fail(doctor, 3)
    with pytest.raises(account_refusals.QuestionNeeded):
        doctor.by_card()
    assert doctor.by_card(question=doctor.door.answered())


def test_nine_wrong_passwords_lock_for_a_quarter_of_an_hour_and_it_is_told(doctor):
    doctor.registered()
    fail(doctor, 9)
    until = doctor.door.now + timedelta(minutes=15)
    told = doctor.door.last(LockedOut)
    assert (told.way, told.until, told.subject) == (Way.NHI_CARD, until, doctor.subject)
    with pytest.raises(account_refusals.LockedOut):
        doctor.by_card(question=doctor.door.answered())
    doctor.door.wait(timedelta(minutes=15))
    assert doctor.by_card(question=doctor.door.answered())


def test_after_a_hundred_wrong_passwords_only_a_new_one_helps(doctor):
    doctor.registered()
    for place in range(25):
        fail(doctor, 4, client=Client(f"192.0.2.{place}"))
    with pytest.raises(refusals.NhiPasswordBlocked):
        doctor.by_card(question=doctor.door.answered())
    doctor.set_password(doctor.later_proof(NhiPurpose.NEW_PASSWORD))
    assert doctor.by_card(NEW_PASSWORD)


def test_a_browser_in_which_the_doctor_came_in_is_not_kept_out_by_strangers(doctor):
    known = Client(HOME.address, HOME.user_agent, (doctor.registered().by_card().device,))
    fail(doctor, 9, client=ELSEWHERE)
    assert doctor.by_card(client=known)


def test_of_wrong_passwords_at_once_nine_are_looked_at(doctor):
    doctor.registered()
    answered = [doctor.door.answered() for _ in range(30)]
    before = doctor.door.work.hashings

    def guess(question):
        with pytest.raises((refusals.NhiNotAccepted, account_refusals.LockedOut)):
            doctor.by_card(WRONG, question=question)

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(guess, answered))
    assert doctor.door.work.hashings - before == 9


def test_whoever_changes_the_password_while_the_former_is_looked_at_keeps_the_other_out(doctor):
    doctor.registered()
    proof = doctor.proof(NhiPurpose.NEW_PASSWORD)

    def change_first(work):
        doctor.door.work.elsewhere_is(lambda each: each())
        found = work()
        doctor.set_password(proof)
        return found

    doctor.door.work.elsewhere_is(change_first)
    with pytest.raises(refusals.NhiNotAccepted):
        doctor.by_card()
    with doctor.door.database.connect(name="test") as connection:
        assert connection.execute("select ended from session").fetchall() == [(SessionEnd.PASSWORD_CHANGED,)]


def test_a_doctor_who_is_suspended_is_told_so_once_the_card_was_right(doctor):
    doctor.registered()
    suspended = commands.SuspendPractitioner(BANQIAO_DOCTOR, date(2025, 2, 1), StandingReason.ORDERED)
    doctor.door.give(suspended, OPERATOR)
    doctor.refused(Trouble.PASSWORD_WRONG, lambda: doctor.by_card(WRONG))
    doctor.refused(PractitionerIsSuspended.code, doctor.by_card, PractitionerIsSuspended)


# Without the card ----------------------------------------------------------------------------------------------------


def test_a_code_and_the_card_number_open_a_session_of_the_doctor(doctor):
    signed_in = doctor.registered().by_number(doctor.proof())
    who = doctor.door.who(signed_in)
    assert (who.role, who.assurances) == (Role.PRACTITIONER, {Assurance.OTP_CARD_NUMBER})
    [proof] = doctor.door.last(SessionOpened).proofs
    assert proof.evidence.startswith("code/")


def test_every_log_in_without_the_card_takes_a_code_of_its_own(doctor):
    proof = doctor.registered().proof()
    doctor.by_number(proof)
    with pytest.raises(refusals.CodeProofVoid):
        doctor.by_number(proof)
    assert doctor.by_number(doctor.later_proof())


def test_the_card_number_alone_opens_nothing(doctor):
    doctor.registered()
    for nothing in ("", "made up"):
        with pytest.raises(refusals.CodeProofVoid):
            doctor.by_number(nothing)


def test_the_code_alone_opens_nothing(doctor):
    doctor.registered().proof()
    assert "SessionOpened" not in doctor.door.told()


@pytest.mark.parametrize("purpose", [NhiPurpose.REGISTER, NhiPurpose.NEW_PASSWORD])
def test_a_code_for_something_else_lets_nobody_in(doctor, purpose):
    doctor.registered()
    with pytest.raises(refusals.CodeProofVoid):
        doctor.by_number(doctor.proof(purpose))


def test_after_three_wrong_card_numbers_another_code_is_needed(doctor):
    proof = doctor.registered().proof()
    for _ in range(3):
        doctor.refused(Trouble.CARD_OTHER, lambda: doctor.by_number(proof, NEW_CARD))
    with pytest.raises(refusals.CodeProofVoid):
        doctor.by_number(proof)


def test_a_card_number_may_be_mistyped_twice_or_be_none_at_all(doctor):
    proof = doctor.registered().proof()
    for _ in range(2):
        doctor.refused(Trouble.CARD_OTHER, lambda: doctor.by_number(proof, NEW_CARD))
    for none in ("", "1234", "12345678901", "1234567890123", "12345678901a"):
        with pytest.raises(refusals.NhiCardNumberMalformed):
            doctor.by_number(proof, none)
    assert doctor.by_number(proof, "0000 1234 5678")


def test_of_two_who_use_one_code_at_once_one_is_in(doctor):
    proof = doctor.registered().proof()

    def come_in(_):
        try:
            return doctor.by_number(proof)
        except refusals.CodeProofVoid:
            return None

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(come_in, range(2)))
    assert found.count(None) == 1


def test_a_code_counts_ten_minutes_until_the_card_number(doctor):
    proof = doctor.registered().proof()
    doctor.door.wait(timedelta(minutes=10))
    with pytest.raises(refusals.CodeProofVoid):
        doctor.by_number(proof)


# Forgotten -----------------------------------------------------------------------------------------------------------


def test_a_new_password_is_set_by_a_code_and_the_card_number_and_ends_every_session(doctor):
    sessions = [doctor.registered().by_card(), doctor.by_number(doctor.proof())]
    doctor.set_password(doctor.later_proof(NhiPurpose.NEW_PASSWORD))
    for signed_in in sessions:
        with pytest.raises(account_refusals.SessionEnded) as said:
            doctor.door.who(signed_in)
        assert said.value.params["end"] is SessionEnd.PASSWORD_CHANGED
    doctor.refused(Trouble.PASSWORD_WRONG, doctor.by_card)
    assert doctor.by_card(NEW_PASSWORD)


def test_a_new_password_takes_the_number_of_the_registered_card(doctor):
    proof = doctor.registered().proof(NhiPurpose.NEW_PASSWORD)
    doctor.refused(Trouble.CARD_OTHER, lambda: doctor.set_password(proof, NEW_CARD))
    assert doctor.door.last(LoginRefused).way is Way.NHI_REGISTRATION
    assert doctor.by_card()


def test_a_new_password_is_none_of_the_former_and_another_may_be_thought_of(doctor):
    proof = doctor.registered().proof(NhiPurpose.NEW_PASSWORD)
    with pytest.raises(account_refusals.PasswordRepeated):
        doctor.set_password(proof, password=PASSWORD)
    doctor.set_password(proof)
    assert doctor.by_card(NEW_PASSWORD)


@pytest.mark.parametrize("purpose", [NhiPurpose.REGISTER, NhiPurpose.LOG_IN])
def test_a_code_for_something_else_sets_no_password(doctor, purpose):
    proof = doctor.registered().proof(purpose)
    with pytest.raises(refusals.CodeProofVoid):
        doctor.set_password(proof)
    assert doctor.by_card(identifier=IDENTIFIER, card=CARD)
