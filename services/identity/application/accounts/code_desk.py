"""簡訊驗證碼 where they are kept: made, compared and consumed, each in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from services.identity.application.accounts.tokens import hash_of, new_token
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.codes import Code, Standing, Verdict, guess
from services.identity.events import CodePurpose

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.destinations import Destination
    from services.identity.application.accounts.keys import Keys
    from services.identity.domain.accounts.policies import Policy
    from shared.postgres import Connection, Connections
    from shared.sealing import SubjectId

_NOBODY = bytes(32)
_KEPT = timedelta(days=30)
"""So long a standing is remembered after the last code: longer than any wait."""

_ROW = """
select purpose, session, digest, expires_at, tries_left, used, used_up, locks, locked_until,
    user_key, client_key, attempt_id, subject
from one_time_code
"""
_BY_USER = f"{_ROW} where user_key = %s and client_key = %s"
_BY_ATTEMPT = f"{_ROW} where attempt = %s and session is not distinct from %s for update"
# What was counted stays counted: a new code changes nothing of it.
_ISSUE = """
insert into one_time_code (user_key, client_key, attempt, attempt_id, subject, purpose, session, digest, expires_at,
    tries_left, last_at, used, used_up, locks)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, 0, 0)
on conflict (user_key, client_key) do update set attempt = excluded.attempt, attempt_id = excluded.attempt_id,
    subject = excluded.subject, purpose = excluded.purpose, session = excluded.session, digest = excluded.digest,
    expires_at = excluded.expires_at, tries_left = excluded.tries_left, last_at = excluded.last_at, used = false
"""
_GUESSED = """
update one_time_code set tries_left = %s, used = %s, used_up = %s, locks = %s, locked_until = %s
where user_key = %s and client_key = %s
"""
_SWEEP = """
delete from one_time_code where (user_key, client_key) in (
    select user_key, client_key from one_time_code where last_at < %s order by last_at limit 20
    for update skip locked
)
"""


@dataclass(frozen=True)
class Applicant:
    """Who asks for a code to where, and from where: keyed digests of the identifier and of the client address.

    `subject` is the person to whom the code is sent; None where nobody is known by what was entered, which changes
    nothing else. `session` is the open session that is to be proved further.
    """

    to: Destination
    user_key: bytes
    client_key: bytes
    subject: SubjectId | None
    session: UUID | None = None


class Issued(NamedTuple):
    """A code to send, and the token by which the browser that asked is known again."""

    code: str
    attempt: str
    attempt_id: UUID
    expires_at: datetime


class Entered(NamedTuple):
    """What a guess came to, whose it was, and until when they have to wait now."""

    verdict: Verdict
    purpose: CodePurpose
    attempt_id: UUID
    subject: SubjectId | None
    user_key: bytes
    locked_until: datetime | None


class CodeDesk:
    """Codes and their tries."""

    def __init__(self, connections: Connections, keys: Keys) -> None:
        self._connections = connections
        self._keys = keys

    def objection_to_issuing(self, user_key: bytes, client_key: bytes, now: datetime) -> refusals.LockedOut | None:
        """Somebody who has to wait is not sent another code either."""
        rows = self._connections.fetch(_BY_USER, (user_key, client_key))
        standing = _Row(*rows[0]).standing if rows else Standing()
        return refusals.LockedOut(until=standing.locked_until) if standing.is_locked(now) else None

    def issue(self, applicant: Applicant, purpose: CodePurpose, now: datetime, policy: Policy) -> Issued:
        """A new code, in place of the last one that this user asked for from here."""
        code = f"{secrets.randbelow(10**policy.code_digits):0{policy.code_digits}d}"
        issued = Issued(code, new_token(), uuid4(), now + policy.code_lifetime)
        row = (
            applicant.user_key,
            applicant.client_key,
            hash_of(issued.attempt),
            issued.attempt_id,
            applicant.subject,
            purpose,
            applicant.session,
            self._keys.code(applicant.user_key, purpose, code),
            issued.expires_at,
            policy.code_tries,
            now,
        )

        def keep(connection: Connection) -> None:
            connection.execute(_ISSUE, row)
            connection.execute(_SWEEP, (now - _KEPT,))

        self._connections.transact(keep)
        return issued

    def enter(  # noqa: PLR0913 - of which attempt, where, what, for what, when, by which rules
        self,
        attempt: str,
        session: UUID | None,
        code: str,
        *,
        purposes: frozenset[CodePurpose],
        now: datetime,
        policy: Policy,
    ) -> Entered:
        """Compare and consume, one guess at a time; refuses with `CodeVoid` where there is no such attempt.

        An attempt for none of these `purposes` is as good as none: what was sent for one thing opens no other.
        """

        def compare(connection: Connection) -> Entered | None:
            found = connection.execute(_BY_ATTEMPT, (hash_of(attempt), session)).fetchone()
            row = _Row(*found) if found and found[0] in purposes else None
            # The digest is computed for an unknown attempt too, so that both take the same time.
            user, purpose = (bytes(row.user_key), row.purpose) if row else (_NOBODY, CodePurpose.LOG_IN)
            digest = self._keys.code(user, CodePurpose(purpose), code)
            if row is None:
                return None
            guessed = guess(row.standing, digest, now, policy)
            _note(connection, row, guessed.standing)
            until = guessed.standing.locked_until
            return Entered(guessed.verdict, row.code.purpose, row.attempt_id, row.subject, user, until)

        entered = self._connections.transact(compare)
        if entered is None:
            raise refusals.CodeVoid("code")
        return entered


class _Row(NamedTuple):
    purpose: str
    session: UUID | None
    digest: bytes
    expires_at: datetime
    tries_left: int
    used: bool
    used_up: int
    locks: int
    locked_until: datetime | None
    user_key: bytes
    client_key: bytes
    attempt_id: UUID
    subject: SubjectId | None

    @property
    def code(self) -> Code:
        return Code(
            CodePurpose(self.purpose), self.session, bytes(self.digest), self.expires_at, self.tries_left, self.used
        )

    @property
    def standing(self) -> Standing:
        return Standing(self.code, self.used_up, self.locks, self.locked_until)


def _note(connection: Connection, row: _Row, after: Standing) -> None:
    if after.code is None:
        raise ValueError("a guess leaves a code behind, used or not")
    counted = (after.code.tries_left, after.code.used, after.used_up, after.locks, after.locked_until)
    connection.execute(_GUESSED, (*counted, row.user_key, row.client_key))
