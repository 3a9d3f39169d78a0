"""The figures of the programme that may change: dated, cited, and named in every event decided under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from shared.calendar import TAIPEI, end_of_day, taipei_day
from shared.policies import in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.calendar import WorkingCalendar

_OFFICES_OPEN = time(9)
"""服務時間 of the platform, 09:00 in Taipei (S000, foot of the login page): reminders come then, not at night."""


@dataclass(frozen=True)
class OfferTerms:
    """Until when an institution may answer, and when it is reminded before."""

    answer_by: datetime
    remind_at: tuple[datetime, ...]


@dataclass(frozen=True)
class Policy:
    """One dated set of rules, in force from `effective_from` (a Taipei day) until the next set."""

    effective_from: date

    age_limit_years: int
    """0-3歲之幼兒 (S000, 變更 2/2): taken until the day before this birthday. The minister announced six years on
    2025-11-09 without a date (DOMAIN §8.8); they will be a policy of their own."""

    due_date_days_ahead: int
    """How far off a due date may lie; a pregnancy lasts 280 days (ours: S000 says only 孕期)."""

    due_date_days_past: int
    """How long after its due date a child may still be expected (ours)."""

    premature_days: int
    """How long before its due date a child may be born: 20 of the 40 weeks (ours)."""

    preferences: int
    """志願序 1 to 3 (S000, 申請 2/4)."""

    locked_ranks: frozenset[int]
    """Preferences that cannot be changed once submitted: the first (S000, 申請 3/4, the dialog)."""

    pending_notice_locks: bool
    """Whether an institution's consent binds the family until it has signed or is released (S000, as above)."""

    distinct_institutions: bool
    """Whether an institution may be named once only. S000 is silent (DOMAIN §8.5): two doctors of one are taken."""

    offer_working_days: int
    """How long an institution may take to answer (ours: S000 sets no time, DOMAIN §8.5)."""

    reminder_working_days: tuple[int, ...]
    """After how many working days an unanswered offer is recalled (ours)."""

    notice_working_days: int
    """How long a family may take to sign the 通知函 (ours); of an expected child counted from the due date."""

    release_working_days: int
    """How long a family released from a notice may choose before the next preference is asked (ours)."""

    closure_working_days: int
    """How long the bureau has to see to the former institution's closure (ours)."""

    explanation_limit: int
    """文字上限：4000字 of the reason for a decline (S000, 申請案件查詢 3/4)."""

    @property
    def version(self) -> str:
        """The name under which events cite this policy."""
        return f"matching/{self.effective_from.isoformat()}"

    def offer_terms(self, now: datetime, calendar: WorkingCalendar) -> OfferTerms:
        """The terms of an offer made at `now`: whole working days after today, to the end of the last."""
        today = taipei_day(now)
        reminders = (calendar.add_working_days(today, days) for days in self.reminder_working_days)
        return OfferTerms(
            answer_by=end_of_day(calendar.add_working_days(today, self.offer_working_days)),
            remind_at=tuple(datetime.combine(day, _OFFICES_OPEN, TAIPEI).astimezone(UTC) for day in reminders),
        )

    def sign_by(self, now: datetime, calendar: WorkingCalendar, due_date: date | None) -> datetime:
        """When the notice has to be signed; a family that still expects its child is not hurried."""
        today = taipei_day(now)
        return end_of_day(calendar.add_working_days(max(today, due_date or today), self.notice_working_days))

    def resume_at(self, now: datetime, calendar: WorkingCalendar) -> datetime:
        """When the next preference is asked of a family released from a notice."""
        return end_of_day(calendar.add_working_days(taipei_day(now), self.release_working_days))

    def closure_due_by(self, now: datetime, calendar: WorkingCalendar) -> datetime:
        """When the bureau has to have seen to the former institution's closure."""
        return end_of_day(calendar.add_working_days(taipei_day(now), self.closure_working_days))

    def is_too_old(self, birth_date: date, on: date) -> bool:
        """Whether a child has reached the age limit on that day."""
        return has_reached(self.age_limit_years, birth_date, on)

    def births_expected(self, on: date, due_date: date | None) -> tuple[date, date]:
        """The first and the last birth date of a child expected on that day; one due soon may have been born before."""
        last = on + timedelta(days=self.due_date_days_ahead + self.due_date_days_past)
        return on if due_date is None else min(on, self.births_due(due_date)[0]), last

    def births_due(self, due_date: date) -> tuple[date, date]:
        """The first and the last birth date of a child with that due date."""
        return due_date - timedelta(days=self.premature_days), due_date + timedelta(days=self.due_date_days_past)

    def due_dates(self, today: date) -> tuple[date, date]:
        """The first and the last due date that an application of today can give."""
        return today - timedelta(days=self.due_date_days_past), today + timedelta(days=self.due_date_days_ahead)


POLICIES = (
    Policy(
        effective_from=date(2025, 1, 1),
        age_limit_years=3,
        due_date_days_ahead=300,
        due_date_days_past=21,
        premature_days=140,
        preferences=3,
        locked_ranks=frozenset({1}),
        pending_notice_locks=True,
        distinct_institutions=False,
        offer_working_days=5,
        reminder_working_days=(2, 4),
        notice_working_days=20,
        release_working_days=3,
        closure_working_days=5,
        explanation_limit=4000,
    ),
)
"""In order of their dates."""


def has_reached(years: int, birth_date: date, on: date) -> bool:
    """Whether somebody is that old on that day; whoever was born on 29 February on 1 March (民法 §121, §124)."""
    return (on.year - birth_date.year, on.month, on.day) >= (years, birth_date.month, birth_date.day)


def policy_in_force(on: date, policies: Sequence[Policy] = POLICIES) -> Policy:
    """The set in force on that Taipei day."""
    return in_force(on, policies)
