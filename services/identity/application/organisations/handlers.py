"""Which use case answers which command about an organisation's users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.organisations import managing
from services.identity.commands import organisations as commands
from services.identity.domain.organisations.organisation import Organisation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.application.handling import Handler
    from shared.events import Aggregate

AGGREGATES: tuple[type[Aggregate], ...] = (Organisation,)

HANDLERS: Mapping[type, Handler] = {
    commands.NameManager: managing.name_manager,
    commands.RemoveManager: managing.remove_manager,
    commands.AddUser: managing.add_user,
    commands.RemoveUser: managing.remove_user,
    commands.GrantService: managing.grant_service,
    commands.RevokeService: managing.revoke_service,
}
