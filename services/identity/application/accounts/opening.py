"""Opening a session, proving more in one that is open, and ending it: the same for every way in, cards included.

A way in proves somebody and gives a `Proof`: the assurance, and what proved it. Nothing here knows which ways there
are.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.identity.application.accounts.answers import SignedIn
from services.identity.application.accounts.origins import device_token, origin_of
from services.identity.application.accounts.people import known_account, whereabouts
from services.identity.application.accounts.sessions import OpenSession
from services.identity.application.accounts.telling import tell
from services.identity.application.capacities.capacity import Capacity
from services.identity.application.session_sources import of_sources
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import AccountStatus
from services.identity.domain.accounts.session import Session
from services.identity.domain.cards import refusals as card_refusals
from services.identity.events import SessionEnd

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.accounts.keys import Keys
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Client
    from services.identity.domain.accounts.account import Account
    from services.identity.events import Proof
    from shared.principal import Principal
    from shared.refusals import Refusal
    from shared.sealing import SubjectId


@dataclass(frozen=True)
class Arrival:
    """Somebody who was proved, as what, and from where."""

    capacity: Capacity
    proofs: tuple[Proof, ...]
    client: Client
    user: bytes | None = None
    """The digest of the phone or mailbox by which the browser is known again; None where nobody guesses at anything."""
    until: datetime | None = None
    """When the session is over at the latest, where that is sooner than its role's."""
    via: tuple[str, ...] = ()
    """What gives the person their capacities, `card/…` or `person/…`: others of them may be taken in the session."""

    @classmethod
    def of_parent(cls, keys: Keys, subject: SubjectId, mobile: str, proof: Proof, client: Client) -> Arrival:
        """A parent is known by the phone that was proved."""
        return cls(Capacity.of_parent(subject, mobile), (proof,), client, keys.phone(mobile))

    @classmethod
    def of_holder(cls, desk: Desk, account: Account, email: str, proof: Proof, client: Client) -> Arrival:
        """Who holds an account is known by its mail address."""
        return cls(Capacity.of_account(desk, account), (proof,), client, desk.entrance.keys.mailbox(email))


def open_session(desk: Desk, arrival: Arrival, now: datetime) -> SignedIn:
    """Let somebody in.

    Refuses with `AccountNotActive` where the account was changed at this very moment, with `CapacityUnknown` where the
    capacity was lost.
    """
    capacity = arrival.capacity
    terms = desk.entrance.policy(now).sessions[capacity.rights.role]
    ends_at = now + terms.absolute if arrival.until is None else min(arrival.until, now + terms.absolute)
    place = whereabouts(desk, capacity.subject, arrival.client)
    account = capacity.account
    who = capacity.principal(frozenset(proof.assurance for proof in arrival.proofs))
    told = Session.open(
        capacity.subject,
        None if account is None else account.id,
        capacity.rights,
        arrival.proofs,
        where=place,
        ends_at=ends_at,
        now=now,
    )
    tell(desk, who, now, told)
    opened = OpenSession(
        id=told.id,
        principal=who,
        owner=capacity.owner,
        place=place,
        badge=desk.vault.seal(capacity.subject, capacity.badge),
        opened_at=now,
        seen_at=now,
        idle=terms.idle,
        ends_at=ends_at,
        capacity=capacity.key,
        via=arrival.via,
    )
    token = desk.entrance.sessions.open(opened)
    objection = _objection(desk, arrival, now)
    if objection is not None:
        # Whoever changed it closed all sessions, perhaps before this one was there to be closed.
        desk.entrance.sessions.close(told.id, SessionEnd.RIGHTS_CHANGED)
        told.close(SessionEnd.RIGHTS_CHANGED, now)
        tell(desk, who, now, told)
        raise objection
    signed_in = _signed_in(token, opened)
    if arrival.user is None:
        return signed_in
    known = origin_of(desk, arrival.user, arrival.client, now).device
    return replace(signed_in, device=known or device_token(desk.entrance.keys, arrival.user, now))


def prove(desk: Desk, token: str, proof: Proof, now: datetime, *, via: tuple[str, ...] = ()) -> SignedIn:
    """再驗證: the open session of this token counts the proof too, and has a new token; refuses as `check` does."""
    session = desk.entrance.sessions.find(token, now)
    renewed = desk.entrance.sessions.prove(token, proof.assurance, via, now)
    told = desk.store.load(Session, session.id)
    told.prove(proof, now)
    tell(desk, session.principal, now, told)
    assurances = session.principal.assurances | {proof.assurance}
    proved = dataclasses.replace(session.principal, assurances=assurances)
    return _signed_in(renewed, dataclasses.replace(session, principal=proved))


def prove_contact(desk: Desk, token: str, digest: str, now: datetime) -> SignedIn:
    """變更聯絡人: the open session of this token has proved this contact too; refuses as `check` does."""
    return _signed_in(token, desk.entrance.sessions.prove_contact(token, digest, now))


def end_session(desk: Desk, session: UUID, who: Principal, end: SessionEnd, now: datetime) -> bool:
    """Close a session and tell of it; False where somebody else, who tells of it, has closed it before."""
    if not desk.entrance.sessions.close(session, end):
        return False
    told = desk.store.load(Session, session)
    told.close(end, now)
    tell(desk, who, now, told)
    return True


def _objection(desk: Desk, arrival: Arrival, now: datetime) -> Refusal | None:
    """What has changed since the arrival, so that it opens nothing any more."""
    seen = arrival.capacity
    if seen.account is not None and _has_changed(desk, seen.account):
        return refusals.AccountNotActive()
    if not arrival.via:
        return None
    account = None if seen.account is None else seen.account.id
    found = of_sources(desk, arrival.via, now, account).of_key(seen.key)
    same = found is not None and (found.rights, found.services) == (seen.rights, seen.services)
    return None if same else card_refusals.CapacityUnknown()


def _has_changed(desk: Desk, seen: Account) -> bool:
    account = known_account(desk, seen.id)
    return (
        account is None
        or account.status is not AccountStatus.ACTIVE
        or account.rights != seen.rights
        or account.password != seen.password
    )


def _signed_in(token: str, session: OpenSession) -> SignedIn:
    who = session.principal
    return SignedIn(
        token,
        session.id,
        who.role,
        tuple(sorted(who.assurances)),
        int(session.idle.total_seconds()),
        session.ends_at,
    )
