"""案件: every application with what it asks for, how far it has come, and what was found and decided."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.support import events
from services.support.domain.states import ApplicationState
from services.support.events import ApplicationKind, RecordedBy
from services.support.read_models.beginnings import BeginningMissing
from services.support.read_models.known_institutions import sought
from shared.read_models.model import Key, ReadModel, Table
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event


class Entry(msgspec.Struct, frozen=True):
    """One line, or one approved support that a change or a cancellation is about, by its id.

    `before` are the terms that hold so far, None of what is new; `after` those asked for, None of a cancellation.
    `sought` is the name of the place as it is searched.
    """

    id: UUID
    practitioner: str
    place: events.SupportedPlace
    sought: str
    department: str
    before: events.Terms | None
    after: events.Terms | None
    files: tuple[events.AttachedFile, ...] = ()

    @classmethod
    def of_line(cls, line: events.Line, files: tuple[events.AttachedFile, ...]) -> Entry:
        """A line as it was entered."""
        place = line.place
        return cls(line.id, line.practitioner, place, sought(place.name), line.department, None, line.terms, files)

    @classmethod
    def of_support(cls, named: events.NamedSupport) -> Entry:
        """A support as it is to become."""
        place = named.place
        return cls(named.support, named.practitioner, place, sought(place.name), "", named.before, named.after)


class ApplicationRow(msgspec.Struct, frozen=True, gc=False):
    """One application; `county` decides, `copied_to` have a copy.

    `practitioner` is whoever applies for themselves, `practitioners` are all whom it is about, and `concerned` those
    whom it was about when it was submitted last. `submitted_at` is the last submission, by which `due_by` was set, and
    `first_submitted_at` the one that counts for keeping (送審日). `last_submitted` are the lines of what has been
    returned (退回) as they were then: what is entered since is seen by nobody else before it is submitted again.
    """

    id: UUID
    case_no: str
    kind: ApplicationKind
    state: ApplicationState
    recorded_by: RecordedBy
    institution: str
    practitioner: str
    county: str
    drafted_at: datetime
    changed_at: datetime
    entries: tuple[Entry, ...] = ()
    last_submitted: tuple[Entry, ...] = ()
    practitioners: tuple[str, ...] = ()
    concerned: tuple[str, ...] = ()
    copied_to: tuple[str, ...] = ()
    first_submitted_at: datetime | None = None
    submitted_at: datetime | None = None
    due_by: datetime | None = None
    findings: tuple[events.LineFinding, ...] = ()
    reviewer: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    explanation: Sealed[events.ReviewersRemarks] | None = None


def _with(row: ApplicationRow, entries: Iterable[Entry]) -> dict[str, Any]:
    """The row about these besides, each in place of what had its id."""
    known = {entry.id: entry for entry in row.entries} | {entry.id: entry for entry in entries}
    return _about(tuple(known.values()))


def _about(entries: tuple[Entry, ...]) -> dict[str, Any]:
    return {"entries": entries, "practitioners": tuple(sorted({entry.practitioner for entry in entries}))}


def _schedule_set(row: ApplicationRow, event: events.ScheduleSet) -> dict[str, Any]:
    files = {(entry.id, entry.practitioner): entry.files for entry in row.entries}
    return _with(row, (Entry.of_line(line, files.get((line.id, line.practitioner), ())) for line in event.lines))


def _file_attached(row: ApplicationRow, event: events.FileAttached) -> dict[str, Any]:
    return _with(
        row,
        (
            replace(entry, files=(*(file for file in entry.files if file.id != event.file.id), event.file))
            for entry in row.entries
            if entry.id == event.line
        ),
    )


def _file_detached(row: ApplicationRow, event: events.FileDetached) -> dict[str, Any]:
    return _with(
        row,
        (
            replace(entry, files=tuple(file for file in entry.files if file.id != event.file))
            for entry in row.entries
            if entry.id == event.line
        ),
    )


def _supports_named(row: ApplicationRow, event: events.SupportsNamed) -> dict[str, Any]:
    return _with(row, map(Entry.of_support, event.supports))


def _lines_removed(row: ApplicationRow, event: events.LinesRemoved) -> dict[str, Any]:
    gone = set(event.lines)
    return _about(tuple(entry for entry in row.entries if entry.id not in gone))


def _discarded(_: ApplicationRow, __: events.SupportDiscarded) -> dict[str, Any]:
    return {"state": ApplicationState.DISCARDED}


def _submitted(row: ApplicationRow, event: events.SupportSubmitted) -> dict[str, Any]:
    return {
        "state": ApplicationState.UNDER_REVIEW,
        "last_submitted": (),
        "concerned": row.practitioners,
        "copied_to": event.copied_to,
        "first_submitted_at": row.first_submitted_at or event.timestamp,
        "submitted_at": event.timestamp,
        "due_by": event.due_by,
        "findings": event.findings,
        "decided_at": None,
        "reason": "",
        "explanation": None,
    }


def _assigned(_: ApplicationRow, event: events.ReviewAssigned) -> dict[str, Any]:
    return {"reviewer": event.reviewer}


def _approved(_: ApplicationRow, event: events.ApplicationApproved) -> dict[str, Any]:
    return {"state": ApplicationState.APPROVED, "decided_at": event.timestamp}


def _denied(_: ApplicationRow, event: events.SupportDenied) -> dict[str, Any]:
    return _turned_down(ApplicationState.DENIED, event)


def _returned(row: ApplicationRow, event: events.SupportReturned) -> dict[str, Any]:
    return {"last_submitted": row.entries, **_turned_down(ApplicationState.RETURNED, event)}


def _turned_down(state: ApplicationState, event: events.SupportDenied | events.SupportReturned) -> dict[str, Any]:
    return {
        "state": state,
        "decided_at": event.timestamp,
        "reason": str(event.reason),
        "explanation": event.explanation,
    }


_CHANGES: dict[type[Event], Callable[[Any, Any], dict[str, Any]]] = {
    events.ScheduleSet: _schedule_set,
    events.FileAttached: _file_attached,
    events.FileDetached: _file_detached,
    events.SupportsNamed: _supports_named,
    events.LinesRemoved: _lines_removed,
    events.SupportDiscarded: _discarded,
    events.SupportSubmitted: _submitted,
    events.ReviewAssigned: _assigned,
    events.ApplicationApproved: _approved,
    events.SupportDenied: _denied,
    events.SupportReturned: _returned,
}


class Applications(ReadModel[ApplicationRow]):
    """A row for each application there ever was."""

    context = "support"
    table = Table(
        "applications",
        row=ApplicationRow,
        key=("id",),
        indexes=(
            ("case_no",),
            ("institution", "changed_at", "id"),
            ("practitioner", "changed_at", "id"),
            ("county", "state", "submitted_at", "id"),
            ("state", "submitted_at", "id"),
        ),
    )
    folds = (events.SupportDrafted, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The application."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: ApplicationRow | None, event: Event) -> ApplicationRow | None:
        """The application after the event."""
        if isinstance(event, events.SupportDrafted):
            return ApplicationRow(
                id=key[0],
                case_no=event.case_no,
                kind=event.kind,
                state=ApplicationState.DRAFT,
                recorded_by=event.recorded_by,
                institution=event.institution,
                practitioner=event.practitioner,
                county=event.county,
                drafted_at=event.timestamp,
                changed_at=event.timestamp,
            )
        if row is None:
            raise BeginningMissing(event)
        return replace(row, **_CHANGES[type(event)](row, event), changed_at=event.timestamp)
