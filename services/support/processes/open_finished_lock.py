"""Open finished lock: a move lock ends by itself with the last support from the former home, cancelled or over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace

from services.support import events
from services.support.commands import ReleaseMoveLock
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class Lock(msgspec.Struct, frozen=True):
    """The supports of a practitioner from a home institution that nobody has cancelled; `locked` while these lock out.

    `opens_at` is when the last of them is over, while it is locked.
    """

    practitioner: str
    institution: str
    locked: bool = False
    supports: tuple[events.Outstanding, ...] = ()
    opens_at: datetime | None = None


class OpenFinishedLock(Process[Lock]):
    """Releases a lock when nothing is left of what it waits for."""

    context: ClassVar[str] = "support"
    table: ClassVar[Table[Lock]] = Table(
        "open_finished_lock", Lock, key=("practitioner", "institution"), indexes=(("opens_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.MoveLockSet,
        events.MoveLockReleased,
        events.SupportApproved,
        events.SupportBroughtOver,
        events.SupportAmended,
        events.SupportCancelled,
    )
    deadline: ClassVar[str | None] = "opens_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The practitioner and the home institution."""
        return [(event.practitioner, event.institution)]  # type: ignore[attr-defined]

    def evolve(self, key: Key, row: Lock | None, event: Event) -> Lock | None:
        """Supports are waited for until they are cancelled or over."""
        lock = row or Lock(*key)
        others = tuple(
            one for one in lock.supports if one.support != event.originator_id and one.ends_at > event.timestamp
        )
        match event:
            case events.MoveLockSet():
                lock = replace(lock, locked=True, supports=others)
            case events.MoveLockReleased():
                lock = replace(lock, locked=False, supports=others)
            case events.SupportApproved() | events.SupportAmended():
                waited_for = events.Outstanding(event.originator_id, event.ends_at)
                lock = replace(lock, supports=(*others, waited_for))
            case _:
                lock = replace(lock, supports=others)
        if not lock.locked and not lock.supports:
            return None
        last = max((one.ends_at for one in lock.supports), default=event.timestamp)
        return replace(lock, opens_at=last if lock.locked else None)

    def react(self, row: Lock | None, event: Event) -> Iterable[Command]:
        """Open with the last cancellation."""
        if isinstance(event, events.SupportCancelled) and row is not None and row.locked and not row.supports:
            return [ReleaseMoveLock(row.practitioner, row.institution, events.ReleaseCause.CANCELLED)]
        return []

    def expire(self, key: Key, row: Lock, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The last support is over."""
        return [ReleaseMoveLock(row.practitioner, row.institution, events.ReleaseCause.EXPIRED)]
