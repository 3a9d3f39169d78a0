"""What a family is told of its cases and enrolments."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.read_models.actor import Actor
from services.matching.read_models.ahead import Ahead
from services.matching.read_models.family_cases import Consequence


class ChoiceListed(msgspec.Struct, frozen=True, kw_only=True):
    """志願: one preference, what has become of it, when it was asked and when the answer came."""

    rank: int
    institution: str
    institution_name: str
    doctor: str
    doctor_name: str
    county: str
    district: str
    status: PreferenceStatus
    offered_at: datetime | None
    answered_at: datetime | None
    reason: events.DeclineReason | None


class StepListed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline: what happened (an event's name), when, by whom, about which preference.

    `reason` is the coded reason of the event, where it has one; `until` the time given to whoever acts next.
    """

    what: str
    at: datetime
    by: Actor
    rank: int | None
    institution: str
    institution_name: str
    doctor: str
    doctor_name: str
    reason: str
    until: datetime | None


class StepAheadListed(msgspec.Struct, frozen=True, kw_only=True):
    """A step that has not happened yet; `by_itself` says when it comes where nobody acts before."""

    what: Ahead
    rank: int | None
    institution: str
    institution_name: str
    doctor: str
    doctor_name: str
    by_itself: datetime | None


class FamilyCaseListed(msgspec.Struct, frozen=True, kw_only=True):
    """A case (新案申請, 變更) or an enrolment, whose `kind` is None (案件種類 "-", 現行系統收案資料).

    `waits_for` has to act next, since `waiting_since`, for `working_days_waiting` so far, until `due_by`; when nobody
    has by then, `by_itself` happens. While it `is_live` there is no second case for the child. `timeline` is what has
    happened, `ahead` what has not. Who has been forgotten is None.
    """

    id: UUID
    case_no: str
    kind: events.CaseKind | None
    started_at: datetime
    match: MatchStatus | None
    is_live: bool
    enrolment: EnrolmentStatus
    child: events.Child | None
    mother: events.Mother | None
    contact: events.Contact | None
    born: bool
    birth_order: int
    county: str
    institution: str
    institution_name: str
    doctor: str
    doctor_name: str
    former_institution: str
    former_institution_name: str
    former_doctor: str
    former_doctor_name: str
    waits_for: Actor | None
    waiting_since: datetime | None
    working_days_waiting: int | None
    due_by: datetime | None
    by_itself: Consequence | None
    choices: tuple[ChoiceListed, ...]
    timeline: tuple[StepListed, ...]
    ahead: tuple[StepAheadListed, ...]
    enrolment_id: UUID | None
    enrolled_on: date | None
    closed_on: date | None
