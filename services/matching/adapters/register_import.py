"""匯入: a file of the register taken in row by row, each told whether it was taken, was there already, or why not.

A row that has been taken is known again: by its place in the file to whoever imports the same file, by what it says to
everybody else. So an import that was cut short is finished by importing the file once more, and a file imported twice
changes nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, TextIO

from services.matching.adapters.register_files import digest_of, open_register
from services.matching.adapters.register_json import is_json, open_json
from services.matching.adapters.register_rows import CLOSURES, ENROLMENTS, closure_of, enrolment_of
from services.matching.application.register import what_stands
from services.matching.commands import CloseEnrolment, RecordEnrolment, RecordImport
from services.matching.domain.refusals import InvalidForm
from services.matching.events import RegisterKind
from services.matching.messages import words
from shared.application.outcome import Result, outcome_of
from shared.calendar import taipei_day
from shared.refusals import Refusal
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from services.matching.adapters.register_files import Columns, FileRow
    from services.matching.application import Matching
    from shared.principal import Principal

_COLUMNS = {RegisterKind.ENROLMENTS: ENROLMENTS, RegisterKind.CLOSURES: CLOSURES}
_COMMANDS: Mapping[RegisterKind, Callable[[Mapping[str, str], date], RecordEnrolment | CloseEnrolment]] = {
    RegisterKind.ENROLMENTS: enrolment_of,
    RegisterKind.CLOSURES: closure_of,
}


class RowOutcome(StrEnum):
    """What became of one row."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Remark:
    """Something to mend in a row, or to look at although it was taken: its code, its column, and the words for it."""

    code: str
    column: str
    words: Mapping[Language, str]


@dataclass(frozen=True)
class RowResult:
    """One row, numbered from 1 below the headings. `case_no` is empty where it belongs to no case."""

    number: int
    outcome: RowOutcome
    case_no: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class ImportSummary:
    """How a file was read (its SHA-256 in hex, its encoding) and how many of its rows came out how."""

    digest: str
    encoding: str
    taken: int
    unchanged: int
    refused: int

    @property
    def rows(self) -> int:
        """All rows of the file."""
        return self.taken + self.unchanged + self.refused


def import_register(  # noqa: PLR0913 - what is imported, by whom, when, and who hears of each row
    matching: Matching,
    file: BinaryIO,
    kind: RegisterKind,
    principal: Principal,
    now: datetime,
    *,
    tell: Callable[[RowResult], None],
) -> ImportSummary:
    """Take in a file at `now` (aware), and `tell` the result of each row as soon as it is known.

    Raises FileEmpty, FileNotUtf8, FileNotJson, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated with
    nothing taken; and StoreUnavailable, after which the same file goes on where it stopped.
    """
    run = _Import(matching, digest_of(file), kind, principal, now)
    columns = _COLUMNS[kind]
    register = open_json(file, columns) if is_json(file) else open_register(file, columns)
    counts = dict.fromkeys(RowOutcome, 0)
    for row in register.rows:
        result = run.take(row)
        counts[result.outcome] += 1
        tell(result)
    summary = ImportSummary(
        run.digest,
        register.encoding,
        counts[RowOutcome.TAKEN],
        counts[RowOutcome.UNCHANGED],
        counts[RowOutcome.REFUSED],
    )
    run.record(summary)
    return summary


class ResultFile:
    """Writes the result of each row as CSV, for whoever has to mend the file."""

    def __init__(self, text: TextIO) -> None:
        self._writer = csv.writer(text)
        self._writer.writerow(["列", "結果", "案件編號", "代碼", "欄位", "說明", "Explanation"])

    def tell(self, result: RowResult) -> None:
        """Add one row; several remarks share it, a line each in their cells."""
        remarks = result.remarks
        self._writer.writerow(
            [
                result.number,
                result.outcome.value,
                result.case_no,
                "\n".join(remark.code for remark in remarks),
                "\n".join(remark.column for remark in remarks),
                "\n".join(remark.words[Language.CHINESE] for remark in remarks),
                "\n".join(remark.words[Language.ENGLISH] for remark in remarks),
            ]
        )


class _Import:
    """One file being taken in by one person."""

    def __init__(
        self, matching: Matching, digest: str, kind: RegisterKind, principal: Principal, now: datetime
    ) -> None:
        self.digest = digest
        self._matching = matching
        self._kind = kind
        self._principal = principal
        self._now = now
        self._columns = _COLUMNS[kind]
        self._key = f"import/{matching.desk.file_digest(digest)}/{principal.id}"

    def take(self, row: FileRow) -> RowResult:
        try:
            return self._taken(row)
        except InvalidForm as form:
            refusals = form.refusals
        except Refusal as refusal:
            refusals = (refusal,)
        remarks = tuple(_remark(refusal.code, refusal.field, refusal.params, self._columns) for refusal in refusals)
        return RowResult(row.number, RowOutcome.REFUSED, remarks=remarks)

    def _taken(self, row: FileRow) -> RowResult:
        if row.objection is not None:
            raise row.objection
        command = _COMMANDS[self._kind](row.cells, taipei_day(self._now))
        key = f"{self._key}/{row.number}"
        before = self._matching.answer_to(key)
        if before is not None:
            outcome = outcome_of(before.body)
            return RowResult(row.number, RowOutcome.UNCHANGED, outcome.number, self._what_stands(outcome.id, command))
        outcome = self._matching.handle(command, self._principal, key, self._now)
        done = RowOutcome.TAKEN if outcome.result == Result.DONE else RowOutcome.UNCHANGED
        remarks = (_remark(notice.code, notice.field, notice.params, self._columns) for notice in outcome.notices)
        return RowResult(row.number, done, outcome.number, tuple(remarks))

    def _what_stands(self, enrolment_id: UUID, row: RecordEnrolment | CloseEnrolment) -> tuple[Remark, ...]:
        """What has become of the enrolment that the row made; of a closure nothing can."""
        if not isinstance(row, RecordEnrolment):
            return ()
        enrolment = self._matching.desk.enrolment(enrolment_id)
        notices = what_stands(enrolment, row.doctor.strip(), row.enrolled_on)
        return tuple(_remark(notice.code, notice.field, notice.params, self._columns) for notice in notices)

    def record(self, summary: ImportSummary) -> None:
        """Count the import, unless everything that could be taken had been taken before."""
        if summary.unchanged and not summary.taken:
            return
        counts = {
            "rows": summary.rows,
            "taken": summary.taken,
            "unchanged": summary.unchanged,
            "refused": summary.refused,
        }
        command = RecordImport(self._kind, self.digest, **counts)
        key = f"{self._key}/{'/'.join(map(str, counts.values()))}"
        self._matching.handle(command, self._principal, f"{key}/counted", self._now)


def _remark(code: str, field: str, params: Mapping[str, object], columns: Columns) -> Remark:
    said = {language: words(code, params, language) for language in Language}
    return Remark(code, columns.headings.get(field, field), said)
