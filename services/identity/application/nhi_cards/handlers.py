"""Which use case answers which command about NHI cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.nhi_cards import keeping
from services.identity.commands import nhi_cards as commands
from services.identity.domain.nhi_cards.credential import NhiCredential

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.application.handling import Handler
    from shared.events import Aggregate

AGGREGATES: tuple[type[Aggregate], ...] = (NhiCredential,)

HANDLERS: Mapping[type, Handler] = {
    commands.RemoveNhiCard: keeping.remove_nhi_card,
    commands.CloseVoidNhiSessions: keeping.close_void_nhi_sessions,
}
"""What is answered with an outcome, and answered again when it is repeated; the rest is the front desk's."""
