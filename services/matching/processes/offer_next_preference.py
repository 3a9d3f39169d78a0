"""Offer next preference: when one comes to nothing, the next is asked; after a release, once the family had time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.commands import OfferNextPreference
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class ReleasedCase(msgspec.Struct, frozen=True):
    """A case whose family was released from a notice and may still withdraw or amend, until `resume_at`."""

    case_id: UUID
    resume_at: datetime


_SPENT = (
    events.InstitutionDeclined,
    events.OfferExpired,
    events.OfferWithdrawn,
    events.NoticeLapsed,
    events.PreviousEnrolmentClosed,
)
"""After these nobody is asked, and somebody should be."""

_SETTLED = (
    events.PreferenceOffered,
    events.CaseUnmatched,
    events.CaseWithdrawn,
    events.EnrolmentMismatchDetected,
)
"""After these a released case needs nobody to be asked any more."""


class OfferNextPreferenceWhenOneIsSpent(Process[ReleasedCase]):
    """Asks the next preference at once; of a released case when the family has amended, or let its time pass."""

    context: ClassVar[str] = "matching"
    table: ClassVar[Table[ReleasedCase]] = Table(
        "offer_next_preference", ReleasedCase, key=("case_id",), indexes=(("resume_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        *_SPENT,
        events.NoticeReleased,
        events.PreferencesAmended,
        *_SETTLED,
    )
    deadline: ClassVar[str | None] = "resume_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The case."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: ReleasedCase | None, event: Event) -> ReleasedCase | None:
        """A case waits from its release until it is settled."""
        match event:
            case events.NoticeReleased():
                return ReleasedCase(key[0], event.resume_at)
            case events.PreferencesAmended():
                return row
        return None

    def react(self, row: ReleasedCase | None, event: Event) -> Iterable[Command]:
        """Ask the next preference, unless the family may still choose."""
        if isinstance(event, _SPENT) or (isinstance(event, events.PreferencesAmended) and row is not None):
            return [OfferNextPreference(event.originator_id)]
        return []

    def expire(self, key: Key, row: ReleasedCase, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the case is all
        """The family has let its time pass."""
        return [OfferNextPreference(row.case_id)]
