"""What a use case of identity has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.store.application import StoredApplication
    from shared.vault.vault import Vault


@dataclass(frozen=True)
class Desk:
    """Everything that a handler may ask; it saves nothing itself."""

    store: StoredApplication
    vault: Vault
