"""切換身分: what somebody may go on as in an open session, whichever card or person opened it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.identity.application.accounts.answers import OwnCapacity
from services.identity.application.accounts.opening import Arrival, end_session, open_session
from services.identity.application.session_sources import of_sources
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.accounts.session import Session
from services.identity.domain.cards import refusals
from services.identity.domain.cards.access import BY_CARD
from services.identity.events import SessionEnd

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.answers import SignedIn
    from services.identity.application.accounts.sessions import OpenSession
    from services.identity.application.desk import Desk
    from services.identity.commands.cards import TakeCapacity
    from shared.principal import Principal


def take_capacity(desk: Desk, command: TakeCapacity, _: Principal, now: datetime) -> SignedIn:
    """切換身分: another session with the proofs of this one that are of the person, and ends no later than this one.

    Refuses with `SessionUnknown` where this one was ended, or its capacity changed, at this very moment. It stays open
    until the other one is, under a token that nobody has: whoever ends it meanwhile ends the other one too.
    """
    present = desk.entrance.sessions.find(command.session, now)
    found = of_sources(desk, present.via, now, present.account)
    capacity = found.of_key(command.capacity)
    if capacity is None:
        raise refusals.CapacityUnknown("capacity")
    told = desk.store.load(Session, present.id)
    proofs = tuple(proof for proof in told.proofs if proof.assurance in BY_CARD)
    arrival = Arrival(capacity, proofs, command.client, via=present.via, until=present.ends_at)
    sessions = desk.entrance.sessions
    sessions.take(command.session)
    try:
        signed_in = _open_instead(desk, present, arrival, now)
    finally:
        sessions.name_ended(present.id, command.session)
    return replace(signed_in, may_choose=len(found.held) > 1)


def _open_instead(desk: Desk, present: OpenSession, arrival: Arrival, now: datetime) -> SignedIn:
    """The other session; the present one is ended, whatever becomes of the other."""
    try:
        signed_in = open_session(desk, arrival, now)
    except Exception:
        end_session(desk, present.id, present.principal, SessionEnd.CAPACITY_CHANGED, now)
        raise
    if not end_session(desk, present.id, present.principal, SessionEnd.CAPACITY_CHANGED, now):
        # Whoever ended it did so perhaps before the other one was there to be ended.
        end = dict(desk.entrance.sessions.ended_of(present.owner)).get(present.id, SessionEnd.SIGNED_OUT_EVERYWHERE)
        end_session(desk, signed_in.session_id, present.principal, end, now)
        raise account_refusals.SessionUnknown
    return signed_in


def own_capacities(desk: Desk, session: str, now: datetime) -> list[OwnCapacity]:
    """身分: what may be taken in the open session of this token; nothing in one that no card or person opened."""
    present = desk.entrance.sessions.find(session, now)
    return [
        OwnCapacity(
            key=one.key,
            role=one.rights.role,
            institution=one.rights.institution,
            jurisdiction=one.rights.jurisdiction,
            name=one.badge.institution_name or one.rights.jurisdiction or one.badge.name,
            services=tuple(sorted(one.services)),
            is_taken=one.key == present.capacity,
        )
        for one in of_sources(desk, present.via, now, present.account).held
    ]
