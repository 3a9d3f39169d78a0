"""整批申請: what the rows of one workbook ask for, each with all that speaks against it; nothing is stored by that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.support.commands import Choice

if TYPE_CHECKING:
    from services.support.events.entries import BatchKind, Purpose
    from services.support.events.schedules import Schedule
    from shared.refusals import Refusal


@dataclass(frozen=True)
class BatchLine:
    """What one row asks for: a practitioner at a place, as it was written; whether there are such is not known yet.

    `place_name` is empty where the code says enough, `department` where none applies, `remarks` where there are none.
    """

    practitioner: str
    place_code: str
    place_name: str
    purposes: tuple[Purpose, ...]
    department: str
    schedule: Schedule
    remarks: str


@dataclass(frozen=True)
class BatchRow:
    """One row by its number in the sheet: its line, or every fault of it, each naming its column in `field`."""

    number: int
    line: BatchLine | None
    faults: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Batch:
    """A workbook that was read: the SHA-256 of its bytes in hex, and its rows in order.

    `letters` say at which column of the sheet each of ours stands.
    """

    kind: BatchKind
    digest: str
    letters: dict[str, str]
    rows: tuple[BatchRow, ...]

    def taken(self, choice: Choice) -> tuple[BatchRow, ...]:
        """The rows whose lines are to be stored."""
        good = tuple(row for row in self.rows if row.line is not None)
        return () if choice == Choice.ALL_OR_NOTHING and len(good) < len(self.rows) else good
