"""What is told of coming in, and decides nothing: codes on their way, refusals, waits, forgotten people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from services.identity import events
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.events import CodePurpose, OneTimeCode, Way, Whereabouts
    from shared.sealing import Sealed, SubjectId


class Tried(NamedTuple):
    """Who tried, as far as anybody is known by what was entered, by which way, from where."""

    way: Way
    subject: SubjectId | None = None
    account: UUID | None = None
    where: Sealed[Whereabouts] | None = None


class CodeAttempt(Aggregate):
    """手機驗證: one code, sent and perhaps entered."""

    TOPIC = "identity.CodeAttempt"
    CodeIssued = events.CodeIssued
    CodeVerified = events.CodeVerified

    @event(CodeIssued)
    def __init__(self, subject: SubjectId, purpose: CodePurpose, code: Sealed[OneTimeCode]) -> None:
        self.subject = subject
        self.purpose = purpose
        self.code = code

    @classmethod
    def issue(  # noqa: PLR0913 - which attempt, for whom, what for, the code, from where, how long, when
        cls,
        attempt: UUID,
        purpose: CodePurpose,
        code: Sealed[OneTimeCode],
        *,
        where: Sealed[Whereabouts],
        expires_at: datetime,
        now: datetime,
    ) -> Self:
        """A code that is to be sent."""
        return cls._create(
            cls.CodeIssued,
            id=attempt,
            timestamp=now,
            subject=code.subject,
            purpose=purpose,
            code=code,
            where=where,
            expires_at=expires_at,
        )

    @property
    def stream_subject(self) -> str:
        """The attempt's own id."""
        return str(self.id)

    def verify(self, now: datetime) -> None:
        """The code was entered."""
        self.trigger_event(self.CodeVerified, timestamp=now, subject=self.subject, purpose=self.purpose)

    @event(CodeVerified)
    def _code_verified(self) -> None:
        """Nothing is decided by it: whether a code is used, its row says."""


class RefusedLogin(Aggregate):
    """登入未成功: somebody did not come in."""

    TOPIC = "identity.RefusedLogin"
    LoginRefused = events.LoginRefused

    @classmethod
    def record(cls, tried: Tried, reason: str, now: datetime) -> Self:
        """Why, as operators need it."""
        return cls._create(cls.LoginRefused, timestamp=now, reason=reason, **tried._asdict())

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)


class Lock(Aggregate):
    """暫時鎖定: somebody has to wait."""

    TOPIC = "identity.Lock"
    LockedOut = events.LockedOut

    @classmethod
    def record(cls, tried: Tried, until: datetime | None, now: datetime) -> Self:
        """Until when; None: until the password is reset by mail."""
        return cls._create(cls.LockedOut, timestamp=now, until=until, **tried._asdict())

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)


class ForgottenSubject(Aggregate):
    """個資刪除: the vault destroyed a person's key."""

    TOPIC = "identity.ForgottenSubject"
    SubjectForgotten = events.SubjectForgotten

    @classmethod
    def record(cls, subject: SubjectId, ground: str, now: datetime) -> Self:
        """From now on nothing sealed for this person opens."""
        return cls._create(cls.SubjectForgotten, timestamp=now, subject=subject, ground=ground)

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)
