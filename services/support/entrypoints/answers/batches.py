"""What is told of workbooks (整批申請): each row of one that was tried or taken, and files to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import UUID

import msgspec

from shared.imports.results import RowOutcome

if TYPE_CHECKING:
    from services.support.adapters.batch_import import BatchReport
    from shared.imports.results import RowResult
    from shared.words import Language

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RemarkTold(msgspec.Struct, frozen=True):
    """What is to be mended in a row; `column` is its letter and heading."""

    code: str
    column: str
    words: str


class RowTold(msgspec.Struct, frozen=True):
    """What became, or would become, of one row, by its number in the sheet."""

    number: int
    outcome: RowOutcome
    remarks: tuple[RemarkTold, ...]

    @classmethod
    def of(cls, result: RowResult, language: Language) -> Self:
        """The row in one language."""
        remarks = (RemarkTold(one.code, one.column, one.words[language]) for one in result.remarks)
        return cls(result.number, result.outcome, tuple(remarks))


class BatchTold(msgspec.Struct, frozen=True):
    """A whole workbook: the draft of its lines where there is one, its rows, and how many came out how."""

    application_id: UUID | None
    case_no: str
    taken: int
    unchanged: int
    refused: int
    rows: tuple[RowTold, ...]

    @classmethod
    def of(cls, report: BatchReport, language: Language) -> Self:
        """What became of it, in one language."""
        return cls(
            report.application_id,
            report.case_no,
            taken=report.count(RowOutcome.TAKEN),
            unchanged=report.count(RowOutcome.UNCHANGED),
            refused=report.count(RowOutcome.REFUSED),
            rows=tuple(RowTold.of(result, language) for result in report.results),
        )
