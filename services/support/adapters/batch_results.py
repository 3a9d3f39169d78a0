"""What is said of the rows of a batch application: each fault in the user's words, beside the column and its letter.

The result file is a workbook with a line for each fault, for whoever has to mend the rows.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from services.support.adapters.batch_rows import COLUMNS
from shared.imports.results import Remark
from shared.spreadsheets import safe_cell
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.support.domain.batch import Batch, BatchRow
    from shared.imports.results import RowResult
    from shared.refusals import Refusal
    from shared.words import Wording

RESULT_TITLE = "結果"
_HEADINGS = (
    ("列", "Row", 8),
    ("結果", "Result", 14),
    ("案件編號", "Case number", 16),
    ("欄位", "Column", 24),
    ("說明", "What to do", 80),
)
"""In both languages, as on the template, with the width of each column in characters."""


def remarks_of(batch: Batch, row: BatchRow, wording: Wording) -> tuple[Remark, ...]:
    """The faults of one of its rows, in the order of the columns; none where the row can be taken."""
    return tuple(_remark(batch, fault, wording) for fault in row.faults)


def _remark(batch: Batch, fault: Refusal, wording: Wording) -> Remark:
    heading = COLUMNS[batch.kind].headings[fault.field]
    words = {language: wording.words(fault.code, fault.params, language) for language in Language}
    return Remark(fault.code, f"{batch.letters[fault.field]} {heading}", words)


def result_file(results: Iterable[RowResult], wording: Wording, language: Language) -> bytes:
    """結果檔: a workbook that tells of each row what became of it, and of each fault on a line of its own."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = RESULT_TITLE
    sheet.append([f"{chinese} {english}" for chinese, english, _ in _HEADINGS])
    outcomes = wording.catalogue(language).values
    for result in results:
        told = [(remark.column, remark.words[language]) for remark in result.remarks] or [("", "")]
        for column, words in told:
            cells = (outcomes[f"row_{result.outcome}"], result.entry, column, words)
            sheet.append([result.number, *map(safe_cell, cells)])
    for place, (*_, width) in enumerate(_HEADINGS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.cell(1, place).font = Font(bold=True)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()
