"""登入後的工作階段: opened by what was proved, proved further where a step asks for more, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from services.identity import events
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.events import Proof, Rights, SessionEnd, Whereabouts
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
        proof: Proof,
        *,
        where: Sealed[Whereabouts],
        ends_at: datetime,
        now: datetime,
    ) -> Self:
        """Somebody came in by this proof."""
        return cls._create(
            cls.SessionOpened,
            timestamp=now,
            subject=subject,
            account=account,
            rights=rights,
            proofs=(proof,),
            where=where,
            ends_at=ends_at,
        )

    @property
    def stream_subject(self) -> str:
        """The session's own id, which opens nothing: its token does."""
        return str(self.id)

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
