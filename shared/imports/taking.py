"""Takes a file in row by row: each is told what became of it, and none keeps the next from its turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from shared.application.outcome import Result
from shared.imports.files import digest_of, open_register
from shared.imports.json_files import is_json, open_json
from shared.imports.results import ImportSummary, RowOutcome, RowResult, remark_on, summarised
from shared.refusals import InvalidForm, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.application.outcome import Notice, Outcome
    from shared.imports.files import Columns, FileRow
    from shared.imports.results import Remark
    from shared.words import Wording


def take_in(
    file: BinaryIO,
    columns: Columns,
    wording: Wording,
    take: Callable[[FileRow], Outcome],
    tell: Callable[[RowResult], None],
) -> ImportSummary:
    """Have each readable row of a CSV or JSON file taken by `take`, and `tell` its result as soon as it is known.

    Raises FileEmpty, FileNotUtf8, FileNotJson, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated with
    nothing taken; and whatever `take` raises that is no refusal.
    """

    def remarks_on(said: Sequence[Refusal] | Sequence[Notice]) -> tuple[Remark, ...]:
        return tuple(remark_on(wording, columns, one.code, one.field, one.params) for one in said)

    def result_of(row: FileRow) -> RowResult:
        try:
            if row.objection is not None:
                raise row.objection
            outcome = take(row)
        except InvalidForm as form:
            return RowResult(row.number, RowOutcome.REFUSED, remarks=remarks_on(form.refusals))
        except Refusal as refusal:
            return RowResult(row.number, RowOutcome.REFUSED, remarks=remarks_on([refusal]))
        done = RowOutcome.TAKEN if outcome.result == Result.DONE else RowOutcome.UNCHANGED
        return RowResult(row.number, done, outcome.number, remarks_on(outcome.notices))

    digest = digest_of(file)
    register = open_json(file, columns) if is_json(file) else open_register(file, columns)
    return summarised(digest, register.encoding, map(result_of, register.rows), tell)
