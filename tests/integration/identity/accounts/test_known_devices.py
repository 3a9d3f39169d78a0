"""A browser in which somebody has come in is known again: strangers elsewhere make it no harder there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.commands import Client
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.policies import POLICIES
from tests.integration.identity.accounts.door import ELSEWHERE, HOME, MOBILE, NEW_PASSWORD, PASSWORD

MINUTE = timedelta(minutes=1)
MAILBOX = "officer@example.tw"
WRONG = "not the password at all"
ATTACK = 12


def known(signed_in, client=HOME):
    """The same browser, with what its sign-in left in it."""
    return replace(client, devices=(signed_in.device,))


def stranger(number):
    return Client(f"198.51.{number // 250}.{number % 250}")


def fail(door, client):
    with pytest.raises(refusals.CredentialsWrong):
        door.log_in(MAILBOX, WRONG, client, door.answered())


@pytest.fixture
def policies():
    """An account is blocked for strangers after twelve failures in all, so that a test need not make a hundred."""
    return [replace(policy, failures_most=ATTACK) for policy in POLICIES]


def attack(door):
    """As many wrong passwords as block an account, each from another place."""
    for number in range(ATTACK):
        fail(door, stranger(number))


def test_many_strangers_do_not_keep_a_known_browser_out_nor_make_it_answer_a_question(door):
    door.account()
    browser = known(door.log_in())
    attack(door)
    with pytest.raises(refusals.PasswordBlocked):
        door.log_in(client=ELSEWHERE, question=door.answered())
    assert door.log_in(client=browser)


def test_who_has_no_known_browser_gets_one_by_a_reset_and_comes_in_whatever_strangers_do(door):
    door.account()
    door.ask(commands.RequestPasswordReset(MAILBOX, HOME))
    browser = known(door.ask(commands.ResetPassword(door.reset_link(), NEW_PASSWORD, HOME)))
    attack(door)
    assert door.log_in(password=NEW_PASSWORD, client=browser)


def test_a_known_browser_waits_for_its_own_wrong_passwords_like_any_other(door):
    door.account()
    browser = known(door.log_in())
    for _ in range(9):
        fail(door, browser)
    with pytest.raises(refusals.LockedOut):
        door.log_in(client=browser, question=door.answered())
    assert door.log_in(client=ELSEWHERE)


def test_a_known_browser_is_known_for_its_own_mailbox_only(door):
    door.account()
    door.invite("second@example.tw")
    browser = known(door.activate())
    attack(door)
    with pytest.raises(refusals.PasswordBlocked):
        door.log_in(client=browser, question=door.answered())


def test_a_token_that_is_not_ours_makes_nobody_known(door):
    door.account()
    attack(door)
    with pytest.raises(refusals.PasswordBlocked):
        door.log_in(client=replace(HOME, devices=("", "nonsense", "A" * 76, "臺")), question=door.answered())


def test_a_browser_is_forgotten_after_two_hundred_days(door):
    door.account()
    browser = known(door.log_in())
    door.wait(timedelta(days=199))
    again = door.log_in(client=browser)
    assert again.device == browser.devices[0]
    door.wait(timedelta(days=1))
    assert door.log_in(client=browser).device != again.device


def test_strangers_use_up_a_phones_day_and_leave_the_known_browser_its_own(door):
    browser = known(door.parent())
    for number in range(9):
        door.wait(15 * MINUTE)
        door.request_code(MOBILE, stranger(number), door.answered())
    with pytest.raises(refusals.TooManySends):
        door.request_code(MOBILE, ELSEWHERE, door.answered())
    assert door.enter(door.request_code(MOBILE, browser), door.sms(), browser)


def test_a_known_browser_is_sent_no_more_codes_than_any_other(door):
    browser = known(door.parent())
    for _ in range(5):
        door.wait(MINUTE)
        door.request_code(MOBILE, browser, door.answered())
    door.wait(MINUTE)
    with pytest.raises(refusals.TooManySends):
        door.request_code(MOBILE, browser, door.answered())


def test_strangers_use_up_a_mailboxs_resets_and_leave_the_known_browser_its_own(door):
    door.account()
    browser = known(door.log_in())
    for number in range(10):
        door.ask(commands.RequestPasswordReset(MAILBOX, stranger(number), door.answered()))
        door.wait(15 * MINUTE)
    with pytest.raises(refusals.TooManySends):
        door.ask(commands.RequestPasswordReset(MAILBOX, ELSEWHERE, door.answered()))
    door.ask(commands.RequestPasswordReset(MAILBOX, browser))
    door.ask(commands.ResetPassword(door.reset_link(), NEW_PASSWORD, browser))
    assert door.log_in(password=NEW_PASSWORD, client=browser)


def test_five_wrong_answers_in_a_row_are_a_wait_wherever_they_were_given(door):
    door.account()
    for _ in range(4):
        with pytest.raises(refusals.AnswerWrong):
            door.log_in(question=door.answered("5"))
    with pytest.raises(refusals.AnswerWrong):
        door.request_code(question=door.answered("5"))
    with pytest.raises(refusals.LockedOut) as refused:
        door.log_in(question=door.answered())
    assert refused.value.params["until"] == door.now + 15 * MINUTE
    assert door.log_in(client=ELSEWHERE, question=door.answered())
    door.wait(15 * MINUTE)
    assert door.log_in(password=PASSWORD, question=door.answered())


def test_a_right_answer_takes_the_wrong_ones_back(door):
    door.account()
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(refusals.AnswerWrong):
                door.log_in(question=door.answered("5"))
        assert door.log_in(question=door.answered())
