"""簡訊驗證: to whom a code is sent for an NHI card, that nobody learns who has one, and what it is good for (S001)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.commands import NhiPurpose
from services.identity.commands.accounts import Client
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import CodeIssued, CodePurpose, LoginRefused, OneTimeCode, Way
from shared.refusals import ChoiceUnknown
from shared.taiwan.contacts import MalformedMobileNumber
from shared.taiwan.identifiers import WrongChecksum
from shared.vault.blind_index import Identifier
from tests.integration.identity.accounts.door import ELSEWHERE, HOME
from tests.integration.identity.nhi.doctor import (
    IDENTIFIER,
    MOBILE,
    NOBODYS_IDENTIFIER,
    OTHER_IDENTIFIER,
    OTHER_MOBILE,
)

MINUTE = timedelta(minutes=1)
SENT_FOR = {
    NhiPurpose.LOG_IN: CodePurpose.NHI_LOG_IN,
    NhiPurpose.REGISTER: CodePurpose.NHI_REGISTRATION,
    NhiPurpose.NEW_PASSWORD: CodePurpose.NHI_NEW_PASSWORD,
}


@pytest.mark.parametrize(
    ("purpose", "way"),
    [
        (NhiPurpose.LOG_IN, Way.NHI_NUMBER),
        (NhiPurpose.REGISTER, Way.NHI_REGISTRATION),
        (NhiPurpose.NEW_PASSWORD, Way.NHI_REGISTRATION),
    ],
)
def test_a_code_goes_to_the_phone_on_record_for_one_purpose(doctor, purpose, way):
    doctor.registered()
    attempt = doctor.ask_code(purpose)
    issued = doctor.door.last(CodeIssued)
    assert (issued.purpose, issued.subject) == (SENT_FOR[purpose], doctor.subject)
    assert doctor.door.vault.open(issued.code, OneTimeCode).mobile == MOBILE
    with pytest.raises(account_refusals.CodeWrong):
        doctor.verify(attempt, doctor.door.wrong())
    assert (doctor.door.last(LoginRefused).way, doctor.door.last(LoginRefused).reason) == (way, "code-wrong")


def nobody(_):
    return {"identifier": NOBODYS_IDENTIFIER, "mobile": MOBILE}


def not_of_the_register(doctor):
    doctor.door.vault.subject_for([Identifier("national_id", OTHER_IDENTIFIER)])
    return {"identifier": OTHER_IDENTIFIER, "mobile": MOBILE}


def wrong_phone(_):
    return {"identifier": IDENTIFIER, "mobile": OTHER_MOBILE}


def no_card(doctor):
    doctor.colleague()
    return {"identifier": OTHER_IDENTIFIER, "mobile": OTHER_MOBILE}


@pytest.mark.parametrize(
    ("who", "trouble"),
    [
        (nobody, Trouble.IDENTIFIER_UNKNOWN),
        (not_of_the_register, Trouble.PERSON_UNKNOWN),
        (wrong_phone, Trouble.MOBILE_OTHER),
        (no_card, Trouble.CARD_UNREGISTERED),
    ],
)
def test_whoever_is_meant_the_answer_and_the_work_are_the_same_and_the_log_knows_why(doctor, who, trouble):
    doctor.registered()
    meant = who(doctor)
    issued = doctor.door.told().count("CodeIssued")
    answers, costs = [], []
    for asked in ({}, meant):
        doctor.door.wait(timedelta(hours=2))
        before = (doctor.door.work.digests, doctor.door.work.hashings)
        answer = doctor.door.ask(
            commands.AskNhiCode(
                **{
                    "purpose": NhiPurpose.LOG_IN,
                    "identifier": IDENTIFIER,
                    "mobile": MOBILE,
                    "client": HOME,
                    **asked,
                }
            )
        )
        costs.append((doctor.door.work.digests - before[0], doctor.door.work.hashings - before[1]))
        times = (answer.expires_at - doctor.door.now, answer.resend_at - doctor.door.now)
        answers.append((*times, answer.digits, answer.tries, len(answer.attempt)))
    assert answers[0] == answers[1]
    assert costs[0] == costs[1]
    assert doctor.door.last(LoginRefused).reason == trouble
    assert doctor.door.told().count("CodeIssued") == issued + 1
    with pytest.raises(account_refusals.CodeWrong):
        doctor.verify(answer.attempt, "000000")


def test_in_an_open_session_a_code_goes_to_its_own_person_only(doctor):
    doctor.colleague()
    session = doctor.by_pin().session
    doctor.ask_code(NhiPurpose.REGISTER, session=session)
    assert doctor.door.last(CodeIssued).subject == doctor.subject
    doctor.ask_code(NhiPurpose.REGISTER, OTHER_IDENTIFIER, OTHER_MOBILE, session=session)
    assert doctor.door.last(LoginRefused).reason == Trouble.SESSION_OTHERS


@pytest.mark.parametrize("asked", [{}, {"identifier": NOBODYS_IDENTIFIER}])
def test_that_a_session_is_over_tells_nobody_who_has_which_phone(doctor, asked):
    with pytest.raises(account_refusals.SessionUnknown):
        doctor.ask_code(NhiPurpose.REGISTER, session="made up", **asked)


def test_what_is_neither_a_national_id_nor_a_phone_is_told_so(doctor):
    with pytest.raises(WrongChecksum):
        doctor.ask_code(identifier="F100000016")
    with pytest.raises(MalformedMobileNumber):
        doctor.ask_code(mobile="02-29603456")


def test_a_code_for_an_nhi_card_opens_nothing_where_phones_are_proved(doctor):
    doctor.registered()
    attempt = doctor.ask_code()
    with pytest.raises(account_refusals.CodeVoid):
        doctor.door.enter(attempt, doctor.door.sms())
    assert doctor.verify(attempt)


def test_a_code_to_a_phone_proves_nothing_for_an_nhi_card(doctor):
    doctor.registered()
    attempt = doctor.door.request_code(MOBILE)
    with pytest.raises(account_refusals.CodeVoid):
        doctor.verify(attempt)


@pytest.mark.parametrize("purpose", list(SENT_FOR.values()))
def test_nobody_has_a_code_for_an_nhi_card_sent_to_any_phone(doctor, purpose):
    with pytest.raises(ChoiceUnknown):
        doctor.door.ask(commands.RequestCode(OTHER_MOBILE, purpose, HOME))


def test_a_code_is_good_once_and_for_the_browser_that_asked(doctor):
    doctor.registered()
    attempt = doctor.ask_code()
    with pytest.raises(account_refusals.CodeVoid):
        doctor.verify("another browser's")
    doctor.verify(attempt)
    with pytest.raises(account_refusals.CodeUsed):
        doctor.verify(attempt)


def test_another_code_waits_a_minute_and_asks_a_question_after_two(doctor):
    doctor.registered()
    doctor.ask_code()
    with pytest.raises(account_refusals.TooManySends):
        doctor.ask_code()
    doctor.door.wait(MINUTE)
    doctor.ask_code()
    doctor.door.wait(MINUTE)
    with pytest.raises(account_refusals.QuestionNeeded):
        doctor.ask_code()
    assert doctor.ask_code(question=doctor.door.answered())


def test_whoever_knows_a_national_id_alone_uses_up_none_of_its_holders_codes_nor_their_free_ones(doctor):
    doctor.registered()
    for number in range(5):
        doctor.ask_code(mobile=f"09{number}1000000", client=ELSEWHERE, question=doctor.door.answered())
    with pytest.raises(account_refusals.TooManySends):
        doctor.ask_code(mobile="0951000000", client=ELSEWHERE, question=doctor.door.answered())
    assert doctor.verify(doctor.ask_code())


def test_five_codes_an_hour_are_asked_for_a_person_and_their_phone_from_wherever(doctor):
    doctor.registered()
    for number in range(5):
        stranger = Client(f"198.51.100.{number}", HOME.user_agent)
        doctor.ask_code(client=stranger, question=doctor.door.answered())
        doctor.door.wait(MINUTE)
    with pytest.raises(account_refusals.TooManySends):
        doctor.ask_code(question=doctor.door.answered())


def test_what_strangers_use_up_a_browser_misses_nothing_of_in_which_its_holder_came_in(doctor):
    known = Client(HOME.address, HOME.user_agent, (doctor.registered().by_card().device,))
    for number in range(5):
        stranger = Client(f"198.51.100.{number}", HOME.user_agent)
        doctor.ask_code(client=stranger, question=doctor.door.answered())
        doctor.door.wait(MINUTE)
    assert doctor.verify(doctor.ask_code(client=known), client=known)


def test_five_codes_an_hour_are_sent_to_one_phone_whatever_for(doctor):
    for _ in range(5):
        doctor.door.request_code(MOBILE, question=doctor.door.answered())
        doctor.door.wait(MINUTE)
    with pytest.raises(account_refusals.TooManySends):
        doctor.ask_code(NhiPurpose.REGISTER, client=ELSEWHERE, question=doctor.door.answered())


def test_three_codes_used_up_by_guesses_lock_for_a_quarter_of_an_hour(doctor):
    doctor.registered()
    for _ in range(3):
        attempt = doctor.ask_code(question=doctor.door.answered())
        for _ in range(3):
            with pytest.raises(account_refusals.CodeWrong):
                doctor.verify(attempt, doctor.door.wrong())
        doctor.door.wait(MINUTE)
    with pytest.raises(account_refusals.LockedOut):
        doctor.ask_code(question=doctor.door.answered())


def test_a_proof_is_of_the_browser_that_entered_the_code(doctor):
    doctor.registered()
    doctor.proof()
    with pytest.raises(refusals.CodeProofVoid):
        doctor.by_number("another browser's")
