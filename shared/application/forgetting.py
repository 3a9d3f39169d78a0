"""People whom the vault has forgotten, and of whom a log may not say so."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.store.application import StoredApplication
    from shared.vault.ledger import Forgotten

FORGOTTEN = "forgotten"
"""A person of whom the log says that they have been forgotten: never released, so that it says so once."""


def untold(store: StoredApplication, forgotten: Iterable[Forgotten]) -> dict[SubjectId, str]:
    """Those of whom the log does not say it, with the ground: after a crash in between, or a restored backup."""
    grounds = {str(subject): entry.ground for entry in forgotten for subject in entry.subjects}
    told = store.holders(FORGOTTEN, grounds)
    return {SubjectId(UUID(subject)): ground for subject, ground in grounds.items() if subject not in told}
