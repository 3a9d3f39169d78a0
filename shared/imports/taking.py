"""Takes a file in row by row: each is told what became of it, and none keeps the next from its turn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from shared.application.outcome import Result
from shared.imports.files import RegisterFile, digest_of, open_register
from shared.imports.json_files import is_json, open_json
from shared.imports.results import ImportSummary, RowOutcome, RowResult, remark_on, summarised
from shared.refusals import InvalidForm, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.application.outcome import Notice, Outcome
    from shared.imports.files import Columns, FileRow
    from shared.imports.results import Remark
    from shared.words import Wording


class RowsTooMany(Refusal):
    """The file has more than `limit` rows, which are not taken at once; nothing of it was taken."""


@dataclass(frozen=True)
class ReadFile:
    """A file that can be taken in: its SHA-256 in hex, and its rows, to be gone through once."""

    digest: str
    register: RegisterFile


def read_file(file: BinaryIO, columns: Columns) -> ReadFile:
    """Read the beginning of a CSV file, or go through a JSON one, to see that it can be taken.

    Raises FileEmpty, FileNotUtf8, FileNotJson, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated.
    """
    digest = digest_of(file)
    return ReadFile(digest, open_json(file, columns) if is_json(file) else open_register(file, columns))


def read_whole(file: BinaryIO, columns: Columns, most: int) -> ReadFile:
    """As `read_file`, with every row read and kept; raises `RowsTooMany` too, where there are more than `most`."""
    read = read_file(file, columns)
    rows = list(islice(read.register.rows, most + 1))
    if len(rows) > most:
        raise RowsTooMany("file", limit=most)
    return ReadFile(read.digest, RegisterFile(read.register.encoding, iter(rows)))


def take_in(
    read: ReadFile,
    columns: Columns,
    wording: Wording,
    take: Callable[[FileRow], Outcome],
    tell: Callable[[RowResult], None],
) -> ImportSummary:
    """Have each readable row of a file taken by `take`, and `tell` its result as soon as it is known.

    Raises whatever `take` raises that is no refusal.
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

    return summarised(read.digest, read.register.encoding, map(result_of, read.register.rows), tell)
