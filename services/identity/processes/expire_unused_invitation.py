"""Expire unused invitation: a link that nobody used within its seven days is good no longer, and the log says so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.identity import events
from services.identity.commands import ExpireInvitation
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class OpenInvitation(msgspec.Struct, frozen=True):
    """An invitation that can still be used."""

    account_id: UUID
    expires_at: datetime


class ExpireUnusedInvitation(Process[OpenInvitation]):
    """Ends an invitation whose time is over."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[OpenInvitation]] = Table(
        "expire_unused_invitation", OpenInvitation, key=("account_id",), indexes=(("expires_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.AccountInvited,
        events.InvitationResent,
        events.InvitationExpired,
        events.AccountActivated,
        events.AccountDisabled,
    )
    deadline: ClassVar[str | None] = "expires_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The account."""
        return [(event.originator_id,)]

    def evolve(self, key: Key, row: OpenInvitation | None, event: Event) -> OpenInvitation | None:  # noqa: ARG002 - the event says all
        """A link that was sent can be used, until anything else happens to it."""
        if isinstance(event, events.AccountInvited | events.InvitationResent):
            return OpenInvitation(key[0], event.expires_at)
        return None

    def expire(self, key: Key, row: OpenInvitation, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """Its time is over."""
        return [ExpireInvitation(row.account_id)]
