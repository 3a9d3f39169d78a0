"""支援時間: what the three kinds and the five patterns mean, day by day, and which schedules are refused."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from services.support.domain.schedules import (
    DayOfMonth,
    DayOutOfReach,
    DaysRepeated,
    EveryDays,
    EveryWeek,
    EveryWeeks,
    OccurrencesTooMany,
    RuleUnknown,
    ScheduleEmpty,
    ScheduleLimits,
    ScheduleTooLong,
    Weekday,
    WeekOfMonth,
    objection_to_schedule,
    occurrences_of,
    pattern_of,
    preview_of,
    rule_of,
    without_holidays,
)
from services.support.events.schedules import Continuous, Picked, Recurring
from shared.calendar import TAIPEI, WorkingCalendar
from shared.taiwan.dates import EndNotAfterStart, MalformedTime

LIMITS = ScheduleLimits(days=366, occurrences=1000)
NINE, NOON = time(9), time(12)
WEEKDAYS = tuple(Weekday)


def taipei(day, at):
    return datetime.combine(day, at, TAIPEI)


def recurring(pattern, first=date(2024, 8, 1), last=date(2024, 8, 31), exceptions=(), starts=NINE, ends=NOON):
    rule = pattern if isinstance(pattern, str) else rule_of(pattern)
    return Recurring(rule, first, last, starts, ends, exceptions)


def days_of(schedule):
    return [occurrence.start.date() for occurrence in occurrences_of(schedule)]


def august(*days):
    return [date(2024, 8, day) for day in days]


def on(*codes):
    return frozenset(map(Weekday, codes))


# The three kinds


def test_a_continuous_schedule_is_one_occurrence_from_the_first_moment_to_the_last():
    [occurrence] = occurrences_of(Continuous(date(2024, 8, 2), NINE, date(2024, 8, 3), time(1, 30)))
    assert occurrence.start == taipei(date(2024, 8, 2), NINE) == datetime(2024, 8, 2, 1, tzinfo=UTC)
    assert occurrence.end == taipei(date(2024, 8, 3), time(1, 30))


def test_picked_days_have_one_window_each_in_the_order_of_the_calendar():
    picked = Picked(tuple(august(20, 7, 16, 12)), time(7), NINE)
    assert days_of(picked) == august(7, 12, 16, 20)
    assert {(one.start.time(), one.end.time()) for one in occurrences_of(picked)} == {(time(7), NINE)}


def test_a_recurring_schedule_has_its_window_on_every_day_of_the_rule():
    first, *_, last = occurrences_of(recurring(EveryWeek(on("WE"))))
    assert (first.start, first.end) == (taipei(date(2024, 8, 7), NINE), taipei(date(2024, 8, 7), NOON))
    assert (last.start, last.end) == (taipei(date(2024, 8, 28), NINE), taipei(date(2024, 8, 28), NOON))


# The five patterns


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        (EveryWeek(on("TH", "SU")), (1, 4, 8, 11, 15, 18, 22, 25, 29)),
        (WeekOfMonth(2, on("MO", "FR")), (9, 12)),
        (WeekOfMonth(5, on("MO", "TH")), (29,)),
        (DayOfMonth(31), (31,)),
        (EveryWeeks(2, on("TH", "SA")), (1, 3, 15, 17, 29, 31)),
        (EveryDays(10), (1, 11, 21, 31)),
    ],
)
def test_each_pattern_names_its_days(pattern, days):
    assert days_of(recurring(pattern)) == august(*days)


def test_a_month_without_a_31st_or_a_fifth_monday_is_passed_over():
    year = {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}
    assert [day.month for day in days_of(recurring(DayOfMonth(31), **year))] == [1, 3, 5, 7, 8, 10, 12]
    assert [day.month for day in days_of(recurring(WeekOfMonth(5, on("MO")), **year))] == [3, 6, 9, 12]


def test_the_29th_of_february_comes_in_leap_years_only():
    assert days_of(recurring(DayOfMonth(29), date(2024, 2, 1), date(2024, 2, 29))) == [date(2024, 2, 29)]
    assert days_of(recurring(DayOfMonth(29), date(2025, 2, 1), date(2025, 3, 31))) == [date(2025, 3, 29)]


def test_a_sunday_belongs_to_the_week_that_it_begins():
    every_other = recurring(EveryWeeks(2, on("SU", "MO")), date(2024, 8, 7))  # a Wednesday
    assert days_of(every_other) == august(18, 19)


def test_the_first_and_the_last_day_are_part_of_the_schedule():
    assert days_of(recurring(EveryDays(1), date(2024, 8, 1), date(2024, 8, 3))) == august(1, 2, 3)


NUMBERS_OF_WEEKDAYS = st.frozensets(st.sampled_from(WEEKDAYS), min_size=1)
PATTERNS = st.one_of(
    st.builds(EveryWeek, NUMBERS_OF_WEEKDAYS),
    st.builds(WeekOfMonth, st.integers(1, 5), NUMBERS_OF_WEEKDAYS),
    st.builds(DayOfMonth, st.integers(1, 31)),
    st.builds(EveryWeeks, st.integers(1, 52), NUMBERS_OF_WEEKDAYS),
    st.builds(EveryDays, st.integers(1, 365)),
)
FIRST_DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def fits(pattern, first, day):
    """Whether a pattern that began on `first` names the day, told from the day alone."""
    sunday = {one: one - timedelta(days=(one.weekday() + 1) % 7) for one in (first, day)}
    match pattern:
        case EveryWeek(weekdays=weekdays):
            return WEEKDAYS[day.weekday()] in weekdays
        case WeekOfMonth(week=week, weekdays=weekdays):
            return WEEKDAYS[day.weekday()] in weekdays and (day.day - 1) // 7 == week - 1
        case DayOfMonth(day=number):
            return day.day == number and number <= monthrange(day.year, day.month)[1]
        case EveryWeeks(weeks=weeks, weekdays=weekdays):
            weeks_on = (sunday[day] - sunday[first]).days // 7
            return WEEKDAYS[day.weekday()] in weekdays and weeks_on % weeks == 0
        case EveryDays(days=days):
            return (day - first).days % days == 0
    raise AssertionError(pattern)


@given(pattern=PATTERNS, first=FIRST_DAYS, length=st.integers(0, 365))
def test_a_rule_names_the_days_that_going_through_the_calendar_finds(pattern, first, length):
    calendar = [first + timedelta(days=number) for number in range(length + 1)]
    found = [day for day in calendar if fits(pattern, first, day)]
    assert days_of(recurring(pattern, first, calendar[-1])) == found


@given(pattern=PATTERNS, first=FIRST_DAYS)
def test_a_pattern_is_read_back_from_its_rule_and_any_reader_of_rfc_5545_understands_it(pattern, first):
    rule = rule_of(pattern)
    assert pattern_of(rule) == pattern
    assert pattern_of(";".join(reversed(rule.lower().split(";")))) == pattern
    rrulestr(rule, dtstart=datetime.combine(first, time.min))


@given(
    st.text()
    | st.lists(
        st.sampled_from(
            (
                "FREQ=WEEKLY",
                "FREQ=MONTHLY",
                "BYDAY=MO",
                "BYDAY=1",
                "WKST=SU",
                "INTERVAL=2",
                "BYMONTHDAY=3",
                "COUNT=1",
                "=",
                "",
            )
        )
    ).map(";".join)
)
def test_whatever_is_given_for_a_rule_is_one_of_the_five_patterns_or_refused(text):
    try:
        pattern = pattern_of(text)
    except RuleUnknown:
        return
    assert sorted(rule_of(pattern).split(";")) == sorted(text.upper().split(";"))


# Exceptions and holidays

PEACE_DAY, CHILDRENS_DAY = date(2025, 2, 28), date(2025, 4, 4)
CALENDAR = WorkingCalendar(holidays=frozenset({PEACE_DAY, CHILDRENS_DAY}), make_up_days=frozenset())
FRIDAYS = recurring(EveryWeek(on("FR")), date(2025, 2, 21), date(2025, 3, 7))


def test_an_excepted_day_means_no_occurrence():
    assert days_of(recurring(EveryDays(1), last=date(2024, 8, 3), exceptions=(date(2024, 8, 2),))) == august(1, 3)


def test_a_preview_shows_every_day_and_marks_holidays_and_exceptions():
    preview = preview_of(recurring(EveryWeek(on("FR")), FRIDAYS.first, FRIDAYS.last, (FRIDAYS.last,)), CALENDAR)
    shown = [(day.occurrence.start.date(), day.is_holiday, day.is_excepted) for day in preview.days]
    assert shown == [(FRIDAYS.first, False, False), (PEACE_DAY, True, False), (FRIDAYS.last, False, True)]
    assert preview.uncovered_years == ()


def test_a_preview_says_for_which_years_no_holidays_are_known():
    preview = preview_of(recurring(EveryDays(30), date(2025, 12, 1), date(2026, 3, 1)), CALENDAR)
    assert preview.uncovered_years == (2026,)


def test_holidays_can_be_excepted_at_once_beside_the_days_that_were():
    without = without_holidays(recurring(FRIDAYS.rule, FRIDAYS.first, FRIDAYS.last, (FRIDAYS.last,)), CALENDAR)
    assert without.exceptions == (PEACE_DAY, FRIDAYS.last)
    assert days_of(without) == [FRIDAYS.first]


# Refused


def refusal_of(schedule, limits=LIMITS):
    return objection_to_schedule(schedule, limits)


@pytest.mark.parametrize(
    "schedule",
    [
        Continuous(date(2024, 8, 2), NINE, date(2024, 8, 2), NOON),
        recurring(EveryDays(1), date(2024, 1, 1), date(2024, 12, 31)),
        recurring(EveryDays(1), date(1912, 1, 1), date(1912, 12, 31)),
        Picked((date(2024, 8, 7),), NINE, NOON),
    ],
)
def test_nothing_speaks_against_a_schedule_of_up_to_a_year(schedule):
    assert refusal_of(schedule) is None


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        (Continuous(date(2024, 8, 2), NINE, date(2024, 8, 2), NINE), "schedule.ends"),
        (Continuous(date(2024, 8, 2), NINE, date(2024, 8, 1), NOON), "schedule.ends"),
        (recurring(EveryDays(1), starts=time(2), ends=time(1, 30)), "schedule.ends"),
        (Picked((date(2024, 8, 7),), NINE, NINE), "schedule.ends"),
        (recurring(EveryDays(1), date(2024, 8, 2), date(2024, 8, 1)), "schedule.last"),
    ],
)
def test_an_end_comes_after_its_start(schedule, field):
    refusal = refusal_of(schedule)
    assert isinstance(refusal, EndNotAfterStart)
    assert refusal.field == field


@pytest.mark.parametrize("at", [time(9, 0, 30), time(9, 0, 0, 1), time(9, tzinfo=UTC)])
def test_a_time_is_hours_and_minutes_of_the_clock_in_taipei(at):
    assert isinstance(refusal_of(Picked((date(2024, 8, 7),), at, NOON)), MalformedTime)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=YEARLY",
        "FREQ=HOURLY;INTERVAL=1",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=MO,MO",
        "FREQ=WEEKLY;BYDAY=MO;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=0;WKST=SU;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=53;WKST=SU;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=1MO,2TU",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=DAILY;INTERVAL=366",
        "FREQ=DAILY;INTERVAL=²",
        "FREQ=DAILY;INTERVAL=2\nEXDATE:20240801",
    ],
)
def test_a_rule_that_is_none_of_the_five_patterns_is_refused(rule):
    refusal = refusal_of(recurring(rule))
    assert isinstance(refusal, RuleUnknown)
    assert refusal.field == "schedule.rule"


@pytest.mark.parametrize(
    "schedule",
    [
        Continuous(date(1911, 12, 31), NINE, date(1911, 12, 31), NOON),
        recurring(EveryDays(1), date(999, 1, 1), date(999, 12, 31)),
        Picked((date(2024, 8, 7), date(2911, 1, 1)), NINE, NOON),
    ],
)
def test_a_schedule_of_days_that_no_date_of_the_roc_can_name_is_refused(schedule):
    refusal = refusal_of(schedule)
    assert isinstance(refusal, DayOutOfReach)
    assert refusal.params == {"first": date(1912, 1, 1), "last": date(2910, 12, 31)}


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        (Continuous(date(2024, 1, 1), NINE, date(2025, 1, 1), NOON), 367),
        (recurring(EveryWeek(on("MO")), date(2024, 1, 1), date(2910, 12, 31)), 323970),
        (Picked((date(2024, 1, 1), date(2025, 1, 1)), NINE, NOON), 367),
    ],
)
def test_a_schedule_of_more_than_a_year_is_refused_with_its_days(schedule, days):
    refusal = refusal_of(schedule)
    assert isinstance(refusal, ScheduleTooLong)
    assert refusal.params == {"days": days, "limit": 366}


def test_a_schedule_of_more_occurrences_than_the_policy_allows_is_refused_with_their_number():
    three_years = ScheduleLimits(days=3 * 366, occurrences=1000)
    daily = recurring(EveryDays(1), date(2024, 1, 1), date(2026, 9, 27))
    assert refusal_of(recurring(EveryDays(1), daily.first, date(2026, 9, 26)), three_years) is None
    refusal = refusal_of(daily, three_years)
    assert isinstance(refusal, OccurrencesTooMany)
    assert refusal.params == {"occurrences": 1001, "limit": 1000}


@pytest.mark.parametrize(
    "schedule",
    [
        recurring(DayOfMonth(31), date(2024, 9, 1), date(2024, 9, 30)),
        recurring(DayOfMonth(31), exceptions=(date(2024, 8, 31),)),
        Picked((), NINE, NOON),
    ],
)
def test_a_schedule_that_means_no_occurrence_is_refused(schedule):
    assert isinstance(refusal_of(schedule), ScheduleEmpty)


def test_a_day_is_picked_once():
    refusal = refusal_of(Picked((date(2024, 8, 7), date(2024, 8, 12), date(2024, 8, 7)), NINE, NOON))
    assert isinstance(refusal, DaysRepeated)
    assert refusal.params == {"days": (date(2024, 8, 7),)}
