"""整批匯入: a workbook taken into a draft of its own as it was chosen, or tried, with a result for each of its rows.

A file is known again by its bytes to whoever hands it in: a second time it changes nothing, unless its draft has been
thrown away meanwhile. Everything that is taken of a file is stored by one command, so that nothing of it is ever half
there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from services.support.adapters.batch_results import remarks_of
from services.support.commands import (
    ImportLines,
    LineEntry,
    PlaceEntry,
    ScheduleEntry,
    ScheduleKind,
    TermsEntry,
)
from services.support.domain import access
from services.support.domain.batch import Batch, BatchRow
from services.support.events.schedules import Continuous, Picked, Recurring
from services.support.messages import WORDING
from shared.access import objection_to
from shared.application import Result
from shared.imports.files import Purpose
from shared.imports.results import RowOutcome, RowResult
from shared.refusals import InvalidForm, Refusal, heed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from services.support.application import Supporting
    from services.support.commands import Choice
    from services.support.domain.application import Application
    from services.support.domain.batch import BatchLine
    from services.support.events.schedules import Schedule
    from shared.principal import Principal


class OtherRowsAtFault(Refusal):
    """Nothing is wrong with the row, but all rows were to be taken or none."""


class RowLeftOut(Refusal):
    """Nothing is wrong with the row now, but the workbook was taken before without it."""


@dataclass(frozen=True)
class BatchReport:
    """What became of a workbook: the draft that its lines are in, where there is one, and a result for each row."""

    application_id: UUID | None
    case_no: str
    results: tuple[RowResult, ...]

    def count(self, outcome: RowOutcome) -> int:
        """How many rows came out so."""
        return sum(result.outcome == outcome for result in self.results)


def import_batch(  # noqa: PLR0913 - what is imported, by whom, when, what for, and how much of it
    supporting: Supporting, batch: Batch, principal: Principal, now: datetime, *, purpose: Purpose, choice: Choice
) -> BatchReport:
    """Take in, or try out, a workbook at `now` (aware).

    Raises what keeps the caller from applying at all: RoleNotAllowed, ProofNotAccepted, NoHomeInstitution, MoveLocked.
    """
    heed(objection_to(principal, supporting.who_may[ImportLines]))
    return _Import(supporting, batch, principal, now, choice).report(purpose)


class _Import:
    """One workbook in one person's hands."""

    def __init__(
        self, supporting: Supporting, batch: Batch, principal: Principal, now: datetime, choice: Choice
    ) -> None:
        self._supporting = supporting
        self._principal = principal
        self._now = now
        self._applicant = supporting.desk.applicant(principal)
        self._columns = tuple(batch.letters)
        everybody = {row.line.practitioner for row in batch.rows if row.line is not None}
        self._somebody_is_locked = supporting.desk.objection_to_new(everybody, now) is not None
        self._batch = replace(batch, rows=tuple(map(self._checked, batch.rows)))
        self._chosen = self._batch.taken(choice)

    def report(self, purpose: Purpose) -> BatchReport:
        """What became of it, or would become."""
        known = self._supporting.desk.draft_of_workbook(self._applicant, self._batch.digest)
        if known is not None:
            return self._told_of(known)
        if purpose == Purpose.TRY or not self._chosen:
            return BatchReport(None, "", self._results({row.number for row in self._chosen}, RowOutcome.TAKEN))
        return self._taken()

    def _taken(self) -> BatchReport:
        taken = tuple(row.number for row in self._chosen)
        command = ImportLines(
            self._batch.kind,
            self._batch.digest,
            tuple(entry_of(row.line) for row in self._chosen if row.line is not None),
            taken,
            tuple(row.number for row in self._batch.rows if row.number not in set(taken)),
        )
        outcome = self._supporting.handle(command, self._principal, f"import/batch/{uuid4()}", self._now)
        if outcome.result is Result.UNCHANGED:  # somebody else has handed it in at this moment
            return self._told_of(self._supporting.desk.application(outcome.id))
        return BatchReport(outcome.id, outcome.number, self._results(set(taken), RowOutcome.TAKEN, outcome.number))

    def _told_of(self, known: Application) -> BatchReport:
        """What had become of it before."""
        taken = set(known.batch.taken) if known.batch else set()
        return BatchReport(known.id, known.case_no, self._results(taken, RowOutcome.UNCHANGED, known.case_no))

    def _checked(self, row: BatchRow) -> BatchRow:
        """The row with what the register and the locks have against it."""
        if row.line is None:
            return row
        entry, form = entry_of(row.line), self._supporting.desk.form(self._now)
        form.object(access.for_practitioner(self._principal, entry.practitioner, "line.practitioner"))
        line = form.line(entry, self._applicant.institution, "line")
        if line is not None and self._somebody_is_locked:
            locked = self._supporting.desk.objection_to_new({line.practitioner.number}, self._now)
            form.object_at("line.practitioner", locked)
        try:
            form.finish()
        except InvalidForm as form_at_fault:
            faults: dict[str, Refusal] = {}
            for fault in form_at_fault.refusals:
                fault.field = _column_of(fault.field)
                faults.setdefault(fault.field, fault)
            return BatchRow(row.number, None, tuple(faults[name] for name in self._columns if name in faults))
        return row

    def _results(self, taken: Collection[int], as_what: RowOutcome, case_no: str = "") -> tuple[RowResult, ...]:
        otherwise = RowLeftOut if as_what == RowOutcome.UNCHANGED else OtherRowsAtFault
        return tuple(
            RowResult(row.number, as_what, case_no) if row.number in taken else self._refused(row, otherwise)
            for row in self._batch.rows
        )

    def _refused(self, row: BatchRow, otherwise: type[Refusal]) -> RowResult:
        at_fault = row if row.faults else replace(row, faults=(otherwise("practitioner"),))
        return RowResult(row.number, RowOutcome.REFUSED, remarks=remarks_of(self._batch, at_fault, WORDING))


def entry_of(line: BatchLine) -> LineEntry:
    """The line as it would have been entered on the page."""
    return LineEntry(
        practitioner=line.practitioner,
        place=PlaceEntry(line.place_code, line.place_name),
        terms=TermsEntry(line.purposes, _schedule_entry(line.schedule), line.remarks),
        department=line.department,
    )


def _schedule_entry(schedule: Schedule) -> ScheduleEntry:
    starts, ends = f"{schedule.starts:%H%M}", f"{schedule.ends:%H%M}"
    match schedule:
        case Continuous(first=first, last=last):
            return ScheduleEntry(ScheduleKind.CONTINUOUS, starts, ends, first, last)
        case Recurring(rule=rule, first=first, last=last, exceptions=exceptions):
            return ScheduleEntry(ScheduleKind.RECURRING, starts, ends, first, last, rule, exceptions)
        case Picked(days=days):
            return ScheduleEntry(ScheduleKind.PICKED, starts, ends, days=days)


_COLUMNS = {
    "line.practitioner": "practitioner",
    "line.place.name": "place_name",
    "line.place": "place_code",
    "line.department": "department",
    "line.terms.purposes": "purposes",
    "line.terms.remarks": "remarks",
    "line.terms.schedule": "last",
}
"""At which column what is wrong with a field of a line is told."""


def _column_of(field: str) -> str:
    return next(column for beginning, column in _COLUMNS.items() if field.startswith(beginning))
