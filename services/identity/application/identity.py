"""Identity: accounts, codes and sessions, and the registry of institutions, personnel and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from services.identity.application.accounts import handlers as accounts
from services.identity.application.cards import handlers as cards
from services.identity.application.desk import Desk
from services.identity.application.nhi_cards import handlers as nhi_cards
from services.identity.application.organisations import handlers as organisations
from services.identity.application.registry import handlers as registry
from services.identity.application.reservations import holdings
from services.identity.commands import (
    CloseVoidCapacities,
    CloseVoidNhiSessions,
    CloseVoidSessions,
    CloseVoidSessionsOfCard,
    DisableAccount,
    RecordForgotten,
    RemoveManager,
    RemoveNhiCard,
    RemoveUser,
    RevokeService,
    SignOut,
    SignOutEverywhere,
    UnbindCard,
    WithdrawCard,
)
from services.identity.domain.accounts import access as accounts_access
from services.identity.domain.cards import access as cards_access
from services.identity.domain.nhi_cards import access as nhi_cards_access
from services.identity.domain.organisations import access as organisations_access
from services.identity.domain.registry import access as registry_access
from shared.application import ContextApplication
from shared.application.forgetting import untold
from shared.principal import process

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from services.identity.application.accounts.entrance import Entrance
    from shared.access import WhoMay
    from shared.application.handling import Handler
    from shared.events import Aggregate, Event
    from shared.postgres import Database
    from shared.store.append import Holdings
    from shared.vault.ledger import Forgotten
    from shared.vault.vault import Vault


class Identity(ContextApplication):
    """身分: every command of the context goes through `handle`."""

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = (
        *registry.AGGREGATES,
        *accounts.AGGREGATES,
        *cards.AGGREGATES,
        *nhi_cards.AGGREGATES,
        *organisations.AGGREGATES,
    )
    handlers: ClassVar[Mapping[type, Handler]] = {
        **registry.HANDLERS,
        **accounts.HANDLERS,
        **cards.HANDLERS,
        **nhi_cards.HANDLERS,
        **organisations.HANDLERS,
    }
    who_may: ClassVar[WhoMay] = {
        **registry_access.WHO_MAY,
        **accounts_access.WHO_MAY,
        **cards_access.WHO_MAY,
        **nhi_cards_access.WHO_MAY,
        **organisations_access.WHO_MAY,
    }
    urgent = frozenset(
        {
            SignOut,
            SignOutEverywhere,
            CloseVoidSessions,
            CloseVoidCapacities,
            CloseVoidSessionsOfCard,
            DisableAccount,
            WithdrawCard,
            UnbindCard,
            RemoveNhiCard,
            CloseVoidNhiSessions,
            RemoveManager,
            RemoveUser,
            RevokeService,
        }
    )

    desk: Desk

    def __init__(self, database: Database, vault: Vault, entrance: Entrance, **options: Any) -> None:
        super().__init__(database, vault, **options)
        self.desk = Desk(self, vault, entrance)

    def policy_version(self, now: datetime) -> str:
        """The dated figures of coming in; what the registry decides by is of the law, and has no version."""
        return self.desk.entrance.policy(now).version

    def held_by(self, aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:
        """Mailboxes and people that are taken, the accounts of an institution, and whom the log tells forgotten."""
        return holdings(aggregate, facts)

    def record_forgotten(self, forgotten: Iterable[Forgotten], now: datetime) -> None:
        """Tell the log whom the vault has forgotten, where it does not, and let nobody in as one of them."""
        for subject, ground in untold(self, forgotten).items():
            self.handle(RecordForgotten(subject, ground), process("record_forgotten"), f"forgotten/{subject}", now)
