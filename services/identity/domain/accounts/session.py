"""登入後的工作階段: opened by what was proved, proved further where a step asks for more, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from services.identity import events
from services.identity.domain.accounts.account import AccountStatus
from services.identity.events import SessionEnd
from shared.events import Aggregate, event
from shared.principal import Assurance

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.domain.accounts.account import Account
    from services.identity.events import Proof, Rights, Whereabouts
    from shared.sealing import Sealed, SubjectId


class Session(Aggregate):
    """What is told of one session; whether it is open now, its row says, which every request looks at."""

    TOPIC = "identity.Session"
    SessionOpened = events.SessionOpened
    SessionProofAdded = events.SessionProofAdded
    SessionClosed = events.SessionClosed

    @event(SessionOpened)
    def __init__(  # noqa: PLR0913, PLR0917 - the fields of the event
        self,
        subject: SubjectId,
        account: UUID | None,
        rights: Rights,
        proofs: tuple[Proof, ...],
        where: Sealed[Whereabouts],
        ends_at: datetime,
    ) -> None:
        self.subject = subject
        self.account = account
        self.rights = rights
        self.proofs = proofs
        self.where = where
        self.ends_at = ends_at
        self.is_open = True

    @classmethod
    def open(  # noqa: PLR0913 - whose, by what, from where, how long, when
        cls,
        subject: SubjectId,
        account: UUID | None,
        rights: Rights,
        proofs: tuple[Proof, ...],
        *,
        where: Sealed[Whereabouts],
        ends_at: datetime,
        now: datetime,
    ) -> Self:
        """Somebody came in by these proofs."""
        return cls._create(
            cls.SessionOpened,
            timestamp=now,
            subject=subject,
            account=account,
            rights=rights,
            proofs=proofs,
            where=where,
            ends_at=ends_at,
        )

    @property
    def stream_subject(self) -> str:
        """The session's own id, which opens nothing: its token does."""
        return str(self.id)

    def void_by(self, account: Account) -> SessionEnd | None:
        """What happened to the account since, so that it would not open this session any more."""
        if account.status is not AccountStatus.ACTIVE:
            return SessionEnd.ACCOUNT_DISABLED
        if account.rights != self.rights:
            return SessionEnd.RIGHTS_CHANGED
        passwords = [proof for proof in self.proofs if proof.assurance is Assurance.PASSWORD]
        if any(proof.evidence != f"password/{account.password}" for proof in passwords):
            return SessionEnd.PASSWORD_CHANGED
        return None

    def prove(self, proof: Proof, now: datetime) -> None:
        """再驗證: one more way in which the person has been proved."""
        self.trigger_event(self.SessionProofAdded, timestamp=now, proof=proof)

    def close(self, end: SessionEnd, now: datetime) -> None:
        """The session is over; saying so again adds nothing."""
        if self.is_open:
            self.trigger_event(self.SessionClosed, timestamp=now, subject=self.subject, account=self.account, end=end)

    @event(SessionProofAdded)
    def _proof_added(self, proof: Proof) -> None:
        self.proofs = (*self.proofs, proof)

    @event(SessionClosed)
    def _session_closed(self) -> None:
        self.is_open = False
