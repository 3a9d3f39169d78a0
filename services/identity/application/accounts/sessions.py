"""Sessions where every request looks: one row each, found by the hash of its token, so that a closed one is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

from services.identity.application.accounts.tokens import hash_of, new_token
from services.identity.domain.accounts import refusals
from services.identity.events import SessionEnd, Whereabouts
from shared.principal import Assurance, Principal, Role, Service
from shared.refusals import Refusal
from shared.sealing import Sealed, SubjectId
from shared.together import Together

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import LiteralString
    from uuid import UUID

    from services.identity.application.accounts.answers import Badge
    from shared.postgres import Connection, Connections

_COLUMNS = """
id, principal, owner, subject, role, institution, acts_for, jurisdiction, assurances, place, opened_at, seen_at,
idle_seconds, ends_at, badge, contacts, services, capacity, via, ended
"""
_BY_TOKENS = f"select token, {_COLUMNS} from session where token = any(%s)"
_BY_OWNER = f"select {_COLUMNS} from session where owner = %s and ended is null order by seen_at desc, id"
_OPEN = """
insert into session (token, id, principal, owner, subject, role, institution, acts_for, jurisdiction, assurances,
    place, opened_at, seen_at, idle_seconds, ends_at, badge, services, capacity, via)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict do nothing
"""
# A session that was closed meanwhile stays closed; a clock that is behind another's does not turn time back.
_SEEN = "update session set seen_at = %s where token = %s and ended is null and seen_at < %s"
_PROVE = "update session set token = %s, assurances = %s, via = %s where token = %s and ended is null"
_TAKE = "update session set token = %s where token = %s and ended is null"
_NAME_ENDED = "update session set token = %s where id = %s and ended is not null"
_PROVE_CONTACT = """
update session set contacts = array_append(array_remove(contacts, %s), %s) where token = %s and ended is null
"""
_CLOSE = "update session set ended = %s where id = any(%s) and ended is null"
_CLOSE_VIA = "update session set ended = %s where via <> '{}' and via @> array[%s] and ended is null"
_CLOSE_OWNER = "update session set ended = %s where (owner = %s or subject = %s) and ended is null"
_BY_VIA = f"select {_COLUMNS} from session where via <> '{{}}' and"
_AT = f"{_BY_VIA} (institution = %s or jurisdiction = %s) order by id"
_FOR = f"{_BY_VIA} acts_for @> array[%s] order by id"
_OF_PERSON = f"{_BY_VIA} subject = %s order by id"
_VIA = f"{_BY_VIA} via @> array[%s] order by id"
_ENDED = "select id, ended from session where (owner = %s or subject = %s) and ended is not null order by opened_at"
_SWEEP = """
delete from session where id in (
    select id from session where ends_at < %s order by ends_at limit 50 for update skip locked
)
"""
_TOLD = timedelta(days=1)
"""So long after its time a session is known, so that whoever comes back is told that it is over."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class OpenSession:
    """A session as its row says: whose it is, what was proved in it, from where, and how long it lives."""

    id: UUID
    principal: Principal
    owner: UUID
    """The account; of a parent the person, who has none."""
    place: Sealed[Whereabouts]
    badge: Sealed[Badge] | None
    """None in a session that was opened before there were badges."""
    opened_at: datetime
    seen_at: datetime
    idle: timedelta
    ends_at: datetime
    capacity: str = ""
    """The key of the capacity (身分) that was taken; empty in a session that was opened before there were such."""
    via: tuple[str, ...] = ()
    """What gives its person their capacities: `card/…` or `person/…`."""
    ended: SessionEnd | None = None
    """How it was ended, in a row that is kept to say so."""

    @property
    def subject(self) -> SubjectId:
        """The person."""
        return self.place.subject

    @property
    def account(self) -> UUID | None:
        """The account; None in the session of a parent, or of whoever is in as something else by a card."""
        return self.owner if self.principal.id == f"account/{self.owner}" else None

    def objection(self, now: datetime) -> refusals.SessionOver | refusals.SessionIdle | None:
        """Why it is over at that moment, although nobody ended it."""
        if now >= self.ends_at:
            return refusals.SessionOver()
        if now - self.seen_at >= self.idle:
            return refusals.SessionIdle()
        return None


class Checked(NamedTuple):
    """Who asks, and in which session."""

    principal: Principal
    session: UUID


class Sessions:
    """Opens, checks, proves further and closes; whoever holds no token has no session."""

    def __init__(self, connections: Connections, seen_pause: timedelta) -> None:
        self._connections = connections
        self._seen_pause = seen_pause
        self._look_up = Together(self._rows).find

    def open(self, session: OpenSession) -> str:
        """Begin a session; the answer is its token, which is nowhere else."""
        token, who = new_token(), session.principal
        row = (
            hash_of(token),
            session.id,
            who.id,
            session.owner,
            session.subject,
            who.role,
            who.institution,
            sorted(who.acts_for),
            who.jurisdiction,
            sorted(who.assurances),
            session.place.box,
            session.opened_at,
            session.seen_at,
            int(session.idle.total_seconds()),
            session.ends_at,
            None if session.badge is None else session.badge.box,
            sorted(who.services),
            session.capacity,
            list(session.via),
        )

        def begin(connection: Connection) -> None:
            connection.execute(_OPEN, row)
            connection.execute(_SWEEP, (session.opened_at - _TOLD,))

        self._connections.transact(begin)
        return token

    def check(self, token: str, now: datetime) -> Checked:
        """Who asks with this token.

        Refuses with `SessionUnknown`, `SessionEnded`, `SessionOver` or `SessionIdle`. Every check reads the row; when
        it was last seen is written once a `seen_pause`.
        """
        session = self.find(token, now)
        return Checked(session.principal, session.id)

    def find(self, token: str, now: datetime) -> OpenSession:
        """The open session of this token; refuses as `check` does."""
        hashed = hash_of(token)
        return self._opened(hashed, self._look_up(hashed), now)

    def find_each(self, tokens: Iterable[str], now: datetime) -> list[OpenSession | None]:
        """The open session of each token, looked up at once; None where `find` refuses, and the log says why."""
        hashes = [hash_of(token) for token in tokens]
        rows = self._rows(hashes)
        return [self._opened_or_none(hashed, rows.get(hashed), now) for hashed in hashes]

    def _opened_or_none(self, hashed: bytes, row: tuple[Any, ...] | None, now: datetime) -> OpenSession | None:
        try:
            return self._opened(hashed, row, now)
        except Refusal as refusal:
            _log.info("session_refused", code=refusal.code)
            return None

    def _opened(self, hashed: bytes, row: tuple[Any, ...] | None, now: datetime) -> OpenSession:
        if row is None:
            raise refusals.SessionUnknown
        if (ended := row[-1]) is not None:
            raise refusals.SessionEnded(end=SessionEnd(ended))
        session = _session(row)
        refusals.heed(session.objection(now))
        if now - session.seen_at >= self._seen_pause:
            self._connections.lend(lambda connection: connection.execute(_SEEN, (now, hashed, now)))
        return session

    def prove(self, token: str, assurance: Assurance, via: Iterable[str], now: datetime) -> str:
        """再驗證: the session counts this proof too, under a new token; refuses as `check` does."""
        session = self.find(token, now)
        renewed, proofs = new_token(), session.principal.assurances | {assurance}
        values = (hash_of(renewed), sorted(proofs), list(dict.fromkeys([*session.via, *via])), hash_of(token))
        if not self._connections.transact(lambda connection: connection.execute(_PROVE, values).rowcount):
            raise refusals.SessionUnknown
        return renewed

    def take(self, token: str) -> None:
        """Keep a session open under a token that nobody has; refuses all but the first with `SessionUnknown`."""
        values = (hash_of(new_token()), hash_of(token))
        if not self._connections.transact(lambda connection: connection.execute(_TAKE, values).rowcount):
            raise refusals.SessionUnknown

    def name_ended(self, session_id: UUID, token: str) -> None:
        """Tell whoever still comes with this token how the session ended; one that is open keeps what it has."""
        values = (hash_of(token), session_id)
        self._connections.transact(lambda connection: connection.execute(_NAME_ENDED, values))

    def prove_contact(self, token: str, digest: str, now: datetime) -> OpenSession:
        """The session as it is once a contact has been proved in it too; refuses as `check` does."""
        values = (digest, digest, hash_of(token))
        self._connections.transact(lambda connection: connection.execute(_PROVE_CONTACT, values))
        return self.find(token, now)

    def of(self, owner: UUID, now: datetime) -> list[OpenSession]:
        """The open sessions of an account, or of a parent, the one seen last first."""
        found = [_session(row) for row in self._connections.fetch(_BY_OWNER, (owner,))]
        return [session for session in found if session.objection(now) is None]

    def via(self, source: str) -> list[OpenSession]:
        """The sessions in which this gives the capacities, `card/…` or `person/…`; those too that were ended."""
        return self._all(_VIA, (source,))

    def of_person(self, subject: SubjectId) -> list[OpenSession]:
        """Likewise those of a person."""
        return self._all(_OF_PERSON, (subject,))

    def at(self, place: str) -> list[OpenSession]:
        """Likewise those that were opened for an institution, or for a county."""
        return self._all(_AT, (place, place))

    def acting_for(self, practitioner: str) -> list[OpenSession]:
        """Likewise those in which somebody acts for the practitioner of this number."""
        return self._all(_FOR, (practitioner,))

    def _all(self, query: LiteralString, values: tuple[Any, ...]) -> list[OpenSession]:
        return [_session(row) for row in self._connections.fetch(query, values)]

    def ended_of(self, owner: UUID) -> list[tuple[UUID, SessionEnd]]:
        """The sessions of an account, or of a person, that were ended and are still known, and how."""
        return [(found, SessionEnd(end)) for found, end in self._connections.fetch(_ENDED, (owner, owner))]

    def _rows(self, hashes: list[bytes]) -> dict[bytes, tuple[Any, ...]]:
        return {bytes(row[0]): row[1:] for row in self._connections.fetch(_BY_TOKENS, (hashes,))}

    def close(self, session_id: UUID, end: SessionEnd) -> bool:
        """End one session, from now on its token is refused; False where it had been ended before."""
        done = self._connections.transact(lambda connection: connection.execute(_CLOSE, (end, [session_id])).rowcount)
        return done == 1

    def close_via(self, source: str, end: SessionEnd) -> None:
        """End every open session in which this gives the capacities."""
        self._connections.transact(lambda connection: connection.execute(_CLOSE_VIA, (end, source)))

    def close_all(self, owner: UUID, end: SessionEnd) -> None:
        """End every open session of an account, or of a person."""
        self._connections.transact(lambda connection: connection.execute(_CLOSE_OWNER, (end, owner, owner)))


_PROOFS: dict[tuple[str, ...], frozenset[Assurance]] = {}
"""The few combinations of proofs that there are, made once each: a check has no time for more."""


def _proofs(values: list[str]) -> frozenset[Assurance]:
    key = tuple(values)
    if (known := _PROOFS.get(key)) is None:
        known = _PROOFS[key] = frozenset(map(Assurance, key))
    return known


def _session(row: tuple[Any, ...]) -> OpenSession:
    (
        session_id,
        principal,
        owner,
        subject,
        role,
        institution,
        acts_for,
        jurisdiction,
        assurances,
        place,
        opened_at,
        seen_at,
        idle_seconds,
        ends_at,
        badge,
        contacts,
        services,
        capacity,
        via,
        ended,
    ) = row
    who = Principal(
        id=principal,
        role=Role(role),
        assurances=_proofs(assurances),
        subject=SubjectId(subject),
        institution=institution,
        acts_for=frozenset(acts_for),
        jurisdiction=jurisdiction,
        contacts=frozenset(contacts),
        services=frozenset(map(Service, services)),
    )
    return OpenSession(
        id=session_id,
        principal=who,
        owner=owner,
        place=Sealed(SubjectId(subject), place),
        badge=None if badge is None else Sealed(SubjectId(subject), badge),
        opened_at=opened_at,
        seen_at=seen_at,
        idle=timedelta(seconds=idle_seconds),
        ends_at=ends_at,
        capacity=capacity,
        via=tuple(via),
        ended=None if ended is None else SessionEnd(ended),
    )
