"""Lapse unsigned notice: an agreement whose notice (通知函) was not signed in time is over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.commands import LapseNotice
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class PendingNotice(msgspec.Struct, frozen=True):
    """A notice to be signed by `sign_by`."""

    case_id: UUID
    rank: int
    sign_by: datetime


class LapseUnsignedNotice(Process[PendingNotice]):
    """Ends an agreement when the time to sign is over."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[PendingNotice]] = Table(
        "lapse_unsigned_notice", PendingNotice, key=("case_id",), indexes=(("sign_by",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.NoticeRequested,
        events.NoticeSigned,
        events.NoticeReleased,
        events.NoticeLapsed,
        events.OfferWithdrawn,
        events.CaseWithdrawn,
        events.EnrolmentMismatchDetected,
    )
    deadline: ClassVar[str | None] = "sign_by"

    def keys(self, event: Event) -> Iterable[Key]:
        """The case: it has one pending notice at most."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: PendingNotice | None, event: Event) -> PendingNotice | None:  # noqa: ARG002 - each replaces
        """A notice is pending until anything else happens to it."""
        if isinstance(event, events.NoticeRequested):
            return PendingNotice(key[0], event.rank, event.sign_by)
        return None

    def expire(self, key: Key, row: PendingNotice, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """Nobody has signed."""
        return [LapseNotice(row.case_id, row.rank)]
