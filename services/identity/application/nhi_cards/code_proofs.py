"""驗證碼已驗證 where it is kept: a code that was entered rightly, until the step is taken for which it was sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.identity.application.accounts.tokens import hash_of, new_token
from services.identity.domain.nhi_cards import refusals
from services.identity.events import CodePurpose
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.postgres import Connection, Connections

_KEEP = """
insert into code_proof (token, purpose, subject, user_key, attempt_id, tries_left, expires_at)
values (%s, %s, %s, %s, %s, %s, %s)
"""
_TAKE = """
delete from code_proof where token = %s and purpose = %s
returning purpose, subject, user_key, attempt_id, tries_left, expires_at
"""
_SWEEP = "delete from code_proof where expires_at < %s"


@dataclass(frozen=True)
class CodeProof:
    """Whose phone was proved, for what, and how often the next step may be tried with it."""

    purpose: CodePurpose
    subject: SubjectId
    user_key: bytes
    """The digest of the national ID, by which the browser is known again."""
    attempt_id: UUID
    tries_left: int
    expires_at: datetime


class CodeProofs:
    """Keeps a proof for the browser that has its token, and gives it away once."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, proof: CodeProof, now: datetime) -> str:
        """The token by which it is taken."""
        token = new_token()

        def keep(connection: Connection) -> None:
            connection.execute(_SWEEP, (now,))
            _insert(connection, token, proof)

        self._connections.transact(keep)
        return token

    def take(self, token: str, purpose: CodePurpose, now: datetime) -> CodeProof:
        """The proof, which nobody else takes now; refuses with `CodeProofVoid`."""
        row = self._connections.transact(
            lambda connection: connection.execute(_TAKE, (hash_of(token), purpose)).fetchone()
        )
        if row is None:
            raise refusals.CodeProofVoid("proof")
        purpose_kept, subject, user_key, attempt_id, tries_left, expires_at = row
        if now >= expires_at:
            raise refusals.CodeProofVoid("proof")
        return CodeProof(
            CodePurpose(purpose_kept), SubjectId(subject), bytes(user_key), attempt_id, tries_left, expires_at
        )

    def give_back(self, token: str, proof: CodeProof) -> None:
        """Nothing came of it that was the person's fault: it counts as before."""
        self._connections.transact(lambda connection: _insert(connection, token, proof))

    def give_back_tried(self, token: str, proof: CodeProof) -> None:
        """What was entered with it was wrong: it counts once less, and not at all after its last try."""
        if proof.tries_left > 1:
            self.give_back(token, replace(proof, tries_left=proof.tries_left - 1))


def _insert(connection: Connection, token: str, proof: CodeProof) -> None:
    connection.execute(
        _KEEP,
        (
            hash_of(token),
            proof.purpose,
            proof.subject,
            proof.user_key,
            proof.attempt_id,
            proof.tries_left,
            proof.expires_at,
        ),
    )
