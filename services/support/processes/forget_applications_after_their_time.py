"""Forget applications after their time: three years from the last submission (送審日), unless a hold keeps them.

An application that is undecided, or whose supports go on, is refused by the command and asked about again every day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.support import events
from services.support.commands import ForgetApplication
from services.support.domain.policies import policy_in_force
from shared.calendar import start_of_day, taipei_day
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key

_A_DAY = timedelta(days=1)


class Kept(msgspec.Struct, frozen=True):
    """An application that was submitted: its time is over at `over_at`; `forget_at` is the same while nobody holds it.

    A hold may be placed before anything is submitted: then `over_at` is None.
    """

    application: UUID
    over_at: datetime | None = None
    is_held: bool = False
    forget_at: datetime | None = None


class ForgetApplicationsAfterTheirTime(Process[Kept]):
    """Has what was written in an application forgotten on the first day after its time."""

    context: ClassVar[str] = "support"
    table: ClassVar[Table[Kept]] = Table(
        "forget_applications_after_their_time", Kept, key=("application",), indexes=(("forget_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.SupportSubmitted,
        events.RetentionHeld,
        events.RetentionHoldLifted,
        events.ApplicationForgotten,
    )
    deadline: ClassVar[str | None] = "forget_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The application."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: Kept | None, event: Event) -> Kept | None:
        """The last submission counts, by the policy that was in force then."""
        kept = row or Kept(key[0])
        match event:
            case events.SupportSubmitted():
                submitted_on = taipei_day(event.timestamp)
                last_day = policy_in_force(submitted_on).kept_until(submitted_on)
                kept = replace(kept, over_at=start_of_day(last_day + _A_DAY))
            case events.RetentionHeld():
                kept = replace(kept, is_held=True)
            case events.RetentionHoldLifted():
                kept = replace(kept, is_held=False)
            case _:
                kept = replace(kept, over_at=None)
        if kept.over_at is None and not kept.is_held:
            return None
        return replace(kept, forget_at=None if kept.is_held else kept.over_at)

    def expire(self, key: Key, row: Kept, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """Its time is over."""
        return [ForgetApplication(row.application)]
