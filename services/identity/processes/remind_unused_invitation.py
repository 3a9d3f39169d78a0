"""Remind unused invitation: who has not used the link of an invitation hears once more, on day five."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.identity import events
from services.identity.commands import RemindInvitation
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class InvitationToRemindOf(msgspec.Struct, frozen=True):
    """An invitation that has been neither used nor recalled."""

    account_id: UUID
    remind_at: datetime


class RemindUnusedInvitation(Process[InvitationToRemindOf]):
    """Recalls an open invitation once."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[InvitationToRemindOf]] = Table(
        "remind_unused_invitation", InvitationToRemindOf, key=("account_id",), indexes=(("remind_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.AccountInvited,
        events.InvitationResent,
        events.InvitationReminded,
        events.InvitationExpired,
        events.AccountActivated,
        events.AccountDisabled,
    )
    deadline: ClassVar[str | None] = "remind_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The account."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: InvitationToRemindOf | None, event: Event) -> InvitationToRemindOf | None:  # noqa: ARG002 - the event says all
        """A link that was sent is recalled, until anything else happens to it."""
        if isinstance(event, events.AccountInvited | events.InvitationResent):
            return InvitationToRemindOf(key[0], event.remind_at)
        return None

    def expire(self, key: Key, row: InvitationToRemindOf, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The day of the reminder has come."""
        return [RemindInvitation(row.account_id)]
