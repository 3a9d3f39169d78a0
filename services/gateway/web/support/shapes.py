"""What support (報備支援) tells, as far as pages show it: codes stay codes, and templates put them into words."""

from __future__ import annotations

from datetime import date, datetime, time  # noqa: TC003 - msgspec reads the annotations at run time
from typing import Any

import msgspec

from shared.rpc.wire import Told  # noqa: TC001 - as above

PENDING = frozenset({"amend_pending", "cancel_pending"})
"""案件變更或註銷申請中: a support in one of these states is looked at and not touched."""
OPEN = frozenset({"draft", "returned"})
"""未送審, 退回: an application in one of these states can be changed by whoever applies."""


class Continuous(msgspec.Struct, frozen=True, tag="continuous", tag_field="kind"):
    """持續: one unbroken time."""

    first: date
    starts: time
    last: date
    ends: time


class Recurring(msgspec.Struct, frozen=True, tag="recurring", tag_field="kind"):
    """間斷: by a rule of RFC 5545 that writes one of the five patterns."""

    rule: str
    first: date
    last: date
    starts: time
    ends: time
    exceptions: tuple[date, ...] = ()


class Picked(msgspec.Struct, frozen=True, tag="picked", tag_field="kind"):
    """選擇: on days of the calendar."""

    days: tuple[date, ...]
    starts: time
    ends: time


Schedule = Continuous | Recurring | Picked
"""支援時間, one of the three kinds."""


class ActionListed(msgspec.Struct, frozen=True):
    """A command, and why it would be refused now; None where it would be taken."""

    command: str
    objection: Told | None


class SupportedPlace(msgspec.Struct, frozen=True):
    """被支援機構; `kind` is `institution` or `non_medical`."""

    kind: str
    code: str
    name: str
    county: str


class TermsTold(msgspec.Struct, frozen=True):
    """支援目的, 支援時間, 備註; remarks of somebody who has been forgotten are None."""

    purposes: tuple[str, ...]
    schedule: Schedule
    remarks: str | None


class FileListed(msgspec.Struct, frozen=True):
    """附件 of a line; `name` is None of somebody who has been forgotten, `kind` is `pdf`, `jpeg` or `png`."""

    id: str
    name: str | None
    kind: str
    size: int
    parts: int

    @property
    def kilobytes(self) -> int:
        """As large as people are told, 1 at least."""
        return max(1, round(self.size / 1000))


class EntryTold(msgspec.Struct, frozen=True):
    """報備支援明細, or a support that a change or a cancellation is about."""

    id: str
    practitioner: str
    practitioner_name: str
    place: SupportedPlace
    department: str
    before: TermsTold | None
    after: TermsTold | None
    files: tuple[FileListed, ...] = ()

    @property
    def terms(self) -> TermsTold | None:
        """What is asked for; of a cancellation, what is to end."""
        return self.after or self.before


class Overlap(msgspec.Struct, frozen=True):
    """重疊: a time at which the person would be in two places."""

    other: str
    place: SupportedPlace
    starts: datetime
    ends: datetime


class WeekShare(msgspec.Struct, frozen=True):
    """超過40%: the support sessions of a place in an ISO week beside its own, None where these are not known."""

    week: str
    sessions: int
    own_sessions: int | None
    exceeds: bool | None
    allowed: int | None


class MonthDoctors(msgspec.Struct, frozen=True):
    """How many practitioners support a place in an ISO month beside its own."""

    month: str
    supporting: int
    own: int | None
    exceeds: bool | None
    allowed: int | None


class LineFinding(msgspec.Struct, frozen=True):
    """What was found of one line when it was submitted, and by which figures; evidence, never a verdict."""

    line: str
    occurrences: int
    starts_at: datetime
    ends_at: datetime
    overlap_count: int
    overlaps: tuple[Overlap, ...]
    licence: str
    licence_until: date | None
    standing: tuple[str, ...]
    weeks: tuple[WeekShare, ...]
    months: tuple[MonthDoctors, ...]
    share_source: str
    others_at_home: int
    share_percent: int
    supporters_per_doctor: int
    home_minimum: int


class ApplicationListed(msgspec.Struct, frozen=True, kw_only=True):
    """案件 in a list, with what the caller can do with it now."""

    id: str
    case_no: str
    kind: str
    state: str
    recorded_by: str
    institution: str
    institution_name: str
    county: str
    copied_to: tuple[str, ...]
    lines: int
    practitioner_names: tuple[str, ...]
    place_names: tuple[str, ...]
    drafted_at: datetime
    submitted_at: datetime | None
    due_by: datetime | None
    is_overdue: bool
    days_waiting: int | None
    reviewer: str
    is_yours: bool = False
    decided_at: datetime | None
    actions: tuple[ActionListed, ...]
    first_day: date | None = None
    last_day: date | None = None

    def may(self, command: str) -> bool:
        """Whether the caller's command would be taken now, as the server says."""
        return may(self.actions, command)


class ApplicationTold(msgspec.Struct, frozen=True):
    """案件, whole."""

    listed: ApplicationListed
    entries: tuple[EntryTold, ...]
    findings: tuple[LineFinding, ...]
    reason: str
    explanation: str | None

    def entry(self, line: str) -> EntryTold | None:
        """One of its lines; None where there is no such line."""
        return next((one for one in self.entries if one.id == line), None)

    def finding(self, line: str) -> LineFinding | None:
        """What was found of a line when it was submitted; None before that."""
        return next((one for one in self.findings if one.line == line), None)

    @property
    def findings_by_line(self) -> dict[str, LineFinding]:
        """What was found of each line when it was submitted; of none before that."""
        return {one.line: one for one in self.findings}


class SupportListed(msgspec.Struct, frozen=True, kw_only=True):
    """支援: who, where, by which terms; `asked` are those of a change under review (`pending_case_no`)."""

    id: str
    case_no: str
    recorded_by: str
    practitioner: str
    practitioner_name: str
    institution: str
    institution_name: str
    county: str
    place: SupportedPlace
    department: str
    terms: TermsTold
    asked: TermsTold | None
    starts_at: datetime
    ends_at: datetime
    approved_at: datetime
    state: str
    pending_case_no: str
    cancelled_at: datetime | None
    cancelled_by: str | None
    overlaps: int = 0
    """With how many other supports of the same person it shares a time (時間重疊)."""

    @property
    def is_pending(self) -> bool:
        """案件變更或註銷申請中."""
        return self.state in PENDING


class SupportTold(msgspec.Struct, frozen=True):
    """支援 with what the caller can do with it now."""

    listed: SupportListed
    actions: tuple[ActionListed, ...]


class TimeListed(msgspec.Struct, frozen=True):
    """One time in the calendar."""

    support: str
    practitioner: str
    practitioner_name: str
    institution: str
    place_code: str
    place_name: str
    starts_at: datetime
    ends_at: datetime
    institution_name: str = ""


class OutstandingTold(msgspec.Struct, frozen=True):
    """An approved support that has not ended: where and when, whoever may see the rest of it."""

    support: str
    case_no: str
    place: SupportedPlace
    schedule: Schedule
    state: str
    ends_at: datetime


class LockListed(msgspec.Struct, frozen=True):
    """異動執登場所: what has to be cancelled before anything new can be asked for."""

    practitioner: str
    practitioner_name: str
    institution: str
    institution_name: str
    cause: str
    since: datetime
    outstanding: tuple[OutstandingTold, ...]


class PreviewedTime(msgspec.Struct, frozen=True):
    """One day that a schedule names; an excepted one means no support."""

    starts_at: datetime
    ends_at: datetime
    is_holiday: bool
    is_excepted: bool


class PreviewTold(msgspec.Struct, frozen=True):
    """Every time of a schedule, in order."""

    times: tuple[PreviewedTime, ...]
    uncovered_years: tuple[int, ...]

    @property
    def counted(self) -> int:
        """How many times there will be support."""
        return sum(not one.is_excepted for one in self.times)


def may(actions: tuple[ActionListed, ...], command: str) -> bool:
    """Whether a command would be taken now, as the server says; never what it does not speak of."""
    return any(one.command == command and one.objection is None for one in actions)


def why_not(actions: tuple[ActionListed, ...], command: str) -> Told | None:
    """Why a command would be refused now; None where it would not, or nothing is said of it."""
    return next((one.objection for one in actions if one.command == command), None)


def applications_in(page: dict[str, Any]) -> list[ApplicationListed]:
    """The applications of a page of a list."""
    return msgspec.convert(page["entries"], list[ApplicationListed])


def supports_in(page: dict[str, Any]) -> list[SupportListed]:
    """The supports of a page of a list."""
    return msgspec.convert(page["entries"], list[SupportListed])
