"""超過40%: told with numerator, denominator, week and source, and never where the denominator is unknown."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.support.domain.forty_percent import (
    SOURCE,
    Attendance,
    MonthlySupporters,
    OwnStrength,
    QuotaRule,
    WeeklyQuota,
    quota,
    sessions_of,
    week_of,
    weekly_shares,
)
from services.support.domain.schedules import Occurrence, occurrences_of
from services.support.events.entries import WeekShare
from services.support.events.schedules import Continuous, Recurring
from shared.calendar import TAIPEI

RULE = QuotaRule(40, 2, (time(13), time(18)), timedelta(hours=1))
MONDAY = date(2024, 7, 29)
MORNING, AFTERNOON, EVENING = 0, 1, 2
TWENTY = OwnStrength(weekly_sessions=20, doctors=2)


def attending(day, start, end, practitioner="DR-1"):
    """A time of one day; hours in Taipei, 24 for the midnight after it."""
    midnight = datetime.combine(day, time.min, TAIPEI)
    return Attendance(practitioner, Occurrence(midnight + timedelta(hours=start), midnight + timedelta(hours=end)))


def mornings(number, practitioner="DR-1", first=MONDAY):
    return [attending(first + timedelta(days=day), 9, 12, practitioner) for day in range(number)]


# What a session is


@pytest.mark.parametrize(
    ("start", "end", "sessions"),
    [
        (9, 12, {MORNING}),
        (14, 17, {AFTERNOON}),
        (18, 21, {EVENING}),
        (8, 17, {MORNING, AFTERNOON}),
        (8, 21, {MORNING, AFTERNOON, EVENING}),
        (9, 13, {MORNING}),
        (9, 13.5, {MORNING}),
        (9, 14, {MORNING, AFTERNOON}),
        (12.5, 13.25, {MORNING}),
        (12.75, 13.5, {AFTERNOON}),
        (12.5, 13.5, {MORNING}),
        (0, 24, {MORNING, AFTERNOON, EVENING}),
    ],
)
def test_a_time_is_a_session_of_each_part_of_the_day_in_which_it_lasts_an_hour(start, end, sessions):
    assert sessions_of(attending(MONDAY, start, end).occurrence, RULE) == {(MONDAY, number) for number in sessions}


def test_a_night_counts_on_both_of_its_days():
    [night] = occurrences_of(Continuous(MONDAY, time(22), MONDAY + timedelta(days=1), time(8)))
    assert sessions_of(night, RULE) == {(MONDAY, EVENING), (MONDAY + timedelta(days=1), MORNING)}


def test_a_time_that_is_told_in_utc_counts_on_its_day_in_taipei():
    occurrence = attending(MONDAY, 7, 8).occurrence
    told = Occurrence(occurrence.start.astimezone(UTC), occurrence.end.astimezone(UTC))
    assert told.start.date() < MONDAY
    assert sessions_of(told, RULE) == {(MONDAY, MORNING)}


def test_a_week_goes_from_monday_to_sunday_and_belongs_to_the_year_of_its_thursday():
    assert [week_of(MONDAY + timedelta(days=day)) for day in (-1, 0, 6, 7)] == [
        "2024-W30",
        "2024-W31",
        "2024-W31",
        "2024-W32",
    ]
    assert week_of(date(2024, 12, 30)) == "2025-W01"


# The share of a week


def test_a_share_of_forty_per_cent_does_not_exceed_it():
    [share] = weekly_shares(mornings(7), [attending(MONDAY, 14, 17)], TWENTY, RULE)
    assert share == WeekShare("2024-W31", 8, 20, exceeds=False)


def test_one_session_more_exceeds_forty_per_cent():
    [share] = weekly_shares(mornings(7), [attending(MONDAY, 14, 17), attending(MONDAY, 18, 21)], TWENTY, RULE)
    assert share == WeekShare("2024-W31", 9, 20, exceeds=True)


@pytest.mark.parametrize(("own", "exceeds"), [(3, False), (2, True), (0, True)])
def test_a_part_of_a_session_is_not_allowed_for(own, exceeds):
    [share] = weekly_shares(mornings(1), [], OwnStrength(own, 1), RULE)
    assert share.exceeds is exceeds


def test_nothing_is_concluded_where_nobody_has_stated_the_clinics_own_sessions():
    [share] = weekly_shares(mornings(7), [], None, RULE)
    assert share == WeekShare("2024-W31", 7, None, None)


def test_two_doctors_in_one_session_are_two_and_one_who_comes_twice_is_one():
    standing = [attending(MONDAY, 9, 10, "DR-2"), attending(MONDAY, 11, 12, "DR-2")]
    [share] = weekly_shares(mornings(1), standing, TWENTY, RULE)
    assert share.sessions == 2


def test_only_weeks_that_the_application_touches_are_told():
    fortnightly = Recurring("FREQ=DAILY;INTERVAL=14", MONDAY, MONDAY + timedelta(days=14), time(9), time(12))
    asked = [Attendance("DR-1", occurrence) for occurrence in occurrences_of(fortnightly)]
    standing = mornings(7, "DR-2", MONDAY + timedelta(days=7))
    found = weekly_shares(asked, standing, TWENTY, RULE)
    assert [(share.week, share.sessions) for share in found] == [("2024-W31", 1), ("2024-W33", 1)]


# 額度


def test_a_quota_tells_of_every_week_what_is_used_allowed_and_left():
    used = quota([*mornings(3), *mornings(7, first=MONDAY + timedelta(days=7))], OwnStrength(10, 1), RULE)
    assert used.weeks == (
        WeeklyQuota(WeekShare("2024-W31", 3, 10, exceeds=False), allowed=4, left=1),
        WeeklyQuota(WeekShare("2024-W32", 7, 10, exceeds=True), allowed=4, left=0),
    )
    assert used.source == SOURCE == "衛署醫字第0960222467號"


def test_a_month_may_have_twice_as_many_supporting_doctors_as_the_clinic_has_of_its_own():
    doctors = [attending(MONDAY, 9, 12, f"DR-{number}") for number in (1, 2, 3)]
    [month] = quota(doctors[:2], OwnStrength(10, 1), RULE).months
    assert month == MonthlySupporters(2024, 7, supporters=2, own_doctors=1, allowed=2, exceeds=False)
    [month] = quota(doctors, OwnStrength(10, 1), RULE).months
    assert month == MonthlySupporters(2024, 7, supporters=3, own_doctors=1, allowed=2, exceeds=True)


def test_a_doctor_counts_once_a_month_and_in_each_month_that_they_come():
    months = quota(mornings(7), None, RULE).months
    assert [(month.month, month.supporters) for month in months] == [(7, 1), (8, 1)]


def test_a_month_is_told_with_every_week_that_has_a_day_in_it_whole_and_without_its_neighbours():
    used = quota([*mornings(7), *mornings(7, first=MONDAY + timedelta(days=7))], None, RULE)
    july, august = used.of_month(date(2024, 7, 1)), used.of_month(date(2024, 8, 31))
    assert [(one.share.week, one.share.sessions) for one in july.weeks] == [("2024-W31", 7)]
    assert [one.code for one in july.months] == ["2024-07"]
    assert [one.share.week for one in august.weeks] == ["2024-W31", "2024-W32"]
    assert [one.code for one in august.months] == ["2024-08"]


def test_a_quota_without_the_clinics_own_figures_tells_what_is_used_and_no_more():
    used = quota(mornings(1), None, RULE)
    assert used.weeks == (WeeklyQuota(WeekShare("2024-W31", 1, None, None), None, None),)
    assert used.months == (MonthlySupporters(2024, 7, 1, None, None, None),)
