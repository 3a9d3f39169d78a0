"""What is told of applications (案件): to whoever has entered them, and to the bureau."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import asdict

from services.support import events
from services.support.domain.states import ApplicationState
from services.support.entrypoints.answers.supports import TermsTold
from services.support.events import ApplicationKind, FileKind, RecordedBy, SupportedPlace
from shared.rpc.actions import ActionListed

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.support.domain.policies import Policy


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


class WeekTold(events.WeekShare, frozen=True):
    """超過40%, with how many sessions of support there may be; None where the place's own are not known."""

    allowed: int | None


class MonthTold(events.MonthDoctors, frozen=True):
    """支援醫師人數 of a month, with how many there may be; None where the place's own are not known."""

    allowed: int | None


class FindingTold(events.LineFinding, frozen=True, kw_only=True):
    """What was found of a line, with the figures that it was judged by: those in force when it was submitted."""

    weeks: tuple[WeekTold, ...]
    months: tuple[MonthTold, ...]
    share_percent: int
    supporters_per_doctor: int
    home_minimum: int

    @classmethod
    def of(cls, finding: events.LineFinding, policy: Policy) -> FindingTold:
        """The finding, judged by that policy."""
        rule = policy.quota_rule
        told = asdict(finding) | {
            "weeks": tuple(
                WeekTold(**asdict(week), allowed=_of(rule.sessions_allowed, week.own_sessions))
                for week in finding.weeks
            ),
            "months": tuple(
                MonthTold(**asdict(month), allowed=_of(rule.supporters_allowed, month.own)) for month in finding.months
            ),
        }
        return cls(
            **told,
            share_percent=policy.share_percent,
            supporters_per_doctor=policy.supporters_per_doctor,
            home_minimum=policy.home_minimum,
        )


def _of(allowed: Callable[[int], int], own: int | None) -> int | None:
    """How many there may be beside so many of the place's own; None where nobody has stated how many these are."""
    return allowed(own) if own is not None else None


class ApplicationTold(msgspec.Struct, frozen=True):
    """案件, whole: what was entered, what was found of it, what was decided and why."""

    listed: ApplicationListed
    entries: tuple[EntryTold, ...]
    findings: tuple[FindingTold, ...]
    reason: str
    explanation: str | None
