"""整批匯入: a workbook taken into a draft of its own as it was chosen, or tried, with a result for each of its rows.

A file is known again by its bytes to whoever hands it in: a second time it changes nothing, and one that was cut short
is finished. Only where its draft has been thrown away meanwhile it begins another. Everything that is taken of a file
is stored by one command, so that nothing of it is ever half there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.support.adapters.batch_results import remarks_of
from services.support.commands import (
    DraftApplication,
    LineEntry,
    PlaceEntry,
    ScheduleEntry,
    ScheduleKind,
    SetLines,
    TermsEntry,
)
from services.support.domain import access
from services.support.domain.batch import Batch, BatchRow
from services.support.domain.states import ApplicationState
from services.support.events import ApplicationKind
from services.support.events.schedules import Continuous, Picked, Recurring
from services.support.messages import WORDING
from shared.access import objection_to
from shared.application.outcome import outcome_of
from shared.imports.files import Purpose
from shared.imports.results import RowOutcome, RowResult
from shared.refusals import InvalidForm, Refusal, heed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.support.application import Supporting
    from services.support.domain.batch import BatchLine, Choice
    from services.support.events.schedules import Schedule
    from shared.application.outcome import Outcome
    from shared.principal import Principal


class OtherRowsAtFault(Refusal):
    """Nothing is wrong with the row, but all rows were to be taken or none."""


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
    heed(objection_to(principal, supporting.who_may[SetLines]))
    return _Import(supporting, batch, principal, now, choice).report(purpose)


class _Import:
    """One workbook in one person's hands."""

    def __init__(
        self, supporting: Supporting, batch: Batch, principal: Principal, now: datetime, choice: Choice
    ) -> None:
        self._supporting = supporting
        self._principal = principal
        self._now = now
        self._home = supporting.desk.applicant(principal).institution
        self._columns = tuple(batch.letters)
        self._key = self._key_of(batch.digest)
        everybody = {row.line.practitioner for row in batch.rows if row.line is not None}
        self._somebody_is_locked = supporting.desk.objection_to_new(everybody, now) is not None
        self._batch = replace(batch, rows=tuple(map(self._checked, batch.rows)))
        self._chosen = self._batch.taken(choice)

    def report(self, purpose: Purpose) -> BatchReport:
        """What became of it, or would become."""
        before = self._supporting.answer_to(f"{self._key}/lines")
        if before is not None:
            return self._told(outcome_of(before.body), RowOutcome.UNCHANGED)
        if purpose == Purpose.TRY or not self._chosen:
            return self._told(None, RowOutcome.TAKEN)
        return self._told(self._taken(), RowOutcome.TAKEN)

    def _taken(self) -> Outcome:
        draft = self._asked(DraftApplication(ApplicationKind.NEW), "draft")
        lines = tuple(entry_of(row.line) for row in self._chosen if row.line is not None)
        return self._asked(SetLines(draft.id, lines), "lines")

    def _asked(self, command: DraftApplication | SetLines, name: str) -> Outcome:
        return self._supporting.handle(command, self._principal, f"{self._key}/{name}", self._now)

    def _key_of(self, digest: str) -> str:
        """By which this file's commands are known again: another after each of its drafts that was thrown away."""
        desk = self._supporting.desk
        name = desk.vault.keyed_digest("file", bytes.fromhex(digest)).hex()
        number = 1
        while True:
            key = f"batch/{name}/{self._principal.id}/{number}"
            begun = self._supporting.answer_to(f"{key}/draft")
            if begun is None or desk.application(outcome_of(begun.body).id).state is not ApplicationState.DISCARDED:
                return key
            number += 1

    def _checked(self, row: BatchRow) -> BatchRow:
        """The row with what the register and the locks have against it."""
        if row.line is None:
            return row
        entry, form = entry_of(row.line), self._supporting.desk.form(self._now)
        form.object(access.for_practitioner(self._principal, entry.practitioner, "line.practitioner"))
        line = form.line(entry, self._home, "line")
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

    def _told(self, outcome: Outcome | None, chosen: RowOutcome) -> BatchReport:
        case_no = outcome.number if outcome else ""
        taken = {row.number for row in self._chosen}
        results = (
            RowResult(row.number, chosen, case_no) if row.number in taken else self._refused(row)
            for row in self._batch.rows
        )
        return BatchReport(outcome.id if outcome else None, case_no, tuple(results))

    def _refused(self, row: BatchRow) -> RowResult:
        at_fault = row if row.faults else replace(row, faults=(OtherRowsAtFault("practitioner"),))
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
