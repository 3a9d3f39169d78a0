"""Close sessions of a changed NHI card: whoever is in by what no longer holds, is out, and the log tells of each.

The command that changes a card closes its sessions at once; this catches one that was opened at the same moment, and
those whose closing a crash kept from being told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.identity import events
from services.identity.commands import CloseVoidNhiSessions
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class ChangedNhiCard(msgspec.Struct, frozen=True):
    """A registered card whose sessions have been looked through, and when it had changed."""

    credential: UUID
    changed_at: datetime


class CloseSessionsOfAChangedNhiCard(Process[ChangedNhiCard]):
    """Ends what a card that was removed or registered again, or has another password, would not open any more."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[ChangedNhiCard]] = Table(
        "close_sessions_of_a_changed_nhi_card", ChangedNhiCard, key=("credential",)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.NhiCardReplaced,
        events.NhiPasswordChanged,
        events.NhiCardRemoved,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The registration."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: ChangedNhiCard | None, event: Event) -> ChangedNhiCard | None:  # noqa: ARG002 - the event says all
        """When it changed last."""
        return ChangedNhiCard(key[0], event.timestamp)

    def react(self, row: ChangedNhiCard | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Close what is void, and tell of it."""
        return [CloseVoidNhiSessions(event.originator_id)]
