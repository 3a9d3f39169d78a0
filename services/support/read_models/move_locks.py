"""異動執登場所: who is locked out, told at log-in and wherever something new would be asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from services.support import events
from services.support.events import DepartureCause
from shared.principal import Role
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from shared.events import Event
    from shared.principal import Principal
    from shared.read_models.reader import Reader


class HeldLock(msgspec.Struct, frozen=True, gc=False):
    """A lock that holds, on a practitioner who has left an institution."""

    practitioner: str
    institution: str
    cause: DepartureCause
    since: datetime


class MoveLocks(ReadModel[HeldLock]):
    """A row for each lock that holds."""

    context = "support"
    table = Table("move_locks", row=HeldLock, key=("practitioner", "institution"), indexes=(("institution",),))
    folds = (events.MoveLockSet, events.MoveLockReleased)

    def keys(self, event: Event) -> Iterable[Key]:
        """The practitioner, and the institution that was left."""
        assert isinstance(event, events.MoveLockSet | events.MoveLockReleased)  # noqa: S101 - `folds` says so
        return ((event.practitioner, event.institution),)

    def evolve(self, key: Key, row: HeldLock | None, event: Event) -> HeldLock | None:  # noqa: ARG002 - the event says all
        """The lock, until it is released."""
        if isinstance(event, events.MoveLockSet):
            return HeldLock(event.practitioner, event.institution, event.cause, event.timestamp)
        return None


def locks_seen(reader: Reader, principal: Principal, staff: Collection[str]) -> list[HeldLock]:
    """The locks on the caller; of an institution those on whoever has left it, and on its `staff` by now."""
    if principal.role not in {Role.PRACTITIONER, Role.INSTITUTION}:
        return []
    people = principal.acts_for if principal.role is Role.PRACTITIONER else staff
    left = principal.institution if principal.role is Role.INSTITUTION else None
    query = """
    select * from move_locks
    where practitioner = any(%(people)s) or institution = %(left)s
    order by practitioner, institution
    """
    return reader.rows(HeldLock, query, {"people": sorted(people), "left": left})
