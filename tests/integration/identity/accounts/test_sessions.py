"""登入後: sessions checked at every request, resting, over, stolen, signed out, forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.application.accounts.answers import Badge, DoctorNamed
from services.identity.application.accounts.own_sessions import own_sessions
from services.identity.domain.accounts import refusals
from services.identity.events import SessionClosed, SessionEnd, Whereabouts
from shared.principal import VISITOR, Role
from shared.principal_tokens import PrincipalReader
from shared.refusals import RoleNotAllowed
from shared.relay.checkpoints import key_id_of
from tests.controls.family import BANQIAO_DOCTOR
from tests.integration.identity.accounts.door import DOCTOR, ELSEWHERE, HOME, MOBILE, OPERATOR, PLATFORM

MINUTE = timedelta(minutes=1)


def seen(door):
    with door.database.connect(name="test") as connection:
        return connection.execute("select seen_at from session").fetchone()[0]


def test_a_session_rests_for_half_an_hour_at_most(door):
    signed_in = door.parent()
    for _ in range(3):
        door.wait(29 * MINUTE)
        assert door.who(signed_in)
    door.wait(30 * MINUTE)
    with pytest.raises(refusals.SessionIdle):
        door.who(signed_in)


def test_a_session_is_over_after_twelve_hours_however_busy(door):
    signed_in = door.parent()
    for _ in range(24):
        door.wait(29 * MINUTE)
        door.who(signed_in)
    door.wait(24 * MINUTE)
    with pytest.raises(refusals.SessionOver):
        door.who(signed_in)


def test_who_may_more_is_in_for_less_time(door):
    door.parent()
    door.wait(timedelta(hours=1))
    door.invite("auditor@example.tw", commands.RightsEntry(Role.AUDITOR), OPERATOR)
    auditor = door.activate()
    assert auditor.idle_seconds == 20 * 60
    assert auditor.ends_at - door.now == timedelta(hours=8)


def test_when_a_session_was_last_seen_is_written_once_a_minute(door):
    signed_in = door.parent()
    opened = door.now
    door.wait(59 * timedelta(seconds=1))
    door.who(signed_in)
    assert seen(door) == opened
    door.wait(timedelta(seconds=1))
    door.who(signed_in)
    assert seen(door) == door.now


def test_a_token_that_nobody_was_given_opens_nothing(door):
    signed_in = door.parent()
    for token in ("", "x", signed_in.session[:-1], str(signed_in.session_id)):
        with pytest.raises(refusals.SessionUnknown):
            door.desk.check(token, door.now)


def test_a_stolen_session_is_refused_from_the_moment_of_signing_out(door):
    signed_in = door.parent()
    door.give(commands.SignOut(signed_in.session_id), door.who(signed_in))
    with pytest.raises(refusals.SessionEnded) as refused:
        door.who(signed_in)
    assert refused.value.params["end"] is SessionEnd.SIGNED_OUT
    assert door.last(SessionClosed).end is SessionEnd.SIGNED_OUT


def test_signing_out_everywhere_ends_every_session_and_nobody_elses(door):
    mine, also_mine = door.parent(client=HOME), door.parent_later(client=ELSEWHERE)
    other = door.parent("0987654321")
    door.give(commands.SignOutEverywhere(), door.who(mine))
    for session in (mine, also_mine):
        with pytest.raises(refusals.SessionEnded):
            door.who(session)
    assert door.who(other)
    assert door.told().count("SessionClosed") == 2


def test_nobody_signs_another_person_out(door):
    mine, other = door.parent(), door.parent("0987654321")
    with pytest.raises(refusals.SessionNotYours):
        door.give(commands.SignOut(other.session_id), door.who(mine))
    assert door.who(other)


def test_a_visitor_has_nothing_to_sign_out_of(door):
    with pytest.raises(RoleNotAllowed):
        door.give(commands.SignOutEverywhere(), VISITOR)


def test_ones_own_sessions_say_when_from_where_and_with_what(door):
    first = door.parent(client=HOME)
    second = door.parent_later(client=ELSEWHERE)
    door.parent("0987654321")
    listed = own_sessions(door.identity.desk, door.who(second), door.now)
    assert [session.id for session in listed] == [second.session_id, first.session_id]
    assert listed[0].where == Whereabouts("198.51.100.9", "Firefox, Windows")
    assert listed[1].where == Whereabouts("203.0.113.7", "Safari, iPhone")


def test_who_asks_is_vouched_for_with_a_signature_that_services_can_read(door):
    signed_in = door.parent()
    [known] = door.known(signed_in.session)
    public = door.key.public_key()
    assert PrincipalReader({key_id_of(public): public}).read(known.principal, door.now) == door.who(signed_in)
    assert known.session_id == signed_in.session_id


def test_a_page_learns_from_the_check_who_is_in_and_when_the_session_ends(door):
    door.institution()
    door.invite("doctor@example.tw", DOCTOR)
    signed_in = door.activate()
    [known] = door.known(signed_in.session)
    doctors = (DoctorNamed(BANQIAO_DOCTOR, "陳安康"),)
    assert known.badge == Badge("王小明", institution_name="板橋安康小兒科診所", doctors=doctors)
    assert (known.idle_seconds, known.ends_at) == (30 * 60, signed_in.ends_at)
    [parent] = door.known(door.parent().session)
    assert parent.badge == Badge(mobile=MOBILE)


def test_what_a_page_says_of_somebody_is_sealed(door):
    door.invite()
    door.activate()
    door.parent()
    with door.database.connect(name="test") as connection:
        text = "".join(row for (row,) in connection.execute("select session::text from session"))
    assert "王小明" not in text
    assert MOBILE not in text


def test_who_was_forgotten_is_out_even_before_the_log_knows(door):
    signed_in = door.parent("0933444555")
    door.vault.forget(door.who(signed_in).subject, "the law")
    assert door.known(signed_in.session) == (None,)


def test_of_tokens_checked_together_none_is_spoilt_by_another(door):
    places = ("0933444551", HOME), ("0933444552", ELSEWHERE), ("0933444553", HOME), ("0933444554", ELSEWHERE)
    first, ended, damaged, last = (door.parent(mobile, client) for mobile, client in places)
    door.give(commands.SignOut(ended.session_id), door.who(ended))
    with door.database.connect(name="test") as connection:
        connection.execute("update session set badge = 'damaged' where id = %s", (damaged.session_id,))
    asked = (first.session, "x", ended.session, damaged.session, last.session)
    found = [known and known.session_id for known in door.known(*asked)]
    assert found == [first.session_id, None, None, None, last.session_id]


def test_every_check_of_a_crowd_sees_a_session_that_was_just_ended_as_ended(door):
    """Checks that share a query never see what was so before they asked."""
    sessions = [door.parent(f"09{number:08d}", _place(number)) for number in range(20)]

    def leave_and_try(signed_in):
        door.entrance.sessions.close(signed_in.session_id, SessionEnd.SIGNED_OUT)
        with pytest.raises(refusals.SessionEnded):
            door.who(signed_in)
        return True

    with ThreadPoolExecutor(20) as crowd:
        assert all(crowd.map(leave_and_try, sessions))


def _place(number):
    return commands.Client(f"192.0.2.{number}")


def test_a_forgotten_person_is_out_and_the_log_says_so_once(door):
    signed_in = door.parent()
    subject = door.who(signed_in).subject
    door.vault.forget(subject, "the law")
    for _ in range(2):
        door.give(commands.RecordForgotten(subject, "the law"), PLATFORM)
    with pytest.raises(refusals.SessionEnded):
        door.who(signed_in)
    assert door.told().count("SubjectForgotten") == 1


def test_a_forgotten_holder_comes_in_no_more(door):
    door.account()
    subject = door.who(door.log_in()).subject
    door.vault.forget(subject, "the law")
    door.give(commands.RecordForgotten(subject, "the law"), PLATFORM)
    with pytest.raises(refusals.CredentialsWrong):
        door.log_in()


def test_whom_the_vault_forgot_elsewhere_is_told_of_at_the_next_start(door):
    signed_in = door.parent()
    door.vault.forget(door.who(signed_in).subject, "the law")
    for _ in range(2):
        door.identity.record_forgotten(door.vault.forgotten()[-1:], door.now)
    with pytest.raises(refusals.SessionEnded):
        door.who(signed_in)
    assert door.told().count("SubjectForgotten") == 1
