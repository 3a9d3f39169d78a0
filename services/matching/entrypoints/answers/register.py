"""What is told of a file of the register that was taken in, or tried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec

from shared.imports.results import RowOutcome

if TYPE_CHECKING:
    from shared.imports.results import ImportSummary, RowResult
    from shared.words import Language


class RemarkTold(msgspec.Struct, frozen=True):
    """What is to be mended in a row, or looked at; `column` is its heading in the file."""

    code: str
    column: str
    words: str


class RowTold(msgspec.Struct, frozen=True):
    """What became of one row, numbered from 1 below the headings; `case_no` is empty where it has none."""

    number: int
    outcome: RowOutcome
    case_no: str
    remarks: tuple[RemarkTold, ...]

    @classmethod
    def of(cls, result: RowResult, language: Language) -> Self:
        """The row in one language."""
        remarks = (RemarkTold(one.code, one.column, one.words[language]) for one in result.remarks)
        return cls(result.number, result.outcome, result.entry, tuple(remarks))


class FileTold(msgspec.Struct, frozen=True):
    """The whole file: its SHA-256 in hex, the encoding it was read in, its rows, and how many came out how."""

    digest: str
    encoding: str
    taken: int
    unchanged: int
    refused: int
    rows: tuple[RowTold, ...]

    @classmethod
    def of(cls, summary: ImportSummary, rows: list[RowTold]) -> Self:
        """The summary with the rows that it counts."""
        counts = (summary.taken, summary.unchanged, summary.refused)
        return cls(summary.digest, summary.encoding, *counts, tuple(rows))
