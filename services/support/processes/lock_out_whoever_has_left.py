"""Lock out whoever has left: with approved supports from there nothing new is asked for, until they come back.

Nothing is missed, whichever comes first: a support that stands before the departure in the log is among those held
then; one that was approved after it, or goes on by a change that was, is locked as soon as it is seen. The order of
the log decides, so a replay gives the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.support import events
from services.support.commands import EngageMoveLock, ReleaseMoveLock
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class HeldSupport(msgspec.Struct, frozen=True):
    """An approved support, which ends by itself at `ends_at`."""

    support: UUID
    practitioner: str
    institution: str
    ends_at: datetime


class Absence(msgspec.Struct, frozen=True):
    """Why nobody can be sent: from `institution`, or from wherever the practitioner is where that is empty."""

    institution: str
    cause: events.DepartureCause


class Sender(msgspec.Struct, frozen=True):
    """An institution (its code) or a practitioner (their number) with the supports that they hold, and the absences."""

    who: str
    supports: tuple[HeldSupport, ...] = ()
    absences: tuple[Absence, ...] = ()


class LockOutWhoeverHasLeft(Process[Sender]):
    """Engages one lock for each practitioner and home institution as soon as both facts are known."""

    context: ClassVar[str] = "support"
    table: ClassVar[Table[Sender]] = Table("lock_out_whoever_has_left", Sender, key=("who",))
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.DepartureNoted,
        events.ReturnNoted,
        events.SupportApproved,
        events.SupportBroughtOver,
        events.SupportAmended,
        events.SupportCancelled,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """Whom the registry told of; of a support, both the institution and the practitioner."""
        if isinstance(event, events.DepartureNoted | events.ReturnNoted):
            return [_of_practitioner(event) if event.practitioner else _of_institution(event)]
        return [_of_institution(event), _of_practitioner(event)]

    def evolve(self, key: Key, row: Sender | None, event: Event) -> Sender | None:
        """Supports are held until they are over or cancelled, absences until the registry takes them back."""
        sender = row or Sender(key[0])
        others = tuple(
            held for held in sender.supports if held.support != event.originator_id and held.ends_at > event.timestamp
        )
        match event:
            case events.DepartureNoted():
                absences = {*sender.absences, Absence(event.institution, event.cause)}
                sender = replace(sender, supports=others, absences=tuple(sorted(absences, key=_by_cause)))
            case events.ReturnNoted():
                gone = Absence(event.institution, event.cause)
                absences = {*sender.absences} - {gone}
                sender = replace(sender, supports=others, absences=tuple(sorted(absences, key=_by_cause)))
            case events.SupportApproved() | events.SupportAmended():
                held = HeldSupport(event.originator_id, event.practitioner, event.institution, event.ends_at)
                sender = replace(sender, supports=(*others, held))
            case _:
                sender = replace(sender, supports=others)
        return sender if sender.supports or sender.absences else None

    def react(self, row: Sender | None, event: Event) -> Iterable[Command]:
        """Lock when an absence begins and when a support begins, or goes on, in one; open when it is over."""
        if row is None:
            return []
        match event:
            case events.DepartureNoted():
                return [EngageMoveLock(*pair, event.cause) for pair in _pairs(row, event.institution)]
            case events.ReturnNoted():
                return [ReleaseMoveLock(*pair, events.ReleaseCause.RETURNED) for pair in _pairs(row, event.institution)]
            case events.SupportApproved() | events.SupportAmended():
                pair = (event.practitioner, event.institution)
                causes = [one.cause for one in row.absences if one.institution in {"", event.institution}]
                return [EngageMoveLock(*pair, cause) for cause in causes[:1]]
        return []


def _pairs(row: Sender, institution: str) -> list[tuple[str, str]]:
    """Who holds supports from which home: from this institution, or from any where it is empty."""
    held = ((one.practitioner, one.institution) for one in row.supports if institution in {"", one.institution})
    return list(dict.fromkeys(held))


def _of_institution(event: Event) -> Key:
    return (f"institution/{event.institution}",)  # type: ignore[attr-defined]


def _of_practitioner(event: Event) -> Key:
    return (f"practitioner/{event.practitioner}",)  # type: ignore[attr-defined]


def _by_cause(absence: Absence) -> tuple[str, str]:
    return absence.cause, absence.institution
