"""健保卡註冊註銷: a card that opens nothing more, and the sessions that it had opened."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.identity.application.cards.reviewing import review
from services.identity.application.nhi_cards.lookups import credential_of
from services.identity.domain.accounts.session import Session
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.credential import NhiCredential
from shared.application import Decision, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.sessions import OpenSession
    from services.identity.application.desk import Desk
    from services.identity.commands.nhi_cards import CloseVoidNhiSessions, RemoveNhiCard
    from services.identity.events import SessionEnd
    from shared.principal import Principal


def remove_nhi_card(desk: Desk, _: RemoveNhiCard, principal: Principal, now: datetime) -> Decision:
    """註銷 of the caller's own; whoever is in by it, is out."""
    credential = None if principal.subject is None else credential_of(desk, principal.subject)
    if credential is None:
        raise refusals.NhiCardNotRegistered
    credential.remove(now)
    close_void(desk, credential)
    return Decision(Outcome(credential.id, credential.version), [credential])


def close_void_nhi_sessions(desk: Desk, command: CloseVoidNhiSessions, _: Principal, now: datetime) -> Decision:
    """Whatever happened to the card, nobody is in by what no longer holds; and the log tells of each."""
    credential = desk.store.load(NhiCredential, command.credential)
    sessions = desk.entrance.sessions.of_person(credential.subject)
    return review(desk, sessions, partial(_end_of, desk, credential), now)


def close_void(desk: Desk, credential: NhiCredential) -> None:
    """End at once what the card would not open any more; the process that follows tells of it."""
    for session in desk.entrance.sessions.of_person(credential.subject):
        end = _end_of(desk, credential, session)
        if end is not None:
            desk.entrance.sessions.close(session.id, end)


def _end_of(desk: Desk, credential: NhiCredential, session: OpenSession) -> SessionEnd | None:
    return credential.end_of(desk.store.load(Session, session.id))
