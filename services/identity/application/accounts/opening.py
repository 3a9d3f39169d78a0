"""Opening a session, and proving more in one that is open: the same for every way in, cards included.

A way in proves somebody and gives a `Proof`: the assurance, and what proved it. Nothing here knows which ways there
are.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.identity.application.accounts.answers import SignedIn
from services.identity.application.accounts.badges import badge_of_holder, badge_of_parent
from services.identity.application.accounts.origins import device_token, origin_of
from services.identity.application.accounts.people import known_account, principal_of, whereabouts
from services.identity.application.accounts.sessions import OpenSession
from services.identity.application.accounts.telling import tell
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.account import Account, AccountStatus
from services.identity.domain.accounts.session import Session
from services.identity.events import Proof, Rights, SessionEnd
from shared.principal import Role

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.accounts.answers import Badge
    from services.identity.application.accounts.keys import Keys
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Client
    from shared.sealing import SubjectId


@dataclass(frozen=True)
class Arrival:
    """Somebody who was proved, from where; `account` is None for a parent, and `mobile` empty for an account."""

    subject: SubjectId
    rights: Rights
    account: Account | None
    proof: Proof
    client: Client
    user: bytes
    """The digest of the phone or mailbox, by which the browser is known again."""
    mobile: str = ""

    @classmethod
    def of_parent(cls, keys: Keys, subject: SubjectId, mobile: str, proof: Proof, client: Client) -> Arrival:
        """A parent is known by the phone that was proved."""
        return cls(subject, Rights(Role.PARENT), None, proof, client, keys.phone(mobile), mobile)

    @classmethod
    def of_holder(cls, keys: Keys, account: Account, email: str, proof: Proof, client: Client) -> Arrival:
        """Who holds an account is known by its mail address."""
        return cls(account.subject, account.rights, account, proof, client, keys.mailbox(email))

    @property
    def account_id(self) -> UUID | None:
        """The account, where there is one."""
        return None if self.account is None else self.account.id


def open_session(desk: Desk, arrival: Arrival, now: datetime) -> SignedIn:
    """Let somebody in; refuses with `AccountNotActive` where the account was changed at this very moment."""
    terms = desk.entrance.policy(now).sessions[arrival.rights.role]
    place = whereabouts(desk, arrival.subject, arrival.client)
    owner = arrival.account_id or arrival.subject
    name = f"account/{owner}" if arrival.account else f"phone/{owner}"
    who = principal_of(name, arrival.subject, arrival.rights, frozenset({arrival.proof.assurance}))
    told = Session.open(
        arrival.subject,
        arrival.account_id,
        arrival.rights,
        arrival.proof,
        where=place,
        ends_at=now + terms.absolute,
        now=now,
    )
    tell(desk, who, now, told)
    opened = OpenSession(
        id=told.id,
        principal=who,
        owner=owner,
        place=place,
        badge=desk.vault.seal(arrival.subject, _badge(desk, arrival)),
        opened_at=now,
        seen_at=now,
        idle=terms.idle,
        ends_at=now + terms.absolute,
    )
    token = desk.entrance.sessions.open(opened)
    if arrival.account is not None and _has_changed(desk, arrival.account):
        # Whoever changed it closed all sessions, perhaps before this one was there to be closed.
        desk.entrance.sessions.close(told.id, SessionEnd.RIGHTS_CHANGED)
        told.close(SessionEnd.RIGHTS_CHANGED, now)
        tell(desk, who, now, told)
        raise refusals.AccountNotActive
    known = origin_of(desk, arrival.user, arrival.client, now).device
    return replace(_signed_in(token, opened), device=known or device_token(desk.entrance.keys, arrival.user, now))


def prove(desk: Desk, token: str, proof: Proof, now: datetime) -> SignedIn:
    """再驗證: the open session of this token counts the proof too, and has a new token; refuses as `check` does."""
    session = desk.entrance.sessions.find(token, now)
    renewed = desk.entrance.sessions.prove(token, proof.assurance, now)
    told = desk.store.load(Session, session.id)
    told.prove(proof, now)
    tell(desk, session.principal, now, told)
    assurances = session.principal.assurances | {proof.assurance}
    proved = dataclasses.replace(session.principal, assurances=assurances)
    return _signed_in(renewed, dataclasses.replace(session, principal=proved))


def prove_contact(desk: Desk, token: str, digest: str, now: datetime) -> SignedIn:
    """變更聯絡人: the open session of this token has proved this contact too; refuses as `check` does."""
    return _signed_in(token, desk.entrance.sessions.prove_contact(token, digest, now))


def _badge(desk: Desk, arrival: Arrival) -> Badge:
    return badge_of_parent(arrival.mobile) if arrival.account is None else badge_of_holder(desk, arrival.account)


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
