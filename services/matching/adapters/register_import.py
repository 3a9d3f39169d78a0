"""匯入: a file of the register taken in row by row, each told whether it was taken, was there already, or why not.

A row that has been taken is known again: by its place in the file to whoever imports the same file, by what it says to
everybody else. So an import that was cut short is finished by importing the file once more, and a file imported twice
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from services.matching.adapters.register_rows import CLOSURES, ENROLMENTS, closure_of, enrolment_of
from services.matching.application.register import what_stands
from services.matching.commands import CloseEnrolment, RecordEnrolment, RecordImport
from services.matching.events import RegisterKind
from services.matching.messages import WORDING
from shared.application.outcome import Outcome, Result, outcome_of
from shared.calendar import taipei_day
from shared.imports.files import Purpose
from shared.imports.taking import read_file, read_whole, take_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from services.matching.application import Matching
    from shared.application.outcome import Notice
    from shared.imports.files import FileRow
    from shared.imports.results import ImportSummary, RowResult
    from shared.imports.taking import ReadFile
    from shared.principal import Principal

_COLUMNS = {RegisterKind.ENROLMENTS: ENROLMENTS, RegisterKind.CLOSURES: CLOSURES}
_COMMANDS: Mapping[RegisterKind, Callable[[Mapping[str, str], date], RecordEnrolment | CloseEnrolment]] = {
    RegisterKind.ENROLMENTS: enrolment_of,
    RegisterKind.CLOSURES: closure_of,
}


@dataclass(frozen=True)
class RegisterRows:
    """A file of the register that can be taken in."""

    kind: RegisterKind
    read: ReadFile


def read_register(file: BinaryIO, kind: RegisterKind) -> RegisterRows:
    """A file of any length, its rows read as they are taken.

    Raises FileEmpty, FileNotUtf8, FileNotJson, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated.
    """
    return RegisterRows(kind, read_file(file, _COLUMNS[kind]))


def read_short_register(file: BinaryIO, kind: RegisterKind, most: int) -> RegisterRows:
    """As `read_register`, all of it at once; raises `RowsTooMany` too, where it has more rows than `most`."""
    return RegisterRows(kind, read_whole(file, _COLUMNS[kind], most))


def import_register(  # noqa: PLR0913 - what is imported, by whom, when, what for, and who hears of each row
    matching: Matching,
    rows: RegisterRows,
    principal: Principal,
    now: datetime,
    *,
    purpose: Purpose,
    tell: Callable[[RowResult], None],
) -> ImportSummary:
    """Take in, or try out, a file at `now` (aware), and `tell` the result of each row as soon as it is known.

    Raises StoreUnavailable, after which the same file goes on where it stopped.
    """
    run = _Import(matching, rows, principal, now, purpose)
    summary = take_in(rows.read, _COLUMNS[rows.kind], WORDING, run.take, tell)
    if purpose == Purpose.TAKE:
        run.record(summary)
    return summary


class _Import:
    """One file being read for one person."""

    def __init__(
        self, matching: Matching, rows: RegisterRows, principal: Principal, now: datetime, purpose: Purpose
    ) -> None:
        self._matching = matching
        self._kind = rows.kind
        self._principal = principal
        self._now = now
        self._carry_out = self._tried if purpose == Purpose.TRY else self._taken
        self._key = f"import/{matching.desk.file_digest(rows.read.digest)}/{principal.id}"

    def take(self, row: FileRow) -> Outcome:
        command = _COMMANDS[self._kind](row.cells, taipei_day(self._now))
        key = f"{self._key}/{row.number}"
        before = self._matching.answer_to(key)
        if before is None:
            return self._carry_out(command, key)
        known = outcome_of(before.body)
        return Outcome(known.id, known.version, known.number, Result.UNCHANGED, self._what_stands(known.id, command))

    def _taken(self, command: RecordEnrolment | CloseEnrolment, key: str) -> Outcome:
        return self._matching.handle(command, self._principal, key, self._now)

    def _tried(self, command: RecordEnrolment | CloseEnrolment, _: str) -> Outcome:
        return self._matching.consider(command, self._principal, self._now)

    def _what_stands(self, enrolment_id: UUID, row: RecordEnrolment | CloseEnrolment) -> tuple[Notice, ...]:
        """What has become of the enrolment that the row made; of a closure nothing can."""
        if not isinstance(row, RecordEnrolment):
            return ()
        enrolment = self._matching.desk.enrolment(enrolment_id)
        return tuple(what_stands(enrolment, row.doctor.strip(), row.enrolled_on))

    def record(self, summary: ImportSummary) -> None:
        """Count the import, unless everything that could be taken had been taken before."""
        if summary.unchanged and not summary.taken:
            return
        counts = summary.counts
        command = RecordImport(self._kind, summary.digest, **counts)
        key = f"{self._key}/{'/'.join(map(str, counts.values()))}"
        self._matching.handle(command, self._principal, f"{key}/counted", self._now)
