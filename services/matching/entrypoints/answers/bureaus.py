"""What a bureau is told of the cases of its jurisdiction."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus
from services.matching.entrypoints.answers.families import FamilyCaseListed
from services.matching.read_models.actor import Actor
from shared.rpc.actions import ActionListed


class BureauCaseListed(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a bureau's lists: with the names that are needed to find it, and no identifier, phone or address.

    `bureau` is the county that answers for it now. `owner` has to act, since `lies_since`, until `due_by`.
    `expected_institution` is where it was agreed, of a child that was enrolled elsewhere (`found_elsewhere_at`).
    """

    id: UUID
    case_no: str
    kind: events.CaseKind
    applied_at: datetime
    match: MatchStatus | None
    enrolment: EnrolmentStatus
    county: str
    district: str | None
    bureau: str
    born: bool
    birth_order: int
    birth_or_due_date: date | None
    child_name: str | None
    contact_name: str | None
    institution: str
    institution_name: str
    doctor: str
    doctor_name: str
    former_institution: str
    former_institution_name: str
    expected_institution: str
    expected_institution_name: str
    owner: Actor
    lies_since: datetime
    days_lying: int
    due_by: datetime | None
    is_overdue: bool
    reminded: bool
    found_elsewhere_at: datetime | None
    enrolled_on: date | None


class BureauCase(msgspec.Struct, frozen=True):
    """A case as its bureau's record shows it: where it stands, the whole of it opened, and what can be done now."""

    standing: BureauCaseListed
    case: FamilyCaseListed
    actions: tuple[ActionListed, ...]
