"""What is told of applications (案件): to whoever has entered them, and to the bureau."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from services.support import events
from services.support.domain.states import ApplicationState
from services.support.entrypoints.answers.supports import TermsTold
from services.support.events import ApplicationKind, FileKind, RecordedBy, SupportedPlace
from shared.rpc.actions import ActionListed


class FileListed(msgspec.Struct, frozen=True):
    """附件 of a line: `name` is None of somebody who has been forgotten; `parts` are read one by one, from 0."""

    id: UUID
    name: str | None
    kind: FileKind
    size: int
    parts: int


class EntryTold(msgspec.Struct, frozen=True):
    """A line, or a support that a change or a cancellation is about; `before` or `after` may be None."""

    id: UUID
    practitioner: str
    practitioner_name: str
    place: SupportedPlace
    department: str
    before: TermsTold | None
    after: TermsTold | None
    files: tuple[FileListed, ...]


class ApplicationListed(msgspec.Struct, frozen=True, kw_only=True):
    """案件 in a list: how far it has come, how long it waits, and what the caller can do with it now.

    支援期間 is from `first_day` to `last_day`, None where nothing has been entered. `days_waiting` are Taipei days
    since the submission, of what is under review; it `is_yours` where the caller reviews it.
    """

    id: UUID
    case_no: str
    kind: ApplicationKind
    state: ApplicationState
    recorded_by: RecordedBy
    institution: str
    institution_name: str
    county: str
    copied_to: tuple[str, ...]
    lines: int
    practitioner_names: tuple[str, ...]
    place_names: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    drafted_at: datetime
    submitted_at: datetime | None
    due_by: datetime | None
    is_overdue: bool
    days_waiting: int | None
    reviewer: str
    is_yours: bool
    decided_at: datetime | None
    actions: tuple[ActionListed, ...]


class ApplicationTold(msgspec.Struct, frozen=True):
    """案件, whole: what was entered, what was found of it, what was decided and why."""

    listed: ApplicationListed
    entries: tuple[EntryTold, ...]
    findings: tuple[events.LineFinding, ...]
    reason: str
    explanation: str | None
