"""異動執登場所: who has left a home institution, and the lock until no approved support from there is left (S001)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from services.support import events
from services.support.domain import refusals
from services.support.events import ReleaseCause
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.support.events import DepartureCause, Outstanding


class MoveLock(Aggregate):
    """登錄 and 變更 are closed to one practitioner who has left one home institution with supports from there."""

    TOPIC = "support.MoveLock"

    MoveLockSet = events.MoveLockSet
    MoveLockReleased = events.MoveLockReleased

    @classmethod
    def engage(
        cls,
        practitioner: str,
        institution: str,
        cause: DepartureCause,
        outstanding: Sequence[Outstanding],
        now: datetime,
    ) -> Self:
        """Lock the practitioner out until these supports are cancelled or over; refuses with `NothingOutstanding`."""
        if not outstanding:
            raise refusals.NothingOutstanding
        return cls._create(
            cls.MoveLockSet,
            timestamp=now,
            practitioner=practitioner,
            institution=institution,
            cause=cause,
            count=len(outstanding),
            outstanding=tuple(outstanding),
        )

    @event(events.MoveLockSet)
    def __init__(self, *, practitioner: str, institution: str, cause: DepartureCause) -> None:
        self.practitioner = practitioner
        self.institution = institution
        self.cause = cause
        self.is_released = False

    @property
    def stream_subject(self) -> str:
        """The practitioner's number, under which its events are published."""
        return self.practitioner

    def release(self, cause: ReleaseCause, outstanding: int, now: datetime) -> None:
        """Open again: nothing is `outstanding`, or the practitioner has come back."""
        if self.is_released:
            raise refusals.MoveLockReleasedAlready
        if outstanding and cause is not ReleaseCause.RETURNED:
            raise refusals.MoveLockHolds(count=outstanding)
        left = {"practitioner": self.practitioner, "institution": self.institution}
        self.trigger_event(self.MoveLockReleased, timestamp=now, **left, cause=cause)

    @event(events.MoveLockReleased)
    def _move_lock_released(self) -> None:
        self.is_released = True


class Departure(Aggregate):
    """Nobody, or one practitioner, can support from a home institution, until the registry says otherwise."""

    TOPIC = "support.Departure"

    DepartureNoted = events.DepartureNoted
    ReturnNoted = events.ReturnNoted

    @classmethod
    def record(cls, institution: str, practitioner: str, cause: DepartureCause, now: datetime) -> Self:
        """Either of the two may be empty, see the event."""
        return cls._create(
            cls.DepartureNoted, timestamp=now, institution=institution, practitioner=practitioner, cause=cause
        )

    @event(events.DepartureNoted)
    def __init__(self, *, institution: str, practitioner: str, cause: DepartureCause) -> None:
        self.institution = institution
        self.practitioner = practitioner
        self.cause = cause
        self.is_over = False

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)

    def end(self, now: datetime) -> None:
        """復業, 回任: the cause holds no longer."""
        who = {"institution": self.institution, "practitioner": self.practitioner}
        self.trigger_event(self.ReturnNoted, timestamp=now, **who, cause=self.cause)

    @event(events.ReturnNoted)
    def _return_noted(self) -> None:
        self.is_over = True
