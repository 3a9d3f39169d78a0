"""Remind unanswered offer: an institution that has not answered yet hears again on the days set in the offer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.commands import RemindOffer
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class OfferToRemindOf(msgspec.Struct, frozen=True):
    """An open offer, how often it was recalled, when next (None: not again) and when after that."""

    case_id: UUID
    rank: int
    reminded: int
    next_at: datetime | None
    later_at: tuple[datetime, ...]


class RemindUnansweredOffer(Process[OfferToRemindOf]):
    """Recalls an open offer, one reminder after the other."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[OfferToRemindOf]] = Table(
        "remind_unanswered_offer", OfferToRemindOf, key=("case_id",), indexes=(("next_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.PreferenceOffered,
        events.OfferReminded,
        events.InstitutionAccepted,
        events.InstitutionDeclined,
        events.OfferExpired,
        events.OfferWithdrawn,
        events.CaseWithdrawn,
        events.EnrolmentMismatchDetected,
    )
    deadline: ClassVar[str | None] = "next_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The case: it has one open offer at most."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: OfferToRemindOf | None, event: Event) -> OfferToRemindOf | None:
        """An offer is recalled as often as it was made to be, until anything else happens to it."""
        match event:
            case events.PreferenceOffered():
                return _with_next(key[0], event.rank, 0, event.remind_at)
            case events.OfferReminded() if row is not None:
                return _with_next(row.case_id, row.rank, event.number, row.later_at)
        return None

    def expire(self, key: Key, row: OfferToRemindOf, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The day of the next reminder has come."""
        return [RemindOffer(row.case_id, row.rank, row.reminded + 1)]


def _with_next(case_id: UUID, rank: int, reminded: int, times: tuple[datetime, ...]) -> OfferToRemindOf:
    return OfferToRemindOf(case_id, rank, reminded, times[0] if times else None, times[1:])
