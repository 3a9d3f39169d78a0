"""How many rows of a file came out how, as it is recorded once the file has been taken in."""

from __future__ import annotations

from dataclasses import dataclass

from shared.refusals import Refusal


class CountsInconsistent(Refusal):
    """Rows taken, unchanged and refused are no numbers of rows, or do not add up to `rows`."""


@dataclass(frozen=True)
class RowCounts:
    """How the rows of a file came out; the last three add up to the first."""

    rows: int
    taken: int
    unchanged: int
    refused: int

    def objection(self) -> Refusal | None:
        """Why these cannot be the counts of a file."""
        parts = (self.taken, self.unchanged, self.refused)
        adds_up = min(parts) >= 0 and sum(parts) == self.rows
        return None if adds_up else CountsInconsistent("rows", rows=self.rows)
