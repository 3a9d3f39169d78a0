"""People whom the vault has forgotten, and of whom a log may not say so."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from shared.sealing import SubjectId
from shared.store.append import Reservation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.store.application import StoredApplication
    from shared.vault.ledger import Forgotten

FORGOTTEN = "forgotten"
"""A person of whom the log says that they have been forgotten: never released, so that it says so once."""


def told(subject: SubjectId, record_id: UUID) -> Reservation:
    """That a record of the log tells of this person."""
    return Reservation(FORGOTTEN, str(subject), record_id)


def untold(store: StoredApplication, forgotten: Iterable[Forgotten]) -> dict[SubjectId, str]:
    """Those of whom the log does not say it, with the ground: after a crash in between, or a restored backup."""
    grounds = {str(subject): entry.ground for entry in forgotten for subject in entry.subjects}
    known = store.holders(FORGOTTEN, grounds)
    return {SubjectId(UUID(subject)): ground for subject, ground in grounds.items() if subject not in known}
