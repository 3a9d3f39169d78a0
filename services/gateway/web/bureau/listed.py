"""Cases in a bureau's lists, as matching tells them: names, and no identifier, phone or address."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from services.gateway.web.ages import age_on
from services.gateway.web.work.people import Deadline, deadline

if TYPE_CHECKING:
    from services.gateway.web.ages import Age


class CaseListed(msgspec.Struct, frozen=True):
    """One case: where it stands, who has to act since when, and until when. Who has been forgotten has no name."""

    id: UUID
    case_no: str
    kind: str
    applied_at: datetime
    match: str | None
    enrolment: str
    county: str
    district: str | None
    born: bool
    birth_order: int
    birth_or_due_date: date | None
    child_name: str | None
    institution: str
    institution_name: str
    doctor_name: str
    former_institution_name: str
    expected_institution_name: str
    owner: str
    lies_since: datetime
    days_lying: int
    due_by: datetime | None
    is_overdue: bool
    reminded: bool
    found_elsewhere_at: datetime | None

    def is_due_today(self, now: datetime) -> bool:
        """Whether somebody has to act before the day is over."""
        return deadline(self.due_by, now) is Deadline.TODAY

    def age(self, today: date) -> Age | None:
        """How old the child is; None while it is not born, and once it has been forgotten."""
        return age_on(self.birth_or_due_date, today) if self.born and self.birth_or_due_date else None
