"""健保卡註冊註銷: a card that opens nothing more, and the sessions that it had opened."""

from __future__ import annotations

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
    """註銷 of the caller's own; what it had opened is closed by the process that follows."""
    credential = None if principal.subject is None else credential_of(desk, principal.subject)
    if credential is None:
        raise refusals.NhiCardNotRegistered
    credential.remove(now)
    return Decision(Outcome(credential.id, credential.version), [credential])


def close_void_nhi_sessions(desk: Desk, command: CloseVoidNhiSessions, _: Principal, now: datetime) -> Decision:
    """Whatever happened to the card, nobody is in by what no longer holds; and the log tells of each."""
    credential = desk.store.load(NhiCredential, command.credential)

    def end_of(session: OpenSession) -> SessionEnd | None:
        return credential.end_of(desk.store.load(Session, session.id))

    return review(desk, desk.entrance.sessions.of_person(credential.subject), end_of, now)
