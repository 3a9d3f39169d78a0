"""What a use case of identity has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.identity.application.accounts.entrance import Entrance
    from shared.store.application import StoredApplication
    from shared.vault.vault import Vault


@dataclass(frozen=True)
class Desk:
    """Everything that a handler may ask; it saves nothing itself. The registry has no use for the entrance."""

    store: StoredApplication
    vault: Vault
    entrance: Entrance
