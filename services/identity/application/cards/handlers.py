"""Which use case answers which command about cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.identity.application.cards import binding, register, reviewing
from services.identity.commands import cards as commands
from services.identity.domain.cards.card import Card, CardBinding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from services.identity.application.desk import Desk
    from shared.application import Decision
    from shared.events import Aggregate
    from shared.principal import Principal

AGGREGATES: tuple[type[Aggregate], ...] = (Card, CardBinding)

HANDLERS: Mapping[type, Callable[[Desk, Any, Principal, datetime], Decision]] = {
    commands.RegisterCard: register.register_card,
    commands.WithdrawCard: register.withdraw_card,
    commands.UnbindCard: binding.unbind_card,
    commands.CloseVoidCapacities: reviewing.close_void_capacities,
    commands.CloseVoidSessionsOfCard: reviewing.close_void_sessions_of_card,
}
"""What is answered with an outcome, and answered again when it is repeated; the rest is the front desk's."""
