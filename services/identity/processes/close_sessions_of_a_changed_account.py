"""Close sessions of a changed account: whoever is in by what no longer holds, is out, and the log tells of each.

The command that changes an account closes its sessions at once; this catches one that was opened at the same moment,
and those whose closing a crash kept from being told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from services.identity import events
from services.identity.commands import CloseVoidSessions
from shared.processes.process import NothingToRemember, Reflex
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command


class CloseSessionsOfAChangedAccount(Reflex):
    """Ends what an account that was disabled, or has other rights or another password, would not open any more."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[NothingToRemember]] = Table(
        "close_sessions_of_a_changed_account", NothingToRemember, key=("id",)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.AccountDisabled,
        events.AccountRightsChanged,
        events.AccountRightsAdjusted,
        events.PasswordChanged,
    )

    def react(self, row: NothingToRemember | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Close what is void, and tell of it."""
        return [CloseVoidSessions(event.originator_id)]
