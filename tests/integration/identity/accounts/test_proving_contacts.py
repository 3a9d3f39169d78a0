"""A family proves another phone or mail address in its open session: only then does its principal carry it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.domain.accounts import refusals
from services.identity.events import CodeIssued, CodePurpose, OneTimeCode
from shared.refusals import RoleNotAllowed
from shared.taiwan.contacts import MalformedEmailAddress, MalformedMobileNumber
from shared.vault.blind_index import Identifier
from shared.vault.contact_digests import digest_of_email, digest_of_mobile
from tests.integration.identity.accounts.door import ELSEWHERE, HOME

NEW_MOBILE, NEW_EMAIL = "0922333444", "Mother@example.tw"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def session(door):
    """The token of a parent who has come in."""
    return door.parent().session


def contacts(door, session):
    return door.desk.check(session, door.now).principal.contacts


@pytest.mark.parametrize(
    ("to", "digest"),
    [({"mobile": NEW_MOBILE}, digest_of_mobile), ({"email": NEW_EMAIL}, digest_of_email)],
)
def test_the_code_that_was_sent_there_proves_a_contact_for_this_session_alone(door, session, to, digest):
    attempt = door.request_contact_code(session, **to)
    code = door.vault.open(door.last(CodeIssued).code, OneTimeCode)
    assert (code.mobile, code.email) == (to.get("mobile", ""), to.get("email", ""))
    assert contacts(door, session) == frozenset()

    proved = door.enter(attempt, door.sms(), session=session)

    assert proved.session == session
    assert contacts(door, session) == {digest(door.vault, *to.values())}
    door.wait(MINUTE)
    assert contacts(door, door.parent(client=ELSEWHERE).session) == frozenset()


def test_nobody_is_made_of_a_phone_that_was_never_proved(door, session):
    door.request_contact_code(session, mobile="0922000999")
    assert door.vault.find(Identifier("mobile", "0922000999")) is None


def test_a_wrong_or_late_code_proves_nothing(door, session):
    attempt = door.request_contact_code(session, mobile=NEW_MOBILE)
    with pytest.raises(refusals.CodeWrong):
        door.enter(attempt, door.wrong(), session=session)
    door.wait(5 * MINUTE)
    with pytest.raises(refusals.CodeExpired):
        door.enter(attempt, door.sms(), session=session)
    assert contacts(door, session) == frozenset()


def test_a_code_for_a_contact_neither_opens_a_session_nor_counts_in_another(door, session):
    attempt = door.request_contact_code(session, mobile=NEW_MOBILE)
    with pytest.raises(refusals.CodeVoid):
        door.enter(attempt, door.sms())
    other = door.parent("0955666777", ELSEWHERE).session
    with pytest.raises(refusals.CodeVoid):
        door.enter(attempt, "123456", session=other)


def test_another_code_waits_a_minute_and_one_family_has_five_an_hour_sent_wherever_it_sits(door, session):
    door.request_contact_code(session, mobile=NEW_MOBILE)
    with pytest.raises(refusals.TooManySends) as refused:
        door.request_contact_code(session, mobile=NEW_MOBILE)
    assert refused.value.params == {"at": door.now + MINUTE}
    for number in range(4):
        door.request_contact_code(session, commands.Client(f"192.0.2.{number}"), mobile=f"092233344{number + 5}")
    with pytest.raises(refusals.TooManySends):
        door.request_contact_code(session, commands.Client("192.0.2.99"), email=NEW_EMAIL)


def test_who_has_not_come_in_or_is_no_family_proves_no_contact(door):
    with pytest.raises(refusals.SessionUnknown):
        door.request_contact_code("", mobile=NEW_MOBILE)
    door.invite()
    with pytest.raises(RoleNotAllowed):
        door.request_contact_code(door.activate().session, mobile=NEW_MOBILE)
    assert "CodeIssued" not in door.told()


def test_what_is_no_phone_or_mailbox_is_refused_by_its_own_field(door, session):
    with pytest.raises(MalformedEmailAddress) as mail:
        door.request_contact_code(session, email="mother at home")
    with pytest.raises(MalformedMobileNumber) as phone:
        door.request_contact_code(session, mobile="02-29603456")
    assert (mail.value.field, phone.value.field) == ("email", "mobile")


def test_a_mailbox_does_not_let_anybody_come_in(door):
    with pytest.raises(MalformedMobileNumber):
        door.ask(commands.RequestCode("", CodePurpose.LOG_IN, HOME, email=NEW_EMAIL))
