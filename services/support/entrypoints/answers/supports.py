"""What is told of supports (支援), of their times, and of what locks somebody out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from services.support.domain.states import SupportState
from services.support.events import CancelledBy, DepartureCause, Purpose, RecordedBy, Schedule, SupportedPlace
from shared.rpc.actions import ActionListed


class TermsTold(msgspec.Struct, frozen=True):
    """支援目的, 支援時間, 備註; remarks of somebody who has been forgotten are None."""

    purposes: tuple[Purpose, ...]
    schedule: Schedule
    remarks: str | None


class SupportListed(msgspec.Struct, frozen=True, kw_only=True):
    """支援: who, where, by which terms; `asked` are those of a change under review (`pending_case_no`).

    `overlaps` is with how many other supports of the same person it shares a time (時間重疊).
    """

    id: UUID
    case_no: str
    recorded_by: RecordedBy
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
    state: SupportState
    pending_case_no: str
    cancelled_at: datetime | None
    cancelled_by: CancelledBy | None
    overlaps: int


class SupporterListed(msgspec.Struct, frozen=True):
    """Somebody who supports another place."""

    practitioner: str
    practitioner_name: str


class GroupTold(msgspec.Struct, frozen=True):
    """統計 of one group: its code, its name where it has one besides, and what is counted of its supports."""

    code: str
    name: str
    supports: int
    practitioners: int
    going_on: int
    cancelled: int


class SupportTold(msgspec.Struct, frozen=True):
    """支援 with what the caller can do with it now."""

    listed: SupportListed
    actions: tuple[ActionListed, ...]


class TimeListed(msgspec.Struct, frozen=True):
    """One time in the calendar."""

    support: UUID
    practitioner: str
    practitioner_name: str
    institution: str
    institution_name: str
    place_code: str
    place_name: str
    starts_at: datetime
    ends_at: datetime


class OutstandingTold(msgspec.Struct, frozen=True):
    """未註銷之已核准報備支援: where and when, also for a new home that sees nothing else of the support."""

    support: UUID
    case_no: str
    place: SupportedPlace
    schedule: Schedule
    state: SupportState
    ends_at: datetime


class LockListed(msgspec.Struct, frozen=True):
    """異動執登場所: what has to be cancelled before anything new can be asked for, the next to end first."""

    practitioner: str
    practitioner_name: str
    institution: str
    institution_name: str
    cause: DepartureCause
    since: datetime
    outstanding: tuple[OutstandingTold, ...]


class PreviewedTime(msgspec.Struct, frozen=True):
    """One day that a schedule names; an excepted one means no support."""

    starts_at: datetime
    ends_at: datetime
    is_holiday: bool
    is_excepted: bool


class PreviewTold(msgspec.Struct, frozen=True):
    """Every time of a schedule, in order; of `uncovered_years` nobody knows the holidays yet."""

    times: tuple[PreviewedTime, ...]
    uncovered_years: tuple[int, ...]
