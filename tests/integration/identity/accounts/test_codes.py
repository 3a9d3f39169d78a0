"""手機驗證: codes that are sent, entered, wrong, late, used, too many (IDENTITY §7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.identity.domain.accounts import refusals
from services.identity.events import CodeIssued, LockedOut, LoginRefused, SessionOpened, Way
from shared.principal import Assurance, Role
from shared.taiwan.contacts import MalformedMobileNumber
from shared.vault.blind_index import Identifier
from tests.integration.identity.accounts.door import ELSEWHERE, HOME, MOBILE

MINUTE = timedelta(minutes=1)
OTHER_MOBILE = "0987654321"


def test_the_code_of_the_sms_opens_a_session_for_the_phone(door):
    signed_in = door.enter(door.request_code(), door.sms())
    who = door.who(signed_in)
    assert (who.role, who.assurances) == (Role.PARENT, {Assurance.OTP})
    assert who.id == f"phone/{who.subject}"
    assert door.told() == ["CodeIssued", "CodeVerified", "SessionOpened"]
    assert door.last(SessionOpened).proofs[0].assurance is Assurance.OTP


def test_a_code_has_six_digits_and_is_nowhere_in_clear(door):
    door.request_code()
    code = door.sms()
    assert len(code) == 6
    assert code.isdecimal()
    with door.database.connect(name="test") as connection:
        [row] = connection.execute("select one_time_code::text from one_time_code").fetchall()
        [event] = connection.execute("select convert_from(data, 'utf8') from event").fetchall()
    assert code not in row[0]
    assert MOBILE not in row[0] + event[0]


def test_what_is_no_mobile_number_gets_no_code(door):
    with pytest.raises(MalformedMobileNumber):
        door.request_code("02-29603456")


def test_a_code_may_be_typed_with_wide_digits_and_spaces(door):
    attempt = door.request_code()
    wide = door.sms().translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    assert door.enter(attempt, f" {wide} ")


def test_a_wrong_code_is_refused_and_told(door):
    attempt = door.request_code()
    with pytest.raises(refusals.CodeWrong):
        door.enter(attempt, door.wrong())
    refused = door.last(LoginRefused)
    assert (refused.way, refused.reason, refused.subject) == (Way.CODE, "code-wrong", door.last(CodeIssued).subject)


def test_a_fourth_guess_is_refused_even_if_it_is_right(door):
    attempt = door.request_code()
    for _ in range(3):
        with pytest.raises(refusals.CodeWrong):
            door.enter(attempt, door.wrong())
    with pytest.raises(refusals.CodeUsedUp):
        door.enter(attempt, door.sms())


def test_a_code_is_good_once(door):
    attempt = door.request_code()
    door.enter(attempt, door.sms())
    with pytest.raises(refusals.CodeUsed):
        door.enter(attempt, door.sms())


def test_a_code_ends_after_five_minutes(door):
    attempt = door.request_code()
    door.wait(5 * MINUTE)
    with pytest.raises(refusals.CodeExpired):
        door.enter(attempt, door.sms())


def test_a_new_code_voids_the_old_one(door):
    former = door.request_code()
    code = door.sms()
    door.wait(MINUTE)
    door.request_code()
    with pytest.raises(refusals.CodeVoid):
        door.enter(former, code)


def test_a_code_is_good_for_the_browser_that_asked_only(door):
    door.request_code()
    with pytest.raises(refusals.CodeVoid):
        door.enter("another browser's attempt", door.sms())


def test_a_new_code_has_to_wait_a_minute(door):
    door.request_code()
    door.wait(MINUTE - timedelta(seconds=1))
    with pytest.raises(refusals.TooManySends) as refused:
        door.request_code()
    assert refused.value.params["at"] == door.now + timedelta(seconds=1)


def test_the_third_code_within_the_hour_asks_the_question_first(door):
    for _ in range(2):
        door.request_code()
        door.wait(MINUTE)
    with pytest.raises(refusals.QuestionNeeded):
        door.request_code()
    with pytest.raises(refusals.AnswerWrong):
        door.request_code(question=door.answered("5"))
    door.request_code(question=door.answered())


def codes(door, number, mobile=MOBILE, client=HOME, pause=MINUTE):
    for _ in range(number):
        door.request_code(mobile, client, question=door.answered())
        door.wait(pause)


def test_a_sixth_code_within_the_hour_is_refused_to_phone_and_place(door):
    codes(door, 5)
    with pytest.raises(refusals.TooManySends):
        door.request_code(client=ELSEWHERE, question=door.answered())
    with pytest.raises(refusals.TooManySends):
        door.request_code(OTHER_MOBILE, question=door.answered())
    door.request_code(OTHER_MOBILE, ELSEWHERE)


def test_an_eleventh_code_within_the_day_is_refused(door):
    codes(door, 10, pause=timedelta(minutes=20))
    with pytest.raises(refusals.TooManySends) as refused:
        door.request_code(question=door.answered())
    assert refused.value.params["at"] > door.now + timedelta(hours=20)


def test_a_request_that_is_refused_makes_nobody_known_to_the_vault(door):
    codes(door, 5)
    with pytest.raises(refusals.TooManySends):
        door.request_code("0955000111", question=door.answered())
    assert door.vault.find(Identifier("mobile", "0955000111")) is None


def use_up(door, client=HOME):
    attempt = door.request_code(client=client, question=door.answered())
    for _ in range(3):
        with pytest.raises(refusals.CodeWrong):
            door.enter(attempt, door.wrong(), client)
    door.wait(MINUTE)
    return attempt


def test_three_codes_used_up_in_a_row_lock_for_a_quarter_of_an_hour_then_twice_as_long(door):
    for _ in range(3):
        use_up(door)
    locked = door.last(LockedOut)
    assert locked.until == door.now + 14 * MINUTE
    with pytest.raises(refusals.LockedOut):
        door.request_code(question=door.answered())
    door.wait(2 * timedelta(hours=1))
    for _ in range(3):
        use_up(door)
    assert door.last(LockedOut).until == door.now + 29 * MINUTE


def test_while_locked_not_even_the_right_code_counts(door):
    for _ in range(2):
        use_up(door)
    attempt = door.request_code(question=door.answered())
    for _ in range(3):
        with pytest.raises(refusals.CodeWrong):
            door.enter(attempt, door.wrong())
    with pytest.raises(refusals.LockedOut):
        door.enter(attempt, door.sms())


def test_a_stranger_elsewhere_cannot_lock_a_parent_out(door):
    for _ in range(3):
        use_up(door, ELSEWHERE)
    with pytest.raises(refusals.LockedOut):
        door.request_code(client=ELSEWHERE, question=door.answered())
    assert door.enter(door.request_code(question=door.answered()), door.sms())


def test_the_right_code_takes_the_count_back(door):
    for _ in range(2):
        use_up(door)
    assert door.enter(door.request_code(question=door.answered()), door.sms())
    door.wait(timedelta(hours=1))
    use_up(door)
    assert door.enter(door.request_code(question=door.answered()), door.sms())


def test_of_a_hundred_right_codes_at_once_exactly_one_is_taken(door):
    attempt = door.request_code()
    code = door.sms()

    def come_in(_):
        try:
            return door.enter(attempt, code)
        except refusals.CodeUsed:
            return None

    with ThreadPoolExecutor(16) as crowd:
        came_in = [signed_in for signed_in in crowd.map(come_in, range(100)) if signed_in]
    assert len(came_in) == 1
    assert door.told().count("SessionOpened") == 1


def test_of_a_hundred_wrong_codes_at_once_three_are_looked_at(door):
    attempt = door.request_code()
    wrong = door.wrong()

    def guess(_):
        with pytest.raises((refusals.CodeWrong, refusals.CodeUsedUp)) as refused:
            door.enter(attempt, wrong)
        return refused.type

    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(guess, range(100)))
    assert answers.count(refusals.CodeWrong) == 3


def test_of_twenty_requests_at_once_one_code_is_sent(door):
    def request(_):
        try:
            return door.request_code()
        except (refusals.TooManySends, refusals.QuestionNeeded):
            return None

    with ThreadPoolExecutor(16) as crowd:
        assert len([attempt for attempt in crowd.map(request, range(20)) if attempt]) == 1


# Proving more in an open session -----------------------------------------------------------------------------------


def test_a_parent_proves_the_phone_again_and_the_session_has_a_new_token(door):
    signed_in = door.parent()
    door.wait(MINUTE)
    attempt = door.request_code(session=signed_in.session)
    again = door.enter(attempt, door.sms(), session=signed_in.session)
    assert again.session_id == signed_in.session_id
    assert door.who(again).assurances == {Assurance.OTP}
    with pytest.raises(refusals.SessionUnknown):
        door.who(signed_in)


def test_a_code_asked_for_in_a_session_opens_nothing_outside_it(door):
    signed_in = door.parent()
    door.wait(MINUTE)
    attempt = door.request_code(session=signed_in.session)
    with pytest.raises(refusals.CodeVoid):
        door.enter(attempt, door.sms())


def test_another_persons_phone_proves_nothing_and_is_answered_like_a_wrong_code(door):
    signed_in = door.parent()
    sent = door.told().count("CodeIssued")
    attempt = door.request_code(OTHER_MOBILE, session=signed_in.session)
    assert door.told().count("CodeIssued") == sent
    for _ in range(3):
        with pytest.raises(refusals.CodeWrong):
            door.enter(attempt, "123456", session=signed_in.session)
    with pytest.raises(refusals.CodeUsedUp):
        door.enter(attempt, "123456", session=signed_in.session)


def test_a_phone_that_is_not_the_persons_costs_the_same_work(door):
    signed_in = door.parent()
    door.wait(MINUTE)
    costs = []
    for mobile in (MOBILE, OTHER_MOBILE):
        question = door.answered()
        before = door.work.digests
        attempt = door.request_code(mobile, question=question, session=signed_in.session)
        with pytest.raises(refusals.CodeWrong):
            door.enter(attempt, "not it", session=signed_in.session)
        costs.append(door.work.digests - before)
    assert costs[0] == costs[1] > 0


def test_an_attempt_that_nobody_made_costs_a_comparison_too(door):
    attempt = door.request_code()
    costs = []
    for known in (attempt, "nobody's"):
        before = door.work.digests
        with pytest.raises((refusals.CodeWrong, refusals.CodeVoid)):
            door.enter(known, "not it")
        costs.append(door.work.digests - before)
    assert costs == [1, 1]
