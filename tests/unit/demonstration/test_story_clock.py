"""The story's clock goes by working days."""

from __future__ import annotations

from datetime import date

from services.matching.demonstration.clock import FIRST_DAY, StoryClock
from shared.calendar import taipei_day, working_calendar


def test_the_first_story_begins_on_the_day_of_the_manuals_example():
    clock = StoryClock(working_calendar())

    assert (clock.today, clock.day_number) == (FIRST_DAY, 0)
    assert taipei_day(clock()) == FIRST_DAY


def test_a_story_begun_on_a_holiday_waits_for_the_next_working_day():
    clock = StoryClock(working_calendar())

    clock.begin_on(date(2025, 2, 28))

    assert clock.today == date(2025, 3, 3)


def test_the_next_day_is_the_next_working_day():
    clock = StoryClock(working_calendar(), date(2025, 2, 27))

    clock.next_day()

    assert (clock.today, clock.day_number) == (date(2025, 3, 3), 1)


def test_deeds_of_a_day_follow_one_another():
    clock = StoryClock(working_calendar())
    moments = [clock(), clock.next_deed(), clock.next_deed(), clock()]

    assert moments == sorted(moments)
    assert moments[0] < moments[1] < moments[2] == moments[3]
