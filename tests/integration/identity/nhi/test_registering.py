"""健保卡註冊密碼: whose card may be registered, by which proof, and what is kept of it (S001)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.identity.commands import NhiPurpose
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import (
    CodeIssued,
    CodePurpose,
    LoginRefused,
    NhiCardHolder,
    NhiCardRegistered,
    OneTimeCode,
    Way,
)
from shared.principal import Assurance
from shared.refusals import ProofNotAccepted
from shared.taiwan.identifiers import WrongChecksum
from shared.vault.blind_index import Identifier
from tests.integration.identity.nhi.doctor import (
    BORN_ON,
    CARD,
    IDENTIFIER,
    MOBILE,
    NEW_CARD,
    NEW_PASSWORD,
    NOBODYS_IDENTIFIER,
    OTHER_IDENTIFIER,
    OTHER_MOBILE,
    PASSWORD,
)

DAY = timedelta(days=1)
REGISTER = NhiPurpose.REGISTER


def test_a_card_is_registered_by_a_code_to_the_phone_of_the_register(doctor):
    attempt = doctor.ask_code(REGISTER)
    issued = doctor.door.last(CodeIssued)
    assert issued.purpose is CodePurpose.NHI_REGISTRATION
    assert doctor.door.vault.open(issued.code, OneTimeCode).mobile == MOBILE
    doctor.register(doctor.verify(attempt))
    told = doctor.door.last(NhiCardRegistered)
    says = NhiCardHolder(IDENTIFIER, CARD, BORN_ON, mobile=MOBILE, of_register=True)
    assert doctor.door.vault.open(told.holder, NhiCardHolder) == says
    assert doctor.by_card()


def test_neither_card_number_nor_password_is_anywhere_in_clear(doctor):
    doctor.register(doctor.proof(REGISTER))
    with doctor.door.database.connect(name="test") as connection:
        told = connection.execute("select convert_from(data, 'utf8') from event").fetchall()
        kept = connection.execute("select password::text from password").fetchall()
        held = connection.execute("select reservation::text from reservation").fetchall()
    for [text] in (*told, *kept, *held):
        assert not any(secret in text for secret in (CARD, PASSWORD, IDENTIFIER, MOBILE))


def test_a_card_is_registered_in_the_open_session_of_the_same_persons_card_and_pin(doctor):
    doctor.register(session=doctor.by_pin().session)
    assert doctor.by_card()


@pytest.mark.parametrize("weaker", [Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER])
def test_no_card_is_registered_in_a_session_without_card_and_pin(doctor, weaker):
    with pytest.raises(ProofNotAccepted) as said:
        doctor.register(session=doctor.by_pin(assurance=weaker).session)
    assert said.value.params["accepted"] == (Assurance.CARD_PIN,)


def test_no_card_is_registered_in_another_persons_session(doctor):
    doctor.colleague()
    colleague = doctor.door.vault.find(Identifier("national_id", OTHER_IDENTIFIER))
    session = doctor.by_pin(subject=colleague).session
    doctor.refused(Trouble.PERSON_OTHER, lambda: doctor.register(session=session))


def test_no_card_is_registered_by_another_persons_code(doctor):
    doctor.colleague()
    proof = doctor.verify(doctor.ask_code(REGISTER, OTHER_IDENTIFIER, OTHER_MOBILE))
    doctor.refused(Trouble.PERSON_OTHER, lambda: doctor.register(proof))
    with pytest.raises(refusals.CodeProofVoid):
        doctor.register(proof, identifier=OTHER_IDENTIFIER)


def test_no_card_is_registered_by_nobody(doctor):
    with pytest.raises(refusals.NhiPersonNotProved):
        doctor.register()


def test_the_card_in_the_reader_has_to_be_the_persons_own(doctor):
    proof = doctor.proof(REGISTER)
    doctor.refused(Trouble.IDENTIFIER_UNKNOWN, lambda: doctor.register(proof, identifier=NOBODYS_IDENTIFIER))
    assert doctor.door.last(LoginRefused).way is Way.NHI_REGISTRATION


def test_the_phone_may_be_entered_into_the_register_later_and_changed_there(doctor):
    doctor.enter(mobile=OTHER_MOBILE)
    doctor.enter()
    doctor.register(doctor.verify(doctor.ask_code(REGISTER, mobile=OTHER_MOBILE)))
    assert doctor.by_card()


@pytest.mark.parametrize(
    ("password", "objection"),
    [
        ("short", account_refusals.PasswordTooShort),
        ("123456789012345", account_refusals.PasswordCommon),
        (f"{IDENTIFIER}-{CARD}", account_refusals.PasswordTellsAccount),
    ],
)
def test_another_password_may_be_thought_of_without_another_code(doctor, password, objection):
    proof = doctor.proof(REGISTER)
    with pytest.raises(objection):
        doctor.register(proof, password=password)
    doctor.register(proof)
    assert doctor.by_card()


def test_nobody_learns_of_former_passwords_who_was_not_proved(doctor):
    """Whether a password was had before is told to the person only, or it could be guessed so."""
    doctor.registered()
    with pytest.raises(refusals.NhiPersonNotProved):
        doctor.register(password=PASSWORD)
    with pytest.raises(refusals.CodeProofVoid):
        doctor.register("made up", password=PASSWORD)


def test_what_was_read_is_looked_at_before_the_code_is_used_up(doctor):
    proof = doctor.proof(REGISTER)
    for wrong, refusal in (
        ({"card_number": "12345"}, refusals.NhiCardNumberMalformed),
        ({"identifier": "F100000016"}, WrongChecksum),
        ({"born_on": doctor.door.now.date() + 2 * DAY}, refusals.BirthDateAhead),
    ):
        with pytest.raises(refusal):
            doctor.register(proof, **wrong)
    doctor.register(proof, card_number="0000-1234-5678")
    assert doctor.by_card()


def test_a_code_registers_one_card_and_once(doctor):
    proof = doctor.proof(REGISTER)
    doctor.register(proof)
    with pytest.raises(refusals.CodeProofVoid):
        doctor.register(proof, card_number=NEW_CARD, password=NEW_PASSWORD)


def test_of_two_who_use_one_code_at_once_one_registers(doctor):
    proof = doctor.proof(REGISTER)

    def register(card):
        try:
            return doctor.register(proof, card_number=card)
        except refusals.CodeProofVoid:
            return None

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(register, (CARD, NEW_CARD)))
    assert done.count(None) == 1


def test_a_code_that_was_entered_counts_ten_minutes(doctor):
    proof = doctor.proof(REGISTER)
    doctor.door.wait(timedelta(minutes=10))
    with pytest.raises(refusals.CodeProofVoid):
        doctor.register(proof)


@pytest.mark.parametrize("purpose", [NhiPurpose.LOG_IN, NhiPurpose.NEW_PASSWORD])
def test_a_code_for_something_else_registers_nothing(doctor, purpose):
    doctor.registered()
    with pytest.raises(refusals.CodeProofVoid):
        doctor.register(doctor.proof(purpose), card_number=NEW_CARD, password=NEW_PASSWORD)


def test_a_new_card_is_registered_in_the_place_of_the_former(doctor):
    doctor.registered()
    doctor.register(doctor.proof(REGISTER), card_number=NEW_CARD, password=NEW_PASSWORD)
    assert doctor.by_card(NEW_PASSWORD, NEW_CARD)
    doctor.refused(Trouble.PASSWORD_WRONG, doctor.by_card)
    doctor.refused(Trouble.CARD_OTHER, lambda: doctor.by_card(NEW_PASSWORD, CARD))


def test_a_new_card_needs_another_password_than_the_former_ones(doctor):
    doctor.registered()
    with pytest.raises(account_refusals.PasswordRepeated):
        doctor.register(doctor.proof(REGISTER), card_number=NEW_CARD)


def test_a_new_card_has_the_birth_date_of_the_former(doctor):
    doctor.registered()
    proof = doctor.proof(REGISTER)
    doctor.refused(
        Trouble.BIRTH_DATE_OTHER,
        lambda: doctor.register(proof, card_number=NEW_CARD, password=NEW_PASSWORD, born_on=BORN_ON + DAY),
    )
    assert doctor.by_card()
