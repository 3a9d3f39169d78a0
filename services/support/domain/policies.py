"""The figures of support that may change: dated, cited, and named in what is decided under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from services.support.domain.forty_percent import QuotaRule
from services.support.domain.schedules import ScheduleLimits
from services.support.events.entries import Purpose
from shared.calendar import TAIPEI, end_of_day, taipei_day
from shared.policies import in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.calendar import WorkingCalendar


@dataclass(frozen=True)
class Policy:
    """One dated set of rules, in force from `effective_from` (a Taipei day) until the next set."""

    effective_from: date

    purposes: tuple[Purpose, ...]
    """支援目的 that can be chosen (S001, 時間輸入)."""

    department_needed: bool
    """Whether 支援科別 has to be given. S001 shows it in the flow chart alone (DOMAIN §8.4), and no place but an
    institution has departments: it need not be (ours)."""

    schedule_longest_days: int
    """How many days a schedule may take from its first to its last, both counted: a year (ours)."""

    schedule_most_occurrences: int
    """How many occurrences a schedule may mean (ours)."""

    remarks_limit: int
    """Characters of 備註 (ours)."""

    attachments_most: int
    """附件 of a line (ours)."""

    attachment_bytes: int
    """The size of one of them (ours)."""

    batch_rows: int
    """每次最多上傳300筆 (S001, 整批申請)."""

    batch_bytes: int
    """The size of a workbook as it is sent (ours): some twenty times what 300 rows take."""

    batch_unpacked_bytes: int
    """The size of everything in it once it is unpacked (ours)."""

    share_percent: int
    """How many per cent of a clinic's own weekly sessions may be held by supporting doctors: 衛署醫字第0960222467號
    (2007-02-09), as the Medical Association quotes it (DOMAIN §0.3). A flag, never a bar."""

    supporters_per_doctor: int
    """How many doctors may support a clinic in a month for each of its own (as above)."""

    session_boundaries: tuple[time, ...]
    """Where 上午, 下午 and 夜間 part (ours: the letter does not say what a session, 診次, is)."""

    session_least: timedelta
    """From how long on a time in one of these counts as a session of it (ours)."""

    home_minimum: int
    """How many others of the profession have to stay at the home institution while somebody supports elsewhere:
    藥師於執業處所外執行業務管理辦法 §3 of pharmacies (DOMAIN §1.2, row 25); shown for all."""

    review_working_days: int
    """The service time of the bureau's decision, in working days after the submission (ours)."""

    retention_years: int
    """自送審日起至多保存三年 (S001, 查詢條件)."""

    register_file_time: time
    """每日定時排程 (S001, 資料傳輸機制): when the insurer's file is made on a working day (the hour is ours)."""

    @property
    def version(self) -> str:
        """The name under which events cite this policy."""
        return f"support/{self.effective_from.isoformat()}"

    @property
    def schedule_limits(self) -> ScheduleLimits:
        """How far a schedule may reach."""
        return ScheduleLimits(self.schedule_longest_days, self.schedule_most_occurrences)

    @property
    def quota_rule(self) -> QuotaRule:
        """報備支援額度限制: how much support a clinic may have."""
        return QuotaRule(self.share_percent, self.supporters_per_doctor, self.session_boundaries, self.session_least)

    def decision_due_by(self, now: datetime, calendar: WorkingCalendar) -> datetime:
        """When the bureau has to have decided what was submitted at `now`: the end of the last working day."""
        return end_of_day(calendar.add_working_days(taipei_day(now), self.review_working_days))

    def register_file_due_after(self, moment: datetime, calendar: WorkingCalendar) -> datetime:
        """When the insurer's file is next made after `moment`: on the first working day whose hour is still to come."""
        day = taipei_day(moment)
        due = datetime.combine(day, self.register_file_time, TAIPEI)
        if due <= moment or not calendar.is_working_day(day):
            due = datetime.combine(calendar.add_working_days(day, 1), self.register_file_time, TAIPEI)
        return due.astimezone(UTC)

    def register_file_day(self, moment: datetime, calendar: WorkingCalendar) -> date:
        """The working day whose file is the last that was due by `moment`."""
        day = taipei_day(moment)
        is_due = datetime.combine(day, self.register_file_time, TAIPEI) <= moment
        return day if is_due and calendar.is_working_day(day) else calendar.add_working_days(day, -1)

    def kept_until(self, submitted_on: date) -> date:
        """The last day on which an application that was submitted on that Taipei day is kept."""
        year = submitted_on.year + self.retention_years
        is_leap_day = (submitted_on.month, submitted_on.day) == (2, 29)
        return date(year, 2, 28) if is_leap_day else submitted_on.replace(year=year)


POLICIES = (
    Policy(
        effective_from=date(2024, 8, 1),
        purposes=tuple(Purpose),
        department_needed=False,
        schedule_longest_days=366,
        schedule_most_occurrences=1000,
        remarks_limit=500,
        attachments_most=10,
        attachment_bytes=5_000_000,
        batch_rows=300,
        batch_bytes=600_000,
        batch_unpacked_bytes=8 * 1024 * 1024,
        share_percent=40,
        supporters_per_doctor=2,
        session_boundaries=(time(13), time(18)),
        session_least=timedelta(hours=1),
        home_minimum=1,
        review_working_days=5,
        retention_years=3,
        register_file_time=time(22),
    ),
)
"""In order of their dates."""


def policy_in_force(on: date, policies: Sequence[Policy] = POLICIES) -> Policy:
    """The set in force on that Taipei day."""
    return in_force(on, policies)
