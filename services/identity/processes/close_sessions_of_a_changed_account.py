"""Close sessions of a changed account: whoever is in by what no longer holds, is out, and the log tells of each.

The command that changes an account closes its sessions at once; this catches one that was opened at the same moment,
and those whose closing a crash kept from being told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.identity import events
from services.identity.commands import CloseVoidSessions
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class ChangedAccount(msgspec.Struct, frozen=True):
    """An account whose sessions have been looked through, and when it had changed."""

    account_id: UUID
    changed_at: datetime


class CloseSessionsOfAChangedAccount(Process[ChangedAccount]):
    """Ends what an account that was disabled, or has other rights or another password, would not open any more."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[ChangedAccount]] = Table(
        "close_sessions_of_a_changed_account", ChangedAccount, key=("account_id",)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.AccountDisabled,
        events.AccountRightsChanged,
        events.AccountRightsAdjusted,
        events.PasswordChanged,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The account."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: ChangedAccount | None, event: Event) -> ChangedAccount | None:  # noqa: ARG002 - the event says all
        """When it changed last."""
        return ChangedAccount(key[0], event.timestamp)

    def react(self, row: ChangedAccount | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Close what is void, and tell of it."""
        return [CloseVoidSessions(event.originator_id)]
