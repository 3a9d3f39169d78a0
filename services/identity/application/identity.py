"""Identity: accounts, codes and sessions, and the registry of institutions, personnel and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from services.identity.application import registry
from services.identity.application.desk import Desk
from services.identity.domain.registry import access as registry_access
from shared.application import ContextApplication

if TYPE_CHECKING:
    from shared.events import Aggregate
    from shared.postgres import Database
    from shared.vault.vault import Vault


class Identity(ContextApplication):
    """身分: every command of the context goes through `handle`."""

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = registry.AGGREGATES
    handlers = registry.HANDLERS
    who_may = registry_access.WHO_MAY

    desk: Desk

    def __init__(self, database: Database, vault: Vault, **options: Any) -> None:
        super().__init__(database, vault, **options)
        self.desk = Desk(self, vault)
