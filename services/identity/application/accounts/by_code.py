"""手機驗證: a code by SMS, or to a new contact by mail; the session that it opens, or proves further (IDENTITY §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.accounts.answers import CodeSent, SignedIn
from services.identity.application.accounts.code_desk import Applicant
from services.identity.application.accounts.destinations import Destination
from services.identity.application.accounts.opening import Arrival, open_session, prove, prove_contact
from services.identity.application.accounts.origins import answer_from, contact_windows, origin_of, send_windows
from services.identity.application.accounts.people import phone, whereabouts
from services.identity.application.accounts.telling import tell, tell_refused, turned_away
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.codes import Verdict
from services.identity.domain.accounts.records import CodeAttempt, RefusedLogin, Tried
from services.identity.events import CodePurpose, OneTimeCode, Proof, Way
from shared.access import FAMILY, objection_to
from shared.principal import Assurance
from shared.refusals import ChoiceUnknown, PersonGone, Refusal
from shared.taiwan.text import folded
from shared.vault.contact_digests import digest_of_email, digest_of_mobile

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.code_desk import Entered, Issued
    from services.identity.application.accounts.origins import Origin
    from services.identity.application.accounts.sessions import OpenSession
    from services.identity.application.accounts.windows import Window
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Answered, Client, RequestCode, VerifyCode
    from shared.principal import Principal
    from shared.sealing import SubjectId


_PURPOSES = frozenset({CodePurpose.LOG_IN, CodePurpose.STEP_UP, CodePurpose.NEW_CONTACT})
"""What a code to a phone or mail address alone is good for."""


class Sending(NamedTuple):
    """A code that somebody asked for: to whom, what for, from where; and what is told where it goes to nobody."""

    applicant: Applicant
    purpose: CodePurpose
    client: Client
    unknown: RefusedLogin


def request_code(desk: Desk, command: RequestCode, principal: Principal, now: datetime) -> CodeSent:
    """A code is made and told of, or it is only answered that it was."""
    to, session = Destination.of(command), _session(desk, command, now)
    user = to.key(desk.entrance.keys)
    origin = origin_of(desk, user, command.client, now)
    _count(desk, command, user, origin, session, now)
    # Not before it was counted: nobody fills the vault with made-up phones.
    subject = _subject(desk, command.purpose, to, session)
    applicant = Applicant(to, user, origin.key, subject, session.id if session else None)
    unknown = RefusedLogin.record(Tried(Way.CODE), "phone-unknown", now)
    return send_code(desk, Sending(applicant, command.purpose, command.client, unknown), principal, now)


def verify_code(desk: Desk, command: VerifyCode, principal: Principal, now: datetime) -> SignedIn:
    """The code is compared and consumed; the right one opens a session, or proves the open one further."""
    entrance = desk.entrance
    session = entrance.sessions.find(command.session, now).id if command.session else None
    policy = entrance.policy(now)
    entered = entrance.codes.enter(
        command.attempt, session, folded(command.code), purposes=_PURPOSES, now=now, policy=policy
    )
    if entered.verdict is not Verdict.RIGHT or entered.subject is None:
        raise code_refused(desk, Way.CODE, entered, command.client, now)
    attempt = verified(desk, entered, principal, now)
    proof = Proof(Assurance.OTP, f"code/{entered.attempt_id}")
    if entered.purpose is CodePurpose.STEP_UP:
        return prove(desk, command.session, proof, now)
    code = desk.vault.open(attempt.code, OneTimeCode)
    if code is None:  # forgotten at this very moment
        raise PersonGone
    if entered.purpose is CodePurpose.NEW_CONTACT:
        return prove_contact(desk, command.session, _digest(desk, code), now)
    arrival = Arrival.of_parent(entrance.keys, entered.subject, code.mobile, proof, command.client)
    return open_session(desk, arrival, now)


def send_code(desk: Desk, sending: Sending, principal: Principal, now: datetime) -> CodeSent:
    """A code is made and told of, or only a refusal is; the answer is the same."""
    policy, applicant = desk.entrance.policy(now), sending.applicant
    issued = desk.entrance.codes.issue(applicant, sending.purpose, now, policy)
    tell(desk, principal, now, _record(desk, sending, issued, now))
    resend_at = now + policy.resend.period
    return CodeSent(issued.attempt, issued.expires_at, resend_at, policy.code_digits, policy.code_tries)


def verified(desk: Desk, entered: Entered, principal: Principal, now: datetime) -> CodeAttempt:
    """The attempt whose code was entered rightly, told."""
    attempt = desk.store.load(CodeAttempt, entered.attempt_id)
    attempt.verify(now)
    tell(desk, principal, now, attempt)
    return attempt


def count_send(  # noqa: PLR0913, PLR0917 - by which way, to whom, from where, how often, after which answer, when
    desk: Desk,
    way: Way,
    user: bytes,
    origin: Origin,
    windows: list[Window],
    question: Answered | None,
    now: datetime,
) -> None:
    """One more to these; refuses where a wait or the question comes first."""
    entrance = desk.entrance
    try:
        answer = answer_from(desk, question, origin, now)
        refusals.heed(entrance.codes.objection_to_issuing(user, origin.key, now))
        entrance.windows.count(windows, answer, now)
    except Refusal as refusal:
        raise turned_away(way, refusal) from None


def _session(desk: Desk, command: RequestCode, now: datetime) -> OpenSession | None:
    """The open session in which something is to be proved; a new contact is proved by a family only."""
    if command.purpose not in _PURPOSES:
        raise ChoiceUnknown("purpose", choices=tuple(sorted(_PURPOSES)))
    if command.purpose is CodePurpose.LOG_IN:
        return None
    session = desk.entrance.sessions.find(command.session, now)
    if command.purpose is CodePurpose.NEW_CONTACT:
        refusals.heed(objection_to(session.principal, (FAMILY,)))
    return session


def _subject(desk: Desk, purpose: CodePurpose, to: Destination, session: OpenSession | None) -> SubjectId | None:
    """A parent is whoever has the phone; an open session is proved further by its own person's phone only.

    A new contact is still the business of whoever asks for it: it becomes nobody's before the code is entered.
    """
    if session is None:
        return desk.vault.subject_for([phone(to.mobile)])
    if purpose is CodePurpose.NEW_CONTACT:
        return session.subject
    own = desk.vault.find(phone(to.mobile)) == desk.vault.resolve(session.subject)
    return session.subject if own else None


def _digest(desk: Desk, code: OneTimeCode) -> str:
    """Of the contact that was proved, as a principal carries it."""
    return digest_of_email(desk.vault, code.email) if code.email else digest_of_mobile(desk.vault, code.mobile)


def _count(  # noqa: PLR0913, PLR0917 - what is asked, by whom, to where, from where, when
    desk: Desk, command: RequestCode, user: bytes, origin: Origin, session: OpenSession | None, now: datetime
) -> None:
    """One more to this phone and from this place; refuses where a wait or the question comes first."""
    entrance, policy = desk.entrance, desk.entrance.policy(now)
    windows = send_windows(user, origin, policy)
    if session is not None and command.purpose is CodePurpose.NEW_CONTACT:
        windows = contact_windows(user, entrance.keys.asker(session.subject), origin, policy)
    count_send(desk, Way.CODE, user, origin, windows, command.question, now)


def _record(desk: Desk, sending: Sending, issued: Issued, now: datetime) -> CodeAttempt | RefusedLogin:
    """What is told: a code to be sent, or why none is."""
    applicant, subject = sending.applicant, sending.applicant.subject
    if subject is None:
        return sending.unknown
    return CodeAttempt.issue(
        issued.attempt_id,
        sending.purpose,
        desk.vault.seal(subject, OneTimeCode(issued.code, *applicant.to)),
        where=whereabouts(desk, subject, sending.client),
        expires_at=issued.expires_at,
        now=now,
    )


def code_refused(desk: Desk, way: Way, entered: Entered, client: Client, now: datetime) -> Refusal:
    """Why what was entered is not taken, noted or told."""
    match entered.verdict:
        case Verdict.USED:
            return turned_away(way, refusals.CodeUsed("code"))
        case Verdict.USED_UP:
            return turned_away(way, refusals.CodeUsedUp("code"))
        case Verdict.EXPIRED:
            return turned_away(way, refusals.CodeExpired("code"))
        case Verdict.LOCKED:
            return turned_away(way, refusals.LockedOut(until=entered.locked_until))
    where = None if entered.subject is None else whereabouts(desk, entered.subject, client)
    refusal = refusals.CodeWrong("code")
    tried = Tried(way, entered.subject, where=where)
    locked = entered.locked_until if entered.locked_until is not None and now < entered.locked_until else None
    tell_refused(desk, tried, refusal.code, locked, now)
    return refusal
