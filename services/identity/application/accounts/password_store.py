"""密碼 where they are kept: argon2id hashes, each under a name that the account's events know."""

from __future__ import annotations

import secrets
from functools import cache, partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from argon2 import Parameters, PasswordHasher, profiles
from argon2.exceptions import VerifyMismatchError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.passwords import (
    normalised,
    objection_to_context,
    objection_to_length,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.identity.domain.accounts.policies import Policy
    from shared.blocking import Elsewhere
    from shared.postgres import Connections
    from shared.refusals import Refusal
    from shared.sealing import SubjectId

PARAMETERS = profiles.RFC_9106_LOW_MEMORY
"""argon2id, 64 MiB, 3 passes, 4 lanes: RFC 9106 §4, second recommended option; above OWASP's least (19 MiB, 2)."""

_EASY = 10**10
"""Guesses that an offline attack makes in about a day at argon2id's pace; what zxcvbn finds easier is a common one."""
_ESTIMATED = 72
"""zxcvbn looks at so many characters."""

_HASHES = "select id, hash from password where id = any(%s)"
_KEEP = "insert into password (id, subject, hash, set_at) values (%s, %s, %s, %s) on conflict do nothing"
_REHASH = "update password set hash = %s where id = %s"
_DROP = "delete from password where subject = %s"


@cache
def common_passwords() -> frozenset[str]:
    """The 30,000 most common of the passwords that became public, casefolded.

    From the package zxcvbn (MIT licence), which took them from Mark Burnett's list of ten million.
    """
    return frozenset(password.casefold() for password in FREQUENCY_LISTS["passwords"])


class PasswordStore:
    """Hashes, compares and keeps passwords; `elsewhere` is where the hashing is done."""

    def __init__(self, connections: Connections, elsewhere: Elsewhere, parameters: Parameters = PARAMETERS) -> None:
        self._connections = connections
        self._elsewhere = elsewhere
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def is_right(self, password_id: UUID | None, password: str) -> bool:
        """Whether this is the password of that name; without a name, the same work is done for nobody."""
        wanted = password_id or uuid4()
        stored = self._hashes([wanted]).get(wanted)
        right = self._elsewhere(partial(self._matches, stored or self._nobodys, normalised(password)))
        if not right or stored is None:
            return False
        if self._hasher.check_needs_rehash(stored):
            anew = self._elsewhere(partial(self._hasher.hash, normalised(password)))
            self._connections.transact(lambda connection: connection.execute(_REHASH, (anew, wanted)))
        return True

    def objection(self, password: str, known_by: str, former: Sequence[UUID], policy: Policy) -> Refusal | None:
        """Why this cannot be the password of whoever is known by that (a mail address, say), and had those before."""
        chosen = normalised(password)
        objection = objection_to_length(chosen, policy) or objection_to_context(chosen, known_by)
        if objection is None and self._elsewhere(partial(_is_common, chosen, known_by)):
            objection = refusals.PasswordCommon("password")
        if objection is None and self._is_former(chosen, former[-policy.password_history :]):
            objection = refusals.PasswordRepeated("password", number=policy.password_history)
        return objection

    def keep(self, subject: SubjectId, password: str, now: datetime) -> UUID:
        """Hash and keep a password; it counts from the event on that names it."""
        password_id = uuid4()
        hashed = self._elsewhere(partial(self._hasher.hash, normalised(password)))
        self._connections.transact(lambda connection: connection.execute(_KEEP, (password_id, subject, hashed, now)))
        return password_id

    def drop(self, subject: SubjectId) -> None:
        """Whoever has been forgotten has no password."""
        self._connections.transact(lambda connection: connection.execute(_DROP, (subject,)))

    def _is_former(self, password: str, former: Sequence[UUID]) -> bool:
        hashes = self._hashes(former).values()
        return any(self._elsewhere(partial(self._matches, hashed, password)) for hashed in hashes)

    def _hashes(self, password_ids: Sequence[UUID]) -> dict[UUID, str]:
        return dict(self._connections.fetch(_HASHES, (list(password_ids),)))

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerifyMismatchError:
            return False


def _is_common(password: str, known_by: str) -> bool:
    """On the list, or easily guessed from it, from names, from keyboard rows, from repetition."""
    if password.casefold() in common_passwords():
        return True
    estimate = zxcvbn(password[:_ESTIMATED], user_inputs=list(words_of(known_by)))
    return bool(estimate["guesses"] < _EASY)
