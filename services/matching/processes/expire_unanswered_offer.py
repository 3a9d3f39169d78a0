"""Expire unanswered offer: an institution that has not answered by the end of its time is asked no longer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.commands import ExpireOffer
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class OpenOffer(msgspec.Struct, frozen=True):
    """An offer that may be answered until `answer_by`."""

    case_id: UUID
    rank: int
    answer_by: datetime


class ExpireUnansweredOffer(Process[OpenOffer]):
    """Ends an offer when its time is over."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[OpenOffer]] = Table(
        "expire_unanswered_offer", OpenOffer, key=("case_id",), indexes=(("answer_by",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.PreferenceOffered,
        events.InstitutionAccepted,
        events.InstitutionDeclined,
        events.OfferExpired,
        events.OfferWithdrawn,
        events.CaseWithdrawn,
        events.EnrolmentMismatchDetected,
    )
    deadline: ClassVar[str | None] = "answer_by"

    def keys(self, event: Event) -> Iterable[Key]:
        """The case: it has one open offer at most."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: OpenOffer | None, event: Event) -> OpenOffer | None:  # noqa: ARG002 - each replaces
        """An offer is open until anything else happens to it."""
        if isinstance(event, events.PreferenceOffered):
            return OpenOffer(key[0], event.rank, event.answer_by)
        return None

    def expire(self, key: Key, row: OpenOffer, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """Nobody has answered."""
        return [ExpireOffer(row.case_id, row.rank)]
