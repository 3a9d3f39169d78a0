"""清冊檔 as those who look after it, and those who get it, are told of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

import msgspec

from services.support.domain.register_delivery import DeliveryState
from services.support.events import DeliveryFault

if TYPE_CHECKING:
    from services.support.read_models.register_files import RegisterFileRow


class RegisterFileListed(msgspec.Struct, frozen=True):
    """The register file of a Taipei day: its control totals and SHA-256 (hex), and what became of its delivery.

    It holds the events behind position `after` up to `until`. `due_at` is when it is tried next, None where nothing is;
    `fault` why the last attempt failed.
    """

    day: date
    number: int
    after: int
    until: int
    adds: int
    changes: int
    cancels: int
    digest: str
    key_id: str
    produced_at: datetime
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    fault: DeliveryFault | None
    delivered_at: datetime | None

    @classmethod
    def of(cls, row: RegisterFileRow) -> Self:
        """What is told of a row."""
        return cls(*(getattr(row, name) for name in cls.__struct_fields__))
