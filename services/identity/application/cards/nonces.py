"""What a card is to sign, given out once and taken back once, whoever else takes it at the same moment."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.accounts.tokens import hash_of, new_token
from services.identity.domain.cards.reasons import CardReason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.postgres import Connection, Connections

_BYTES = 32
_GIVE = "insert into card_nonce (attempt, nonce, session, expires_at) values (%s, %s, %s, %s)"
# The row is locked while it is read, so that of two who take it at once the second finds it empty.
_TAKE = """
update card_nonce as kept set nonce = null
from (select attempt, nonce, session, expires_at from card_nonce where attempt = %s for update) as given
where kept.attempt = given.attempt
returning given.nonce, given.session, given.expires_at
"""
_SWEEP = """
delete from card_nonce where attempt in (
    select attempt from card_nonce where expires_at < %s order by expires_at limit 20 for update skip locked
)
"""
_TOLD = timedelta(hours=1)
"""So long after its time a nonce is known, so that whoever still signs it is told that it is too late."""


class Given(NamedTuple):
    """A nonce as text, and the token of who may answer with it."""

    attempt: str
    nonce: str
    expires_at: datetime


class Taken(NamedTuple):
    """A nonce that was taken back, or why it does not count; then `nonce` is empty."""

    nonce: str
    objection: CardReason | None = None


class CardNonces:
    """Gives out and takes back; a nonce is gone before anything is judged by it (IDENTITY §2)."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def give(self, session: UUID | None, now: datetime, lifetime: timedelta) -> Given:
        """A nonce of 32 bytes, for this open session alone where one is named."""
        given = Given(new_token(), b64encode(secrets.token_bytes(_BYTES)).decode(), now + lifetime)

        def keep(connection: Connection) -> None:
            connection.execute(_GIVE, (hash_of(given.attempt), given.nonce, session, given.expires_at))
            connection.execute(_SWEEP, (now - _TOLD,))

        self._connections.transact(keep)
        return given

    def take(self, attempt: str, session: UUID | None, now: datetime) -> Taken:
        """What was given out for this attempt; whatever is wrong with it, it is gone now."""
        row = self._connections.transact(lambda connection: connection.execute(_TAKE, (hash_of(attempt),)).fetchone())
        if row is None:
            return Taken("", CardReason.NONCE_UNKNOWN)
        nonce, of_session, expires_at = row
        if nonce is None:
            return Taken("", CardReason.NONCE_USED)
        if now >= expires_at:
            return Taken("", CardReason.NONCE_EXPIRED)
        if of_session != session:
            return Taken("", CardReason.NONCE_OF_ANOTHER_SESSION)
        return Taken(nonce)
