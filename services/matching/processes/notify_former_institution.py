"""Notify former institution: when a family asks for another doctor, the former one hears, and its bureau has a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.commands import NotifyFormerInstitution
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class ChangeToTell(msgspec.Struct, frozen=True):
    """A change of which the former institution and its bureau have not been told yet."""

    case_id: UUID


class NotifyFormerInstitutionOfChange(Process[ChangeToTell]):
    """Tells the former institution, for information, and opens its bureau's task."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[ChangeToTell]] = Table("notify_former_institution", ChangeToTell, key=("case_id",))
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.ChangeRequested,
        events.BureauTaskOpened,
        events.PreviousEnrolmentClosed,
        events.CaseWithdrawn,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The case of the change."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: ChangeToTell | None, event: Event) -> ChangeToTell | None:  # noqa: ARG002 - each replaces
        """A change is to be told until its task is opened, or there is nothing left to close."""
        return ChangeToTell(key[0]) if isinstance(event, events.ChangeRequested) else None

    def react(self, row: ChangeToTell | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Tell them at once."""
        return [NotifyFormerInstitution(event.originator_id)] if isinstance(event, events.ChangeRequested) else []
