"""Have sessions follow what is granted: whoever an organisation lets use less, or more, signs in again.

What begins or ends on a later day is looked at on its day, whatever becomes of it until then.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

import msgspec

from services.identity import events
from services.identity.commands import CloseVoidCapacities
from services.identity.events import CardHolder, HolderKind
from shared.calendar import start_of_day, taipei_day
from shared.processes.process import Process
from shared.read_models.model import Table
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key

_DATED = (events.ManagerNamed, events.UserAdded, events.ServiceGranted)
_DAY = timedelta(days=1)
_subject_of = attrgetter("subject")


class DayAhead(msgspec.Struct, frozen=True):
    """A day with whose beginning somebody may use more, or less; `begins_at` is its first moment."""

    subject: SubjectId
    day: date
    begins_at: datetime


class HaveSessionsFollowWhatIsGranted(Process[DayAhead]):
    """Ends the sessions of managers and users that would be others if they began now (S002)."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[DayAhead]] = Table(
        "have_sessions_follow_what_is_granted", DayAhead, key=("subject", "day"), indexes=(("begins_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        *_DATED,
        events.ManagerRemoved,
        events.UserRemoved,
        events.ServiceRevoked,
    )
    deadline: ClassVar[str | None] = "begins_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The person, and the first day and the day after the last, where they lie ahead."""
        if not isinstance(event, _DATED):
            return []
        days = [event.since] if event.until is None else [event.since, event.until + _DAY]
        return [(event.subject, day) for day in days if day > taipei_day(event.timestamp)]

    def evolve(self, key: Key, row: DayAhead | None, event: Event) -> DayAhead | None:  # noqa: ARG002 - the key says all
        """To be looked at on its day."""
        subject, day = key
        return DayAhead(subject, day, start_of_day(day))

    def react(self, row: DayAhead | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Look at the person's sessions as the organisation stands by now."""
        return [_look_at(_subject_of(event))]

    def expire(self, key: Key, row: DayAhead, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The day has come."""
        return [_look_at(row.subject)]


def _look_at(subject: SubjectId) -> CloseVoidCapacities:
    return CloseVoidCapacities(CardHolder(HolderKind.PERSON, str(subject)))
