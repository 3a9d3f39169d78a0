"""Policies of support: dated figures, and the days that follow from them on Taiwan's calendar."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from services.support.domain.policies import POLICIES, policy_in_force
from shared.calendar import TAIPEI, WorkingCalendar, end_of_day

POLICY = POLICIES[0]
PEACE_DAY = date(2025, 2, 28)
CALENDAR = WorkingCalendar(holidays=frozenset({PEACE_DAY}), make_up_days=frozenset({date(2025, 3, 8)}))


def test_a_policy_is_named_by_the_day_it_begins():
    assert POLICY.version == "support/2024-08-01"


def test_the_newest_policy_that_has_begun_is_in_force():
    half = replace(POLICY, effective_from=date(2026, 7, 1), share_percent=50)
    both = (POLICY, half)
    assert policy_in_force(date(2026, 6, 30), both) is POLICY
    assert policy_in_force(date(2026, 7, 1), both) is half


def test_policies_are_in_order_of_their_dates():
    days = [policy.effective_from for policy in POLICIES]
    assert days == sorted(set(days))


def test_the_bureau_decides_within_whole_working_days_after_the_submission():
    submitted = datetime(2025, 2, 26, 10, tzinfo=TAIPEI)
    assert POLICY.decision_due_by(submitted, CALENDAR) == end_of_day(date(2025, 3, 6))  # without the holiday the 5th


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [
        (date(2025, 2, 26), 9, date(2025, 2, 26)),
        (date(2025, 2, 26), 22, date(2025, 2, 27)),
        (date(2025, 2, 27), 23, date(2025, 3, 3)),
        (PEACE_DAY, 9, date(2025, 3, 3)),
        (date(2025, 3, 7), 22, date(2025, 3, 8)),
    ],
)
def test_the_insurers_file_is_made_at_its_hour_of_the_next_working_day(day, hour, due):
    moment = datetime.combine(day, time(hour), TAIPEI)
    assert POLICY.register_file_due_after(moment, CALENDAR) == datetime.combine(due, time(22), TAIPEI)


@pytest.mark.parametrize(
    ("submitted_on", "last_day"),
    [(date(2024, 8, 2), date(2027, 8, 2)), (date(2028, 2, 29), date(2031, 2, 28))],
)
def test_an_application_is_kept_for_three_years_from_its_submission(submitted_on, last_day):
    assert POLICY.kept_until(submitted_on) == last_day


def test_the_limits_and_the_quota_rule_are_those_of_the_policy():
    changed = replace(POLICY, schedule_longest_days=31, schedule_most_occurrences=7, share_percent=50)
    assert (changed.schedule_limits.days, changed.schedule_limits.occurrences) == (31, 7)
    assert changed.quota_rule.sessions_allowed(3) == 1
    assert POLICY.quota_rule.supporters_allowed(3) == 6
