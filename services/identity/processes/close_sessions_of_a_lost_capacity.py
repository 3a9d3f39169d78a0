"""Close sessions of a lost capacity: whoever is in by a card as what the register says they are not, is out.

What begins on a later day is looked at on its day. What the register gives back opens no session by itself.
"""

from __future__ import annotations

from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

import msgspec

from services.identity import events
from services.identity.commands import CloseVoidCapacities
from services.identity.events import CardHolder, HolderKind
from shared.calendar import start_of_day, taipei_day
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key

_OF_INSTITUTION = (events.InstitutionSuspended, events.InstitutionClosed)
_number_of, _code_of = attrgetter("practitioner"), attrgetter("institution")


class LossAhead(msgspec.Struct, frozen=True):
    """A day on which a practitioner or an institution is shut; `begins_at` is its first moment."""

    kind: HolderKind
    holder: str
    since: date
    begins_at: datetime


class CloseSessionsOfALostCapacity(Process[LossAhead]):
    """Ends sessions of practitioners who moved or are suspended, and of institutions that are shut."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[LossAhead]] = Table(
        "close_sessions_of_a_lost_capacity", LossAhead, key=("kind", "holder", "since"), indexes=(("begins_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        *_OF_INSTITUTION,
        events.PractitionerChanged,
        events.PractitionerMoved,
        events.PractitionerSuspended,
    )
    deadline: ClassVar[str | None] = "begins_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The holder and the day, where that lies ahead."""
        match event:
            case events.InstitutionSuspended() | events.InstitutionClosed() | events.PractitionerSuspended():
                holder = _holder(event)
                return [(holder.kind, holder.key, event.since)] if event.since > taipei_day(event.timestamp) else []
        return []

    def evolve(self, key: Key, row: LossAhead | None, event: Event) -> LossAhead | None:  # noqa: ARG002 - the key says all
        """To be looked at on its day, whatever becomes of it until then."""
        kind, holder, since = key
        return LossAhead(HolderKind(kind), holder, since, start_of_day(since))

    def react(self, row: LossAhead | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Look at the sessions of the holder as the register stands by now."""
        return [CloseVoidCapacities(_holder(event))]

    def expire(self, key: Key, row: LossAhead, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The day has come."""
        return [CloseVoidCapacities(CardHolder(row.kind, row.holder))]


def _holder(event: Event) -> CardHolder:
    """Of whom the register says it."""
    if isinstance(event, _OF_INSTITUTION):
        return CardHolder(HolderKind.INSTITUTION, _code_of(event))
    return CardHolder(HolderKind.PRACTITIONER, _number_of(event))
