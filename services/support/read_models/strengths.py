"""自有診次與醫師數: what each institution has said of itself last."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from services.support import events
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader


class StatedStrength(msgspec.Struct, frozen=True, gc=False):
    """The sessions of its own doctors in a week, how many doctors it has, and when it was said."""

    institution: str
    weekly_sessions: int
    doctors: int
    stated_at: datetime


class Strengths(ReadModel[StatedStrength]):
    """A row for each institution that has said it."""

    context = "support"
    table = Table("strengths", row=StatedStrength, key=("institution",))
    folds = (events.StrengthStated,)

    def keys(self, event: Event) -> Iterable[Key]:
        """The institution."""
        return ((event.institution,),) if isinstance(event, events.StrengthStated) else ()

    def evolve(self, key: Key, row: StatedStrength | None, event: Event) -> StatedStrength | None:  # noqa: ARG002 - what is said last stands
        """What was said last."""
        assert isinstance(event, events.StrengthStated)  # noqa: S101 - `folds` says so
        return StatedStrength(event.institution, event.weekly_sessions, event.doctors, event.timestamp)


def strength_of(reader: Reader, institution: str) -> StatedStrength | None:
    """What the institution has said."""
    return reader.one(StatedStrength, "select * from strengths where institution = %s", (institution,))
