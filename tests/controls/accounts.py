"""One canonical example of every event of accounts: an officer of a bureau, a parent, and their sessions.

`EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from services.identity import events
from shared.principal import Assurance, Role
from shared.sealing import SubjectId
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, sealed, taipei

EXAMPLES = {}
"""Builders by event type."""

ACCOUNT = UUID("5b7ec700-0006-4000-8000-000000000001")
SESSION = UUID("5b7ec700-0006-4000-8000-000000000002")
ATTEMPT = UUID("5b7ec700-0006-4000-8000-000000000003")
RECORD = UUID("5b7ec700-0006-4000-8000-000000000004")
PASSWORD = UUID("5b7ec700-0006-4000-8000-000000000005")
NEW_PASSWORD = UUID("5b7ec700-0006-4000-8000-000000000006")
HOLDER = SubjectId(UUID("5b7ec700-0006-4000-8000-000000000007"))
PARENT = SubjectId(UUID("5b7ec700-0006-4000-8000-000000000008"))
INVITED_AT = taipei(2, 18, 10)
ACTIVATED_AT = taipei(2, 19, 9)
INVITATION_RESENT_AT = taipei(2, 20, 9)
INVITATION_REMINDED_AT = taipei(2, 23, 10)
INVITATION_EXPIRED_AT = taipei(2, 25, 10)
ACCOUNT_RIGHTS_CHANGED_AT = taipei(3, 3, 9)
ACCOUNT_RIGHTS_ADJUSTED_AT = taipei(3, 3, 12)
ACCOUNT_DISABLED_AT = taipei(3, 4, 9)
ACCOUNT_ENABLED_AT = taipei(3, 5, 9)
PASSWORD_RESET_REQUESTED_AT = taipei(3, 6, 9)
PASSWORD_CHANGED_AT = taipei(3, 6, 9, 5)
CODE_ISSUED_AT = taipei(2, 18, 16)
CODE_VERIFIED_AT = taipei(2, 18, 16, 1)
LOGIN_REFUSED_AT = taipei(2, 20, 10)
LOCKED_OUT_AT = taipei(2, 20, 10, 5)
SESSION_PROOF_ADDED_AT = taipei(2, 19, 10)
SESSION_CLOSED_AT = taipei(2, 19, 11)
SUBJECT_FORGOTTEN_AT = taipei(4, 1, 9)
COUNTY = "新北市"
RIGHTS = events.Rights(Role.BUREAU_OFFICER, jurisdiction=COUNTY)
MANAGERS_RIGHTS = events.Rights(Role.BUREAU_MANAGER, jurisdiction=COUNTY)
CLINICS_RIGHTS = events.Rights(Role.CASE_MANAGER, BANQIAO_CLINIC, (BANQIAO_DOCTOR,))
HOLDERS_NAME = events.AccountHolder("王小明", "officer@example.tw")
WHERE = events.Whereabouts("203.0.113.7", "Firefox, Windows")
LINK = events.Secret("W37HAAAGQACAAAAAAAAAAQ==")
PROOF = events.Proof(Assurance.PASSWORD, f"password/{PASSWORD}")


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def _first(aggregate, originator_id, at):
    return {
        "originator_id": originator_id,
        "originator_version": 1,
        "timestamp": at,
        "originator_topic": f"identity.{aggregate}",
    }


def _next(version, at, originator_id=ACCOUNT):
    return {"originator_id": originator_id, "originator_version": version, "timestamp": at}


def _holder():
    return {"subject": HOLDER, "holder": sealed(HOLDER, HOLDERS_NAME)}


def _link(at):
    return {
        "invitation": sealed(HOLDER, LINK),
        "expires_at": at + timedelta(days=7),
        "remind_at": at + timedelta(days=5),
    }


@example
def account_invited(**changes):
    facts = {**_first("Account", ACCOUNT, INVITED_AT), **_holder(), **_link(INVITED_AT)}
    return events.AccountInvited(**{**facts, "rights": RIGHTS, "county": COUNTY, **changes})


@example
def invitation_resent(version=2, at=INVITATION_RESENT_AT, **changes):
    return events.InvitationResent(**{**_next(version, at), **_holder(), **_link(at), **changes})


@example
def invitation_reminded(version=2, at=INVITATION_REMINDED_AT):
    invitation = {"invitation": sealed(HOLDER, LINK), "expires_at": INVITED_AT + timedelta(days=7)}
    return events.InvitationReminded(**_next(version, at), **_holder(), **invitation)


@example
def invitation_expired(version=3, at=INVITATION_EXPIRED_AT):
    return events.InvitationExpired(**_next(version, at))


@example
def account_activated(version=2, at=ACTIVATED_AT):
    return events.AccountActivated(**_next(version, at), password=PASSWORD)


@example
def account_rights_changed(version=3, at=ACCOUNT_RIGHTS_CHANGED_AT, rights=MANAGERS_RIGHTS):
    return events.AccountRightsChanged(**_next(version, at), rights=rights, county=COUNTY)


@example
def account_rights_adjusted(version=3, at=ACCOUNT_RIGHTS_ADJUSTED_AT, rights=CLINICS_RIGHTS, withheld=("D0000002",)):
    return events.AccountRightsAdjusted(**_next(version, at), **_holder(), rights=rights, withheld=withheld)


@example
def account_disabled(version=3, at=ACCOUNT_DISABLED_AT, reason=events.DisabledReason.LEFT):
    return events.AccountDisabled(**_next(version, at), **_holder(), reason=reason)


@example
def account_enabled(version=4, at=ACCOUNT_ENABLED_AT):
    return events.AccountEnabled(**_next(version, at), **_holder())


@example
def password_reset_requested(version=3, at=PASSWORD_RESET_REQUESTED_AT):
    reset = {"reset": sealed(HOLDER, LINK), "expires_at": at + timedelta(hours=1)}
    return events.PasswordResetRequested(**_next(version, at), **_holder(), **reset)


@example
def password_changed(version=4, at=PASSWORD_CHANGED_AT, cause=events.PasswordCause.RESET):
    return events.PasswordChanged(**_next(version, at), **_holder(), password=NEW_PASSWORD, cause=cause)


@example
def code_issued(at=CODE_ISSUED_AT, **changes):
    facts = {
        "subject": PARENT,
        "purpose": events.CodePurpose.LOG_IN,
        "code": sealed(PARENT, events.OneTimeCode("204815", "0912345678")),
        "where": sealed(PARENT, WHERE),
        "expires_at": at + timedelta(minutes=5),
    }
    return events.CodeIssued(**_first("CodeAttempt", ATTEMPT, at), **{**facts, **changes})


@example
def code_verified(version=2, at=CODE_VERIFIED_AT):
    return events.CodeVerified(**_next(version, at, ATTEMPT), subject=PARENT, purpose=events.CodePurpose.LOG_IN)


def _tried():
    return {"way": events.Way.PASSWORD, "subject": HOLDER, "account": ACCOUNT, "where": sealed(HOLDER, WHERE)}


@example
def login_refused(at=LOGIN_REFUSED_AT, record=RECORD, **changes):
    facts = {**_first("RefusedLogin", record, at), **_tried(), "reason": "password-wrong", **changes}
    return events.LoginRefused(**facts)


@example
def locked_out(at=LOCKED_OUT_AT, record=RECORD, **changes):
    facts = {**_first("Lock", record, at), **_tried(), "until": at + timedelta(minutes=15), **changes}
    return events.LockedOut(**facts)


@example
def session_opened(at=ACTIVATED_AT, session=SESSION, **changes):
    facts = {
        **_first("Session", session, at),
        "subject": HOLDER,
        "account": ACCOUNT,
        "rights": RIGHTS,
        "proofs": (PROOF,),
        "where": sealed(HOLDER, WHERE),
        "ends_at": at + timedelta(hours=12),
    }
    return events.SessionOpened(**{**facts, **changes})


@example
def session_proof_added(version=2, at=SESSION_PROOF_ADDED_AT):
    return events.SessionProofAdded(
        **_next(version, at, SESSION), proof=events.Proof(Assurance.CARD_PIN, "certificate/1")
    )


@example
def session_closed(version=3, at=SESSION_CLOSED_AT, session=SESSION, end=events.SessionEnd.SIGNED_OUT):
    return events.SessionClosed(**_next(version, at, session), subject=HOLDER, account=ACCOUNT, end=end)


@example
def subject_forgotten(at=SUBJECT_FORGOTTEN_AT, subject=HOLDER):
    return events.SubjectForgotten(
        **_first("ForgottenSubject", RECORD, at), subject=subject, ground="個人資料保護法第11條第3項"
    )
