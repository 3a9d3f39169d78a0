"""登出: ending one's own sessions, and those of an account to which something happened."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.identity.application.accounts.answers import OwnSession
from services.identity.application.accounts.people import account
from services.identity.application.capacities import centre_id
from services.identity.application.cards.reviewing import of_forgotten
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.records import ForgottenSubject
from services.identity.domain.accounts.session import Session
from services.identity.domain.registry.institution import institution_id
from services.identity.events import SessionEnd, Whereabouts
from shared.application import Decision, Outcome, Result
from shared.application.forgetting import FORGOTTEN, told

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import CloseVoidSessions, RecordForgotten, SignOut, SignOutEverywhere
    from shared.principal import Principal


def own_sessions(desk: Desk, principal: Principal, now: datetime) -> list[OwnSession]:
    """The caller's open sessions, the one seen last first: when, from where, with which browser."""
    found = desk.entrance.sessions.of(_owner(principal), now)
    desk.vault.prepare(session.subject for session in found)
    return [
        OwnSession(
            session.id,
            session.opened_at,
            session.seen_at,
            session.ends_at,
            tuple(sorted(session.principal.assurances)),
            desk.vault.open(session.place, Whereabouts),
        )
        for session in found
    ]


def sign_out(desk: Desk, command: SignOut, principal: Principal, now: datetime) -> Decision:
    """登出: closed before it is told, so that its token is refused from now on."""
    own = {session.id for session in desk.entrance.sessions.of(_owner(principal), now)}
    if command.session not in own:
        raise refusals.SessionNotYours("session")
    desk.entrance.sessions.close(command.session, SessionEnd.SIGNED_OUT)
    told = desk.store.load(Session, command.session)
    told.close(SessionEnd.SIGNED_OUT, now)
    return Decision(Outcome(told.id, told.version), [told])


def sign_out_everywhere(desk: Desk, _: SignOutEverywhere, principal: Principal, now: datetime) -> Decision:
    """登出所有裝置, this one too."""
    owner = _owner(principal)
    desk.entrance.sessions.close_all(owner, SessionEnd.SIGNED_OUT_EVERYWHERE)
    return _telling_of_the_ended(desk, owner, now)


def close_void_sessions(desk: Desk, command: CloseVoidSessions, _: Principal, now: datetime) -> Decision:
    """Whatever happened to the account, nobody is in by what no longer holds; and the log tells of each."""
    found = account(desk, command.account_id)
    for session in desk.entrance.sessions.of(found.id, now):
        end = desk.store.load(Session, session.id).void_by(found)
        if end is not None:
            desk.entrance.sessions.close(session.id, end)
    return _telling_of_the_ended(desk, found.id, now)


def record_forgotten(desk: Desk, command: RecordForgotten, _: Principal, now: datetime) -> Decision:
    """The vault has forgotten a person, and the log may not know; nobody is in, or comes in, as that person."""
    desk.entrance.sessions.close_all(command.subject, SessionEnd.FORGOTTEN)
    desk.entrance.passwords.drop(command.subject)
    known = desk.store.holder_of(FORGOTTEN, str(command.subject))
    if known is not None:
        return Decision(Outcome(known, ForgottenSubject.INITIAL_VERSION, result=Result.UNCHANGED))
    record = ForgottenSubject.record(command.subject, command.ground, now)
    cards = of_forgotten(desk, command.subject, command.ground, now)
    return Decision(
        Outcome(record.id, record.version),
        [record, *cards.changed],
        reserve=[told(command.subject, record.id)],
        release=cards.release,
        beforehand=cards.beforehand,
    )


def _telling_of_the_ended(desk: Desk, owner: UUID, now: datetime) -> Decision:
    """What the log tells of sessions that were ended; those it has told of already are left out."""
    changed = []
    for session_id, end in desk.entrance.sessions.ended_of(owner):
        told = desk.store.load(Session, session_id)
        if told.is_open:
            told.close(end, now)
            changed.append(told)
    result = Result.DONE if changed else Result.UNCHANGED
    return Decision(Outcome(owner, len(changed), result=result), changed)


def _owner(principal: Principal) -> UUID:
    """Whose sessions these are: an account's, a person's, an institution's or a centre's."""
    kind, _, owner = principal.id.partition("/")
    match kind:
        case "account" | "phone" | "person":
            return UUID(owner)
        case "institution":
            return institution_id(owner)
        case "centre":
            return centre_id(owner)
    raise refusals.VisitorHasNoSession
