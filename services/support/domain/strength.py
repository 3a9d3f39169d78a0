"""自有診次與醫師數: what an institution says of itself stands until it says otherwise; nobody reckons it for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from services.support import events
from services.support.domain import refusals
from shared.events import Aggregate

if TYPE_CHECKING:
    from datetime import datetime

MOST_SESSIONS = 9999
MOST_DOCTORS = 9999
"""A larger number is a slip of the hand."""


class Strength(Aggregate):
    """One statement, which never changes."""

    TOPIC = "support.Strength"
    StrengthStated = events.StrengthStated

    @classmethod
    def record(cls, institution: str, weekly_sessions: int, doctors: int, now: datetime) -> Self:
        """So many sessions of its own doctors in a week, and so many doctors, each from 0."""
        for field, given, limit in (
            ("weekly_sessions", weekly_sessions, MOST_SESSIONS),
            ("doctors", doctors, MOST_DOCTORS),
        ):
            if not 0 <= given <= limit:
                raise refusals.FigureOutOfRange(field, limit=limit)
        return cls._create(
            cls.StrengthStated, timestamp=now, institution=institution, weekly_sessions=weekly_sessions, doctors=doctors
        )

    @property
    def stream_subject(self) -> str:
        """The record's own id."""
        return str(self.id)
