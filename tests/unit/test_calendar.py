"""Working days of Taiwan, and both sides of Taipei's midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import WorkingCalendar, end_of_day, start_of_day, taipei_day, working_calendar

DAYS = st.dates(date(2018, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2025, 2, 18, 15, 59, 59, tzinfo=UTC), date(2025, 2, 18)),
        (datetime(2025, 2, 18, 16, 0, 0, tzinfo=UTC), date(2025, 2, 19)),
    ],
)
def test_a_moment_belongs_to_the_day_in_taipei(moment, day):
    assert taipei_day(moment) == day


def test_a_moment_without_a_zone_belongs_to_no_day():
    with pytest.raises(ValueError, match="aware"):
        taipei_day(datetime(2025, 2, 18, 12))  # noqa: DTZ001 - the fault under test


@given(DAYS)
def test_a_day_ends_one_microsecond_before_the_next_begins(day):
    assert taipei_day(start_of_day(day)) == day
    assert taipei_day(end_of_day(day)) == day
    assert end_of_day(day) + timedelta(microseconds=1) == start_of_day(day + timedelta(days=1))
    assert end_of_day(day).tzinfo is UTC


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 2, 27), True),
        (date(2025, 2, 28), False),  # 和平紀念日, a Friday
        (date(2025, 3, 1), False),  # a Saturday
        (date(2025, 1, 27), False),  # 小年夜, a Monday
        (date(2025, 1, 31), False),  # 春節, a Friday
        (date(2025, 2, 8), True),  # 補行上班, a Saturday
        (date(2025, 2, 9), False),
        (date(2026, 9, 28), False),  # 教師節, a holiday again since the law of 2025
        (date(2027, 12, 31), False),  # 補假 for the New Year's Day of a year that the table does not have
    ],
)
def test_weekends_holidays_and_make_up_saturdays(day, works):
    assert working_calendar().is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (date(2025, 2, 18), 3, date(2025, 2, 21)),
        (date(2025, 2, 26), 2, date(2025, 3, 3)),  # over 28 February and a weekend
        (date(2025, 1, 24), 5, date(2025, 2, 7)),  # over the nine days of Lunar New Year
        (date(2025, 2, 7), 1, date(2025, 2, 8)),  # the make-up Saturday counts
        (date(2025, 3, 1), 1, date(2025, 3, 3)),  # from a Saturday
        (date(2025, 3, 1), 0, date(2025, 3, 1)),
        (date(2025, 3, 3), -1, date(2025, 2, 27)),
        (date(2025, 2, 10), -1, date(2025, 2, 8)),
    ],
)
def test_working_days_are_counted_from_the_day_after(day, number, expected):
    assert working_calendar().add_working_days(day, number) == expected


@given(DAYS, st.integers(1, 40))
def test_the_days_added_are_the_days_between(day, number):
    calendar = working_calendar()
    last = calendar.add_working_days(day, number)

    assert calendar.is_working_day(last)
    assert calendar.working_days_between(day, last) == number
    assert calendar.working_days_between(last, day) == 0


def test_the_table_covers_2025_to_2027_and_says_where_it_ends():
    calendar = working_calendar()

    assert {2025, 2026, 2027} <= calendar.years
    assert calendar.covered_until == date(max(calendar.years), 12, 31)
    assert calendar.covers(date(2027, 12, 31))


def test_a_year_beyond_the_table_is_not_covered_and_knows_weekends_only():
    calendar = working_calendar()
    new_year = date(max(calendar.years) + 1, 1, 1)

    assert not calendar.covers(new_year)
    assert not calendar.covers(date(2021, 5, 3))  # a gap in the source
    assert calendar.is_working_day(new_year) is (new_year.weekday() < 5)


def test_an_empty_calendar_covers_nothing():
    calendar = WorkingCalendar(holidays=frozenset(), make_up_days=frozenset())

    assert calendar.covered_until == date.min
    assert not calendar.covers(date(2025, 1, 2))
    assert calendar.add_working_days(date(2025, 2, 27), 1) == date(2025, 2, 28)
