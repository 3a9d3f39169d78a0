"""失效身分: sessions that what somebody may be by now would not open any more are ended, and the log tells of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from services.identity.application.accounts.people import ACCOUNT
from services.identity.application.capacities.sources import card_of_source, source_of_card
from services.identity.application.cards.ending import end_entries
from services.identity.application.cards.entries import cards_bound_to, cards_held_by
from services.identity.application.cards.giving import of_card
from services.identity.application.registry.personnel import practitioners_of
from services.identity.application.session_sources import of_sources
from services.identity.domain.accounts.session import Session
from services.identity.events import CardEnd, CardHolder, HolderKind, SessionEnd
from shared.application import Decision, Outcome, Result
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from services.identity.application.accounts.sessions import OpenSession
    from services.identity.application.cards.entries import Entry
    from services.identity.application.desk import Desk
    from services.identity.commands.cards import CloseVoidCapacities, CloseVoidSessionsOfCard
    from shared.principal import Principal

    EndOf = Callable[[OpenSession], SessionEnd | None]
    """What became of a session, so that it has to end; None of one that goes on."""


def close_void_capacities(desk: Desk, command: CloseVoidCapacities, _: Principal, now: datetime) -> Decision:
    """The register has changed about a holder: whoever is in as what they are no longer, is out."""
    return review(desk, _sessions_of(desk, command.holder), partial(_void, desk, now), now)


def close_void_sessions_of_card(desk: Desk, command: CloseVoidSessionsOfCard, _: Principal, now: datetime) -> Decision:
    """A card was withdrawn, or unbound from an account."""
    return review(desk, desk.entrance.sessions.via(source_of_card(command.card)), partial(_void, desk, now), now)


def review(desk: Desk, sessions: Iterable[OpenSession], end_of: EndOf, now: datetime) -> Decision:
    """End those of them that have to end, and tell of those that were ended without being told of."""
    changed = []
    for session in sessions:
        end = session.ended or end_of(session)
        if end is None:
            continue
        desk.entrance.sessions.close(session.id, end)
        told = desk.store.load(Session, session.id)
        told.close(end, now)
        if told.pending_events:
            changed.append(told)
    result = Result.DONE if changed else Result.UNCHANGED
    owner = changed[0].id if changed else UUID(int=0)
    return Decision(Outcome(owner, len(changed), result=result), changed)


def counts_in(desk: Desk, session: OpenSession, card: SubjectId, now: datetime) -> bool:
    """Whether the card is one of whoever this session is of, so that it proves something of them."""
    held = of_card(desk, card, now, session.account).held
    return session.principal.id in {one.principal_id for one in held}


def of_forgotten(desk: Desk, subject: SubjectId, ground: str, now: datetime) -> Decision:
    """A person was forgotten: their cards count no longer, and the vault forgets which cards they were."""
    holders = [CardHolder(HolderKind.PERSON, str(subject))]
    holders += [CardHolder(HolderKind.PRACTITIONER, one.number) for one in practitioners_of(desk, subject)]
    account = desk.store.holder_of(ACCOUNT, str(subject))
    bindings = [] if account is None else cards_bound_to(desk, account)
    entries: list[Entry] = [*cards_held_by(desk, holders), *bindings]
    ended = end_entries(desk, entries, CardEnd.FORGOTTEN, now, ground=ground)
    outcome = Outcome(subject, len(entries))
    return Decision(outcome, entries, release=ended.release, beforehand=ended.beforehand)


def _sessions_of(desk: Desk, holder: CardHolder) -> list[OpenSession]:
    sessions = desk.entrance.sessions
    match holder.kind:
        case HolderKind.PRACTITIONER:
            return sessions.acting_for(holder.key)
        case HolderKind.PERSON:
            return sessions.of_person(SubjectId(UUID(holder.key)))
        case _:
            return sessions.at(holder.key)


def _void(desk: Desk, now: datetime, session: OpenSession) -> SessionEnd | None:
    """What became of the capacity since, so that the session would not be opened any more."""
    capacity = of_sources(desk, session.via, now, session.account).of_key(session.capacity)
    if capacity is None:
        return SessionEnd.CAPACITY_ENDED
    who = session.principal
    same = capacity.principal(who.assurances)
    rights = (same.role, same.institution, same.acts_for, same.jurisdiction, same.services)
    if rights != (who.role, who.institution, who.acts_for, who.jurisdiction, who.services):
        return SessionEnd.RIGHTS_CHANGED
    cards = [card for card in map(card_of_source, session.via) if card is not None]
    if not all(counts_in(desk, session, card, now) for card in cards):
        return SessionEnd.CARD_WITHDRAWN
    return None
