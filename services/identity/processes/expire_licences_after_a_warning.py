"""Expire licences after a warning: thirty days before the last day of a licence it is told, and after it again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

import msgspec

from services.identity import events
from services.identity.commands import ExpireLicence, WarnOfExpiringLicence
from services.identity.domain.registry.licences import longest
from services.identity.domain.registry.policies import LICENCE_WARNING
from shared.calendar import TAIPEI
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


_number_of = attrgetter("practitioner")


class LicencesHeld(msgspec.Struct, frozen=True):
    """A practitioner's licences; `next_at` is when the one that holds longest is to be told of, None for never."""

    practitioner: str
    licences: tuple[events.Licence, ...]
    next_at: datetime | None


class ExpireLicencesAfterAWarning(Process[LicencesHeld]):
    """Tells of each licence that ends, unless one that holds longer has been recorded before."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[LicencesHeld]] = Table(
        "expire_licences_after_a_warning", LicencesHeld, key=("practitioner",), indexes=(("next_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (events.LicenceRecorded, events.LicenceExpiring, events.LicenceExpired)
    deadline: ClassVar[str | None] = "next_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The practitioner."""
        return [(_number_of(event),)]

    def evolve(self, key: Key, row: LicencesHeld | None, event: Event) -> LicencesHeld | None:
        """A licence is warned of, then expires, and then there is nothing more to tell of it."""
        known = {licence.number: licence for licence in row.licences} if row else {}
        match event:
            case events.LicenceRecorded():
                before = longest(known.values())
                known[event.licence.number] = event.licence
                lasting = longest(known.values())
                if row is not None and lasting == before:
                    next_at = row.next_at
                else:
                    ends = lasting.valid_until if lasting else None
                    next_at = None if ends is None else _beginning_of(ends - LICENCE_WARNING)
            case events.LicenceExpiring() if event.licence.valid_until is not None:
                next_at = _beginning_of(event.licence.valid_until + timedelta(days=1))
            case _:
                next_at = None
        return LicencesHeld(key[0], tuple(known[number] for number in sorted(known)), next_at)

    def expire(self, key: Key, row: LicencesHeld, now: datetime) -> Iterable[Command]:
        """Warn while the licence holds; one that is over already needs no warning."""
        lasting = longest(row.licences)
        if lasting is None or lasting.valid_until is None:
            return []
        if now >= _beginning_of(lasting.valid_until + timedelta(days=1)):
            return [ExpireLicence(key[0], lasting.number)]
        return [WarnOfExpiringLicence(key[0], lasting.number)]


def _beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(), TAIPEI)
