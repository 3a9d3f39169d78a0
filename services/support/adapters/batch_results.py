"""What is said of the rows of a batch application: each fault in the user's words, beside the column and its letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support.adapters.batch_rows import COLUMNS
from shared.imports.results import Remark
from shared.words import Language

if TYPE_CHECKING:
    from services.support.domain.batch import Batch, BatchRow
    from shared.refusals import Refusal
    from shared.words import Wording


def remarks_of(batch: Batch, row: BatchRow, wording: Wording) -> tuple[Remark, ...]:
    """The faults of one of its rows, in the order of the columns; none where the row can be taken."""
    return tuple(_remark(batch, fault, wording) for fault in row.faults)


def _remark(batch: Batch, fault: Refusal, wording: Wording) -> Remark:
    heading = COLUMNS[batch.kind].headings[fault.field]
    words = {language: wording.words(fault.code, fault.params, language) for language in Language}
    return Remark(fault.code, f"{batch.letters[fault.field]} {heading}", words)
