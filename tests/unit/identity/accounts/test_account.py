"""帳號: given what happened, when something is asked, then what follows, or why not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.identity import events
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import Account, AccountStatus
from services.identity.domain.accounts.passwords import normalised, objection_to_context, objection_to_length
from services.identity.domain.accounts.policies import POLICIES
from services.identity.domain.accounts.session import Session
from services.identity.events import DisabledReason, PasswordCause, Proof, Rights, Secret, SessionEnd
from shared.principal import Assurance, Role
from tests.controls.accounts import (
    ACCOUNT,
    COUNTY,
    HOLDER,
    HOLDERS_NAME,
    LINK,
    MANAGERS_RIGHTS,
    PASSWORD,
    RIGHTS,
    WHERE,
)
from tests.controls.family import sealed, taipei

POLICY = POLICIES[0]
NOW = taipei(2, 18, 10)
DAY = timedelta(days=1)
NEW_PASSWORD = UUID("5b7ec700-0006-4000-8000-000000000006")
LINK_SENT = sealed(HOLDER, LINK)


def invited():
    return Account.invite(
        sealed(HOLDER, HOLDERS_NAME), RIGHTS, COUNTY, account_id=ACCOUNT, invitation=LINK_SENT, policy=POLICY, now=NOW
    )


def active():
    account = invited()
    account.activate(PASSWORD, NOW)
    return account


def disabled():
    account = active()
    account.disable(DisabledReason.LEFT, NOW)
    return account


def told(account):
    """The last event that the account has to tell."""
    return account.collect_events()[-1]


def test_an_invitation_waits_seven_days_and_is_recalled_after_five():
    account = invited()
    assert (account.status, account.password) == (AccountStatus.INVITED, None)
    assert (account.expires_at, account.remind_at) == (NOW + 7 * DAY, NOW + 5 * DAY)
    event = told(account)
    assert isinstance(event, events.AccountInvited)
    assert (event.holder, event.rights, event.county) == (sealed(HOLDER, HOLDERS_NAME), RIGHTS, COUNTY)


@pytest.mark.parametrize(
    ("account", "at", "objection"),
    [
        (invited, NOW + 7 * DAY - timedelta(microseconds=1), None),
        (invited, NOW + 7 * DAY, refusals.InvitationExpired),
        (active, NOW, refusals.InvitationUsed),
        (disabled, NOW, refusals.AccountIsDisabled),
    ],
)
def test_a_link_is_good_until_it_is_used_late_or_withdrawn(account, at, objection):
    found = account().objection_to_link(at)
    assert found is None if objection is None else isinstance(found, objection)


def test_an_expired_invitation_can_be_sent_again_with_another_link():
    account = invited()
    account.expire(NOW + 7 * DAY)
    assert account.status is AccountStatus.EXPIRED
    other = sealed(HOLDER, Secret("another"))
    account.resend(other, POLICY, NOW + 8 * DAY)
    assert (account.status, account.invitation) == (AccountStatus.INVITED, other)
    assert (account.expires_at, account.remind_at) == (NOW + 15 * DAY, NOW + 13 * DAY)


@pytest.mark.parametrize("account", [active, disabled])
def test_what_is_no_invitation_any_more_is_neither_sent_nor_ended_nor_recalled(account):
    with pytest.raises(refusals.InvitationNotOpen):
        account().resend(LINK_SENT, POLICY, NOW)
    with pytest.raises(refusals.InvitationNotOpen):
        account().expire(NOW + 30 * DAY)
    with pytest.raises(refusals.ReminderNotDue):
        account().remind(NOW + 5 * DAY)


def test_a_reminder_is_sent_once_on_its_day_with_the_same_link():
    account = invited()
    with pytest.raises(refusals.ReminderNotDue):
        account.remind(NOW + 5 * DAY - timedelta(microseconds=1))
    account.remind(NOW + 5 * DAY)
    event = told(account)
    assert (event.invitation, event.expires_at) == (LINK_SENT, NOW + 7 * DAY)
    with pytest.raises(refusals.ReminderNotDue):
        account.remind(NOW + 6 * DAY)


def test_an_invitation_does_not_end_before_its_time():
    with pytest.raises(refusals.InvitationStillOpen) as refused:
        invited().expire(NOW + 6 * DAY)
    assert refused.value.params["until"] == NOW + 7 * DAY


def test_a_password_that_is_changed_takes_the_place_of_the_former_and_of_an_open_reset():
    account = active()
    account.request_reset(LINK_SENT, POLICY, NOW)
    assert account.objection_to_reset(NOW + timedelta(minutes=59)) is None
    assert isinstance(account.objection_to_reset(NOW + timedelta(hours=1)), refusals.ResetExpired)
    account.change_password(NEW_PASSWORD, PasswordCause.RESET, NOW)
    assert (account.password, account.passwords) == (NEW_PASSWORD, (PASSWORD, NEW_PASSWORD))
    assert isinstance(account.objection_to_reset(NOW), refusals.ResetExpired)


@pytest.mark.parametrize("account", [invited, disabled])
def test_only_an_active_account_has_a_password_to_change(account):
    with pytest.raises(refusals.AccountNotActive):
        account().request_reset(LINK_SENT, POLICY, NOW)
    with pytest.raises(refusals.AccountNotActive):
        account().change_password(NEW_PASSWORD, PasswordCause.CHANGED, NOW)


def test_a_disabled_account_forgets_an_open_reset_and_is_enabled_as_it_was():
    account = active()
    account.request_reset(LINK_SENT, POLICY, NOW)
    account.disable(DisabledReason.SECURITY, NOW)
    assert isinstance(account.objection_to_reset(NOW), refusals.AccountIsDisabled)
    with pytest.raises(refusals.AccountIsDisabled):
        account.disable(DisabledReason.LEFT, NOW)
    with pytest.raises(refusals.AccountIsDisabled):
        account.change_rights(MANAGERS_RIGHTS, COUNTY, NOW)
    account.enable(NOW)
    assert (account.status, account.password, account.reset) == (AccountStatus.ACTIVE, PASSWORD, None)
    with pytest.raises(refusals.AccountNotDisabled):
        account.enable(NOW)


def test_a_withdrawn_invitation_that_is_enabled_waits_again():
    account = invited()
    account.disable(DisabledReason.MISTAKE, NOW)
    account.enable(NOW)
    assert account.status is AccountStatus.INVITED


def test_other_rights_hold_at_once():
    account = active()
    account.change_rights(MANAGERS_RIGHTS, "高雄市", NOW)
    assert (account.rights, account.county) == (MANAGERS_RIGHTS, "高雄市")


# Sessions ----------------------------------------------------------------------------------------------------------


def session(rights=RIGHTS, proof=None):
    proof = proof or Proof(Assurance.PASSWORD, f"password/{PASSWORD}")
    return Session.open(HOLDER, ACCOUNT, rights, (proof,), where=sealed(HOLDER, WHERE), ends_at=NOW + DAY, now=NOW)


def with_another_password():
    account = active()
    account.change_password(NEW_PASSWORD, PasswordCause.CHANGED, NOW)
    return account


def with_other_rights():
    account = active()
    account.change_rights(Rights(Role.BUREAU_OFFICER, jurisdiction="高雄市"), "高雄市", NOW)
    return account


@pytest.mark.parametrize(
    ("account", "end"),
    [
        (active, None),
        (disabled, SessionEnd.ACCOUNT_DISABLED),
        (with_other_rights, SessionEnd.RIGHTS_CHANGED),
        (with_another_password, SessionEnd.PASSWORD_CHANGED),
    ],
)
def test_a_session_is_void_by_what_its_account_has_become(account, end):
    assert session().void_by(account()) == end


def test_another_password_leaves_a_session_that_came_in_by_card():
    assert session(proof=Proof(Assurance.CARD_PIN, "certificate/1")).void_by(with_another_password()) is None


def test_a_session_is_closed_once():
    opened = session()
    opened.close(SessionEnd.SIGNED_OUT, NOW)
    opened.close(SessionEnd.SIGNED_OUT_EVERYWHERE, NOW)
    ended = [event for event in opened.collect_events() if isinstance(event, events.SessionClosed)]
    assert [event.end for event in ended] == [SessionEnd.SIGNED_OUT]


def test_a_session_that_is_proved_further_keeps_both_proofs():
    opened = session()
    opened.prove(Proof(Assurance.CARD_PIN, "certificate/1"), NOW)
    assert [proof.assurance for proof in opened.proofs] == [Assurance.PASSWORD, Assurance.CARD_PIN]


# Passwords ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "refusal"),
    [(14, refusals.PasswordTooShort), (15, None), (128, None), (129, refusals.PasswordTooLong)],
)
def test_a_password_has_15_to_128_characters(length, refusal):
    objection = objection_to_length("字" * length, POLICY)
    assert objection is None if refusal is None else isinstance(objection, refusal)


@pytest.mark.parametrize(
    ("password", "tells"),
    [
        ("officer@example.tw", True),
        ("Officer@Example.TW 1", True),
        ("xiaoming.wang99", True),
        ("caretrail2025!!", True),
        ("we walk to caretrail each morning", False),
        ("my dog ate three sausages", False),
    ],
)
def test_a_password_is_not_made_of_the_account_or_the_service(password, tells):
    emails = ("officer@example.tw", "xiaoming.wang@example.tw")
    assert any(objection_to_context(password, email) for email in emails) == tells


def test_composed_and_decomposed_letters_are_one_password():
    assert normalised("café") == normalised("cafe\N{COMBINING ACUTE ACCENT}")
