"""The time in the story: it stands still while people act, and moves on by working days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from shared.calendar import WorkingCalendar

FIRST_DAY = date(2025, 2, 18)
"""When the first story begins: the day of the manual's own example (S000, 案件編號 250218P1621006)."""

_MORNING = time(9, 30)
_BETWEEN_DEEDS = timedelta(seconds=7)


class StoryClock:
    """Tells the time of the story; `day_number` counts its working days from 0."""

    def __init__(self, calendar: WorkingCalendar, first_day: date = FIRST_DAY) -> None:
        self._calendar = calendar
        self.begin_on(first_day)

    def begin_on(self, day: date) -> None:
        """Set the clock to the morning of the first working day that is not before `day`."""
        self.today = self._calendar.add_working_days(day - timedelta(days=1), 1)
        self.day_number = 0
        self._now = datetime.combine(self.today, _MORNING, TAIPEI)

    def __call__(self) -> datetime:
        """The time now."""
        return self._now

    def next_deed(self) -> datetime:
        """A moment later, for the next thing that somebody does."""
        self._now += _BETWEEN_DEEDS
        return self._now

    @property
    def following(self) -> date:
        """The next working day."""
        return self._calendar.add_working_days(self.today, 1)

    def next_day(self) -> None:
        """The morning of the next working day."""
        self.today = self.following
        self.day_number += 1
        self._now = datetime.combine(self.today, _MORNING, TAIPEI)
