"""Note departures: what the registry tells of moves, suspensions and closures becomes a fact of support, on its day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

import msgspec

from services.identity import events as registry
from services.support.commands import NoteDeparture, NoteReturn
from services.support.events import DepartureCause
from shared.processes.causes import CauseStanding, cause_after
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class Absence(msgspec.Struct, frozen=True):
    """One cause for which an institution or a practitioner can send nobody.

    `departed` while it holds; `departs_at` when it will hold, where that lies ahead; `returned` when it has just gone.
    Institution and practitioner are as in `DepartureNoted`.
    """

    institution: str
    practitioner: str
    cause: DepartureCause
    departed: bool
    departs_at: datetime | None
    returned: bool


_OF_INSTITUTION = {
    registry.InstitutionClosed: (DepartureCause.INSTITUTION_CLOSED,),
    registry.InstitutionSuspended: (DepartureCause.INSTITUTION_SUSPENDED,),
    registry.InstitutionResumed: (DepartureCause.INSTITUTION_CLOSED, DepartureCause.INSTITUTION_SUSPENDED),
}


class NoteDepartures(Process[Absence]):
    """Records in support's own log who can send nobody any more, and who can again: at once, or when the day comes."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[Absence]] = Table(
        "note_departures",
        Absence,
        key=("institution", "practitioner", "cause"),
        indexes=(("departs_at",),),
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        *_OF_INSTITUTION,
        registry.PractitionerMoved,
        registry.PractitionerSuspended,
        registry.PractitionerResumed,
    )
    deadline: ClassVar[str | None] = "departs_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The causes that the event brings or takes away."""
        match event:
            case registry.PractitionerMoved():
                places = (event.former_institution, event.institution)
                return [(place, event.practitioner, DepartureCause.PRACTITIONER_MOVED) for place in places if place]
            case registry.PractitionerSuspended() | registry.PractitionerResumed():
                return [("", event.practitioner, DepartureCause.PRACTITIONER_SUSPENDED)]
        return [(event.institution, "", cause) for cause in _OF_INSTITUTION[type(event)]]  # type: ignore[attr-defined]

    def evolve(self, key: Key, row: Absence | None, event: Event) -> Absence | None:
        """A cause holds from its day on; once it has gone, and has been told to have, it is forgotten."""
        institution, practitioner, cause = key
        before = CauseStanding(row.departed, row.departs_at, row.returned) if row else None
        after = cause_after(before, _since(institution, event), event.timestamp)
        return Absence(institution, practitioner, cause, *after) if after else None

    def react(self, row: Absence | None, event: Event) -> Iterable[Command]:
        """Tell support of what holds, or has gone, today."""
        if row is None:
            return _home_again(event)
        if row.departed:
            return [NoteDeparture(row.institution, row.practitioner, row.cause)]
        return [NoteReturn(row.institution, row.practitioner, row.cause)] if row.returned else []

    def expire(self, key: Key, row: Absence, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The day has come."""
        return [NoteDeparture(row.institution, row.practitioner, row.cause)]


def _home_again(event: Event) -> list[Command]:
    """Of a move to where nobody has told that they left: support knows of some who had before the registry began."""
    if isinstance(event, registry.PractitionerMoved) and event.institution:
        return [NoteReturn(event.institution, event.practitioner, DepartureCause.PRACTITIONER_MOVED)]
    return []


def _since(institution: str, event: Event) -> date | None:
    """From which day on the cause holds after this event; None where it does not."""
    match event:
        case registry.InstitutionClosed() | registry.InstitutionSuspended() | registry.PractitionerSuspended():
            return event.since
        case registry.PractitionerMoved():
            return event.since if event.former_institution == institution else None
    return None
