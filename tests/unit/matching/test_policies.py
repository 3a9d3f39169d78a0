"""Policies: dated figures, and the deadlines that follow from them on Taiwan's calendar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.matching.domain.policies import POLICIES, policy_in_force
from shared.calendar import WorkingCalendar
from tests.controls.family import end_of, taipei
from tests.unit.matching.scenario import POLICY

PEACE_DAY = date(2025, 2, 28)
CALENDAR = WorkingCalendar(holidays=frozenset({PEACE_DAY}), make_up_days=frozenset({date(2025, 3, 8)}))


def test_a_policy_is_named_by_the_day_it_begins():
    assert POLICY.version == "matching/2025-01-01"


def test_the_newest_policy_that_has_begun_is_in_force():
    six_years = replace(POLICY, effective_from=date(2026, 7, 1), age_limit_years=6)
    both = (POLICY, six_years)
    assert policy_in_force(date(2026, 6, 30), both) is POLICY
    assert policy_in_force(date(2026, 7, 1), both) is six_years


def test_days_before_the_first_policy_go_by_the_first():
    assert policy_in_force(date(1990, 1, 1)) is POLICIES[0]


def test_policies_are_in_order_of_their_dates():
    days = [policy.effective_from for policy in POLICIES]
    assert days == sorted(set(days))


@pytest.mark.parametrize(
    ("birth_date", "on", "too_old"),
    [
        (date(2022, 2, 19), date(2025, 2, 18), False),
        (date(2022, 2, 18), date(2025, 2, 18), True),
        (date(2025, 2, 18), date(2025, 2, 18), False),
        (date(2024, 2, 29), date(2027, 2, 28), False),
        (date(2024, 2, 29), date(2027, 3, 1), True),
    ],
)
def test_a_child_is_too_old_from_its_third_birthday(birth_date, on, too_old):
    assert POLICY.is_too_old(birth_date, on) is too_old


def test_an_extended_age_limit_takes_children_up_to_six():
    six_years = replace(POLICY, age_limit_years=6)
    assert not six_years.is_too_old(date(2020, 1, 1), date(2025, 12, 31))
    assert six_years.is_too_old(date(2020, 1, 1), date(2026, 1, 1))


def test_an_offer_may_be_answered_for_whole_working_days_to_the_end_of_the_last():
    terms = POLICY.offer_terms(taipei(2, 26, 10), CALENDAR)
    assert terms.answer_by == end_of(3, 6)  # 27 February, then 3 to 6 March: the 28th is a holiday
    assert terms.remind_at == (taipei(3, 3, 9), taipei(3, 5, 9))


def test_a_make_up_day_counts_as_a_working_day():
    assert POLICY.closure_due_by(taipei(3, 3, 10), CALENDAR) == end_of(3, 8)


@pytest.mark.parametrize(("hour", "answer_by"), [((2, 18, 23, 59), end_of(2, 25)), ((2, 19, 0, 1), end_of(2, 26))])
def test_deadlines_go_by_the_day_in_taipei(hour, answer_by):
    assert POLICY.offer_terms(taipei(*hour), CALENDAR).answer_by == answer_by


def test_a_notice_of_a_born_child_counts_from_the_agreement():
    assert POLICY.sign_by(taipei(3, 10, 10), CALENDAR, None) == end_of(4, 7)


def test_a_notice_of_an_expected_child_counts_from_the_due_date():
    assert POLICY.sign_by(taipei(3, 10, 10), CALENDAR, date(2025, 5, 30)) == end_of(6, 27)
    assert POLICY.sign_by(taipei(3, 10, 10), CALENDAR, date(2025, 3, 1)) == end_of(4, 7)


def test_a_released_family_has_some_working_days_to_choose():
    assert POLICY.resume_at(taipei(2, 26, 10), CALENDAR) == end_of(3, 4)


def test_a_due_date_may_have_passed_by_some_days_and_lie_a_pregnancy_ahead():
    assert POLICY.due_dates(date(2025, 2, 18)) == (date(2025, 1, 28), date(2025, 12, 15))


def test_a_child_expected_on_a_day_is_born_then_at_the_earliest_and_the_last_due_date_may_have_passed():
    applied_on = date(2025, 2, 18)
    first, last = POLICY.births_expected(applied_on, due_date=date(2025, 9, 1))
    assert first == applied_on
    _, last_due = POLICY.due_dates(applied_on)
    assert last == last_due + timedelta(days=POLICY.due_date_days_past)


def test_a_child_due_soon_may_have_been_born_before_its_family_applied():
    applied_on = date(2025, 2, 18)
    first, _ = POLICY.births_expected(applied_on, due_date=date(2025, 2, 19))
    assert first == date(2025, 2, 19) - timedelta(days=POLICY.premature_days)
    assert POLICY.births_expected(applied_on, None)[0] == applied_on


def test_a_child_is_born_from_twenty_weeks_before_its_due_date_until_three_weeks_after_it():
    assert POLICY.births_due(date(2025, 9, 1)) == (date(2025, 4, 14), date(2025, 9, 22))
