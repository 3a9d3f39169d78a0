"""匯入: a file of the register taken in row by row, each told whether it was taken, was there already, or why not.

A row that has been taken is known again: by its place in the file to whoever imports the same file, by what it says to
everybody else. So an import that was cut short is finished by importing the file once more, and a file imported twice
changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from services.matching.adapters.register_rows import CLOSURES, ENROLMENTS, closure_of, enrolment_of
from services.matching.application.register import what_stands
from services.matching.commands import CloseEnrolment, RecordEnrolment, RecordImport
from services.matching.events import RegisterKind
from services.matching.messages import WORDING
from shared.application.outcome import Outcome, Result, outcome_of
from shared.calendar import taipei_day
from shared.imports.files import digest_of
from shared.imports.taking import take_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from services.matching.application import Matching
    from shared.application.outcome import Notice
    from shared.imports.files import FileRow
    from shared.imports.results import ImportSummary, RowResult
    from shared.principal import Principal

_COLUMNS = {RegisterKind.ENROLMENTS: ENROLMENTS, RegisterKind.CLOSURES: CLOSURES}
_COMMANDS: Mapping[RegisterKind, Callable[[Mapping[str, str], date], RecordEnrolment | CloseEnrolment]] = {
    RegisterKind.ENROLMENTS: enrolment_of,
    RegisterKind.CLOSURES: closure_of,
}


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
    summary = take_in(file, _COLUMNS[kind], WORDING, run.take, tell)
    run.record(summary)
    return summary


class _Import:
    """One file being taken in by one person."""

    def __init__(
        self, matching: Matching, digest: str, kind: RegisterKind, principal: Principal, now: datetime
    ) -> None:
        self._matching = matching
        self._kind = kind
        self._principal = principal
        self._now = now
        self._key = f"import/{matching.desk.file_digest(digest)}/{principal.id}"

    def take(self, row: FileRow) -> Outcome:
        command = _COMMANDS[self._kind](row.cells, taipei_day(self._now))
        key = f"{self._key}/{row.number}"
        before = self._matching.answer_to(key)
        if before is None:
            return self._matching.handle(command, self._principal, key, self._now)
        known = outcome_of(before.body)
        return Outcome(known.id, known.version, known.number, Result.UNCHANGED, self._what_stands(known.id, command))

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
