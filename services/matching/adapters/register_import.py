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
from shared.application.outcome import Result, outcome_of
from shared.calendar import taipei_day
from shared.imports.files import digest_of, open_register
from shared.imports.json_files import is_json, open_json
from shared.imports.results import ImportSummary, RowOutcome, RowResult, remark_on, summarised
from shared.refusals import InvalidForm, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from services.matching.application import Matching
    from shared.application.outcome import Notice
    from shared.imports.files import FileRow
    from shared.imports.results import Remark
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
    columns = _COLUMNS[kind]
    register = open_json(file, columns) if is_json(file) else open_register(file, columns)
    summary = summarised(run.digest, register.encoding, map(run.take, register.rows), tell)
    run.record(summary)
    return summary


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
        remarks = tuple(self._remark(refusal) for refusal in refusals)
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
        remarks = (self._remark(notice) for notice in outcome.notices)
        return RowResult(row.number, done, outcome.number, tuple(remarks))

    def _what_stands(self, enrolment_id: UUID, row: RecordEnrolment | CloseEnrolment) -> tuple[Remark, ...]:
        """What has become of the enrolment that the row made; of a closure nothing can."""
        if not isinstance(row, RecordEnrolment):
            return ()
        enrolment = self._matching.desk.enrolment(enrolment_id)
        notices = what_stands(enrolment, row.doctor.strip(), row.enrolled_on)
        return tuple(self._remark(notice) for notice in notices)

    def _remark(self, said: Refusal | Notice) -> Remark:
        return remark_on(WORDING, self._columns, said.code, said.field, said.params)

    def record(self, summary: ImportSummary) -> None:
        """Count the import, unless everything that could be taken had been taken before."""
        if summary.unchanged and not summary.taken:
            return
        counts = summary.counts
        command = RecordImport(self._kind, self.digest, **counts)
        key = f"{self._key}/{'/'.join(map(str, counts.values()))}"
        self._matching.handle(command, self._principal, f"{key}/counted", self._now)
