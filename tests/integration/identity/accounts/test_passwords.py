"""密碼: right, wrong, weak, forgotten, changed, tried too often."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.commands import Client
from services.identity.domain.accounts import refusals
from services.identity.events import DisabledReason, LockedOut, LoginRefused, PasswordCause, PasswordChanged, SessionEnd
from shared.principal import Assurance
from tests.integration.identity.accounts.door import ELSEWHERE, HOME, NEW_PASSWORD, PASSWORD

MINUTE = timedelta(minutes=1)
WRONG = "not the password at all"


def fail(door, times, client=HOME, email="officer@example.tw", password=WRONG):
    for _ in range(times):
        with pytest.raises(refusals.CredentialsWrong):
            door.log_in(email, password, client, door.answered())


def test_the_password_opens_a_session(door):
    account_id = door.account()
    assert door.who(door.log_in("Officer@example.tw")).id == f"account/{account_id}"


def test_a_wrong_password_and_an_unknown_mailbox_are_answered_alike_with_the_same_work(door):
    door.account()
    answers, costs = [], []
    for email in ("officer@example.tw", "nobody@example.tw"):
        before = (door.work.hashings, door.work.digests)
        with pytest.raises(refusals.CredentialsWrong) as refused:
            door.log_in(email, WRONG)
        answers.append(str(refused.value))
        costs.append((door.work.hashings - before[0], door.work.digests - before[1]))
    assert answers[0] == answers[1]
    assert costs[0] == costs[1]
    assert costs[0][0] == 1


def test_operators_are_told_what_the_person_is_not(door):
    account_id = door.account()
    fail(door, 1)
    refused = door.last(LoginRefused)
    assert (refused.reason, refused.account) == ("password-wrong", account_id)
    fail(door, 1, email="nobody@example.tw")
    refused = door.last(LoginRefused)
    assert (refused.reason, refused.account, refused.subject) == ("account-unknown", None, None)


def test_an_account_that_is_not_open_yet_has_no_password(door):
    door.invite()
    fail(door, 1)
    assert door.last(LoginRefused).reason == "account-not-active"


def test_neither_password_nor_token_is_in_the_log_or_in_clear_in_a_table(door):
    door.account()
    signed_in = door.log_in()
    with door.database.connect(name="test") as connection:
        rows = connection.execute("select convert_from(data, 'utf8') || convert_from(meta, 'utf8') from event")
        text = "".join(value for (value,) in rows)
        for table in ("password", "session", "answer"):
            text += "".join(value for (value,) in connection.execute(f"select t::text from {table} t"))
    assert PASSWORD not in text
    assert signed_in.session not in text


def test_after_three_wrong_passwords_from_one_place_the_question_comes_first(door):
    door.account()
    for _ in range(3):
        with pytest.raises(refusals.CredentialsWrong):
            door.log_in(password=WRONG)
    with pytest.raises(refusals.QuestionNeeded):
        door.log_in()
    with pytest.raises(refusals.AnswerWrong):
        door.log_in(question=door.answered("5"))
    assert door.log_in(client=ELSEWHERE)
    assert door.log_in(question=door.answered())


def test_an_answer_is_good_once_and_for_ten_minutes(door):
    door.account()
    fail(door, 3)
    answered = door.answered()
    door.log_in(question=answered)
    fail(door, 3)
    with pytest.raises(refusals.AnswerWrong):
        door.log_in(question=answered)
    late = door.answered()
    door.wait(10 * MINUTE)
    with pytest.raises(refusals.AnswerWrong):
        door.log_in(question=late)


def test_nine_wrong_passwords_in_a_row_lock_for_a_quarter_of_an_hour_then_twice_as_long(door):
    door.account()
    fail(door, 9)
    assert door.last(LockedOut).until == door.now + 15 * MINUTE
    with pytest.raises(refusals.LockedOut):
        door.log_in(question=door.answered())
    door.wait(15 * MINUTE)
    fail(door, 9)
    assert door.last(LockedOut).until == door.now + 30 * MINUTE


def test_a_stranger_elsewhere_cannot_lock_the_holder_out_only_make_the_question_come(door):
    door.account()
    fail(door, 9, ELSEWHERE)
    fail(door, 1, Client("192.0.2.1"))
    with pytest.raises(refusals.QuestionNeeded):
        door.log_in()
    assert door.log_in(question=door.answered())


def test_after_a_hundred_wrong_passwords_only_a_reset_by_mail_helps(door):
    door.account()
    for place in range(25):
        fail(door, 4, Client(f"192.0.2.{place}"))
    with pytest.raises(refusals.PasswordBlocked):
        door.log_in(question=door.answered())
    door.ask(commands.RequestPasswordReset("officer@example.tw", HOME))
    door.ask(commands.ResetPassword(door.reset_link(), NEW_PASSWORD, HOME))
    assert door.log_in(password=NEW_PASSWORD)


def test_one_address_tries_sixty_passwords_an_hour_whosever_they_are(door):
    for number in range(60):
        fail(door, 1, email=f"somebody{number}@example.tw")
    with pytest.raises(refusals.LockedOut) as refused:
        door.log_in("another@example.tw", WRONG)
    assert refused.value.params["until"] == door.now + timedelta(hours=1)


def test_of_a_hundred_wrong_passwords_at_once_nine_are_looked_at(door):
    door.account()
    answered = [door.answered() for _ in range(60)]
    before = door.work.hashings

    def guess(question):
        with pytest.raises((refusals.CredentialsWrong, refusals.LockedOut)):
            door.log_in(password=WRONG, question=question)

    with ThreadPoolExecutor(16) as crowd:
        list(crowd.map(guess, answered))
    assert door.work.hashings - before == 9


def test_of_right_passwords_at_once_every_one_comes_in(door):
    """Each counts itself as a failure first, and takes the count of all back: rows come and go under the others."""
    door.account()
    answered = [door.answered() for _ in range(40)]
    with ThreadPoolExecutor(8) as crowd:
        came_in = list(crowd.map(lambda question: door.log_in(question=question), answered))
    assert len({signed_in.session_id for signed_in in came_in}) == 40


# Which passwords ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("fourteen chars", refusals.PasswordTooShort),
        ("x" * 129, refusals.PasswordTooLong),
        ("passwordpassword", refusals.PasswordCommon),
        ("1234567890123456", refusals.PasswordCommon),
        ("qwertyuiopasdfgh", refusals.PasswordCommon),
        ("officer@example.tw", refusals.PasswordTellsAccount),
        ("caretrailcaretrail", refusals.PasswordTellsAccount),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_and_the_link_stays_good(door, password, refusal):
    door.invite()
    with pytest.raises(refusal):
        door.activate(password=password)
    assert door.activate()


def test_a_password_may_be_of_any_script_and_however_it_is_composed(door):
    door.invite()
    door.activate(password="我家的狗昨天吃了三條香腸喔真的")
    assert door.log_in(password="我家的狗昨天吃了三條香腸喔真的")
    door.ask(commands.RequestPasswordReset("officer@example.tw", HOME))
    door.ask(commands.ResetPassword(door.reset_link(), unicodedata.normalize("NFD", "un café très très noir"), HOME))
    assert door.log_in(password="un café très très noir")


def test_none_of_the_last_five_passwords_comes_back(door):
    door.account()
    signed_in = door.log_in()
    for number in range(4):
        change = commands.ChangePassword(signed_in.session, _nth(number - 1), _nth(number), HOME)
        signed_in = door.ask(change, door.who(signed_in))
    for former in range(-1, 4):
        with pytest.raises(refusals.PasswordRepeated):
            door.ask(commands.ChangePassword(signed_in.session, _nth(3), _nth(former), HOME), door.who(signed_in))
    signed_in = door.ask(commands.ChangePassword(signed_in.session, _nth(3), _nth(4), HOME), door.who(signed_in))
    assert door.ask(commands.ChangePassword(signed_in.session, _nth(4), PASSWORD, HOME), door.who(signed_in))


def _nth(number):
    return PASSWORD if number < 0 else f"{number} more sausages for the dog please"


# Changed and forgotten ---------------------------------------------------------------------------------------------


def test_who_changes_the_password_stays_in_and_everybody_else_is_out(door):
    door.account()
    other, mine = door.log_in(client=ELSEWHERE), door.log_in()
    after = door.ask(commands.ChangePassword(mine.session, PASSWORD, NEW_PASSWORD, HOME), door.who(mine))
    for former in (other, mine):
        with pytest.raises(refusals.SessionEnded) as refused:
            door.who(former)
        assert refused.value.params["end"] is SessionEnd.PASSWORD_CHANGED
    assert door.who(after)
    assert door.last(PasswordChanged).cause is PasswordCause.CHANGED
    fail(door, 1, password=PASSWORD)
    assert door.log_in(password=NEW_PASSWORD)


def test_the_present_password_is_wanted_to_change_it(door):
    door.account()
    mine = door.log_in()
    with pytest.raises(refusals.CredentialsWrong):
        door.ask(commands.ChangePassword(mine.session, WRONG, NEW_PASSWORD, HOME), door.who(mine))
    assert door.who(mine)


def test_a_reset_by_mail_sets_another_password_and_signs_everybody_out(door):
    door.account()
    signed_in = door.log_in()
    door.ask(commands.RequestPasswordReset("officer@example.tw", HOME))
    link = door.reset_link()
    door.ask(commands.ResetPassword(link, NEW_PASSWORD, HOME))
    with pytest.raises(refusals.SessionEnded):
        door.who(signed_in)
    assert door.log_in(password=NEW_PASSWORD)
    with pytest.raises(refusals.ResetExpired):
        door.ask(commands.ResetPassword(link, PASSWORD, HOME))


def test_a_reset_link_is_good_for_an_hour_and_the_newest_only(door):
    door.account()
    door.ask(commands.RequestPasswordReset("officer@example.tw", HOME))
    former = door.reset_link()
    door.wait(MINUTE)
    door.ask(commands.RequestPasswordReset("officer@example.tw", HOME))
    with pytest.raises(refusals.ResetExpired):
        door.ask(commands.ResetPassword(former, NEW_PASSWORD, HOME))
    door.wait(timedelta(hours=1))
    with pytest.raises(refusals.ResetExpired):
        door.ask(commands.ResetPassword(door.reset_link(), NEW_PASSWORD, HOME))


def test_asking_for_a_reset_does_not_tell_whether_there_is_an_account(door):
    account_id = door.account()
    told = door.told().count
    known = door.ask(commands.RequestPasswordReset("officer@example.tw", HOME))
    unknown = door.ask(commands.RequestPasswordReset("nobody@example.tw", HOME))
    assert known == unknown
    assert told("PasswordResetRequested") == 0
    assert door.told().count("PasswordResetRequested") == 1
    door.give(commands.DisableAccount(account_id, DisabledReason.LEFT))
    door.wait(MINUTE)
    assert door.ask(commands.RequestPasswordReset("officer@example.tw", HOME, door.answered())) == known
    assert door.told().count("PasswordResetRequested") == 1


def test_a_sixth_reset_mail_within_the_hour_is_refused(door):
    door.account()
    for _ in range(5):
        door.ask(commands.RequestPasswordReset("officer@example.tw", HOME, door.answered()))
        door.wait(MINUTE)
    with pytest.raises(refusals.TooManySends):
        door.ask(commands.RequestPasswordReset("officer@example.tw", ELSEWHERE, door.answered()))


def test_the_password_can_be_proved_again_in_an_open_session(door):
    door.account()
    signed_in = door.log_in()
    again = door.ask(commands.ProvePassword(signed_in.session, PASSWORD, HOME), door.who(signed_in))
    assert again.session_id == signed_in.session_id
    assert door.who(again).assurances == {Assurance.PASSWORD}
    with pytest.raises(refusals.CredentialsWrong):
        door.ask(commands.ProvePassword(again.session, WRONG, HOME), door.who(again))
