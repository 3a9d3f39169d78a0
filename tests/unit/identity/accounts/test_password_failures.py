"""Wrong passwords: when the question comes, when one waits, when only a reset helps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.accounts.failures import Answer, Failures, Obstacle, obstacle_to_try
from services.identity.domain.accounts.policies import POLICIES

POLICY = POLICIES[0]
NOW = datetime(2025, 2, 18, 8, tzinfo=UTC)


def obstacle(here=0, anywhere=0, answer=Answer.NOT_ASKED, locked_until=None):
    return obstacle_to_try(Failures(here, 0, locked_until), Failures(anywhere), answer, NOW, POLICY)


@pytest.mark.parametrize(("here", "anywhere"), [(0, 0), (2, 2), (0, 9)])
def test_a_few_failures_are_nothing(here, anywhere):
    assert obstacle(here, anywhere) is Obstacle.NONE


@pytest.mark.parametrize(("here", "anywhere"), [(3, 3), (0, 10), (8, 99)])
def test_after_more_the_question_comes_first(here, anywhere):
    assert obstacle(here, anywhere) is Obstacle.QUESTION
    assert obstacle(here, anywhere, Answer.WRONG) is Obstacle.QUESTION
    assert obstacle(here, anywhere, Answer.RIGHT) is Obstacle.NONE


def test_a_right_answer_does_not_shorten_a_wait():
    assert obstacle(9, 9, Answer.RIGHT, NOW + timedelta(seconds=1)) is Obstacle.LOCK
    assert obstacle(9, 9, Answer.RIGHT, NOW) is Obstacle.NONE


def test_a_hundred_failures_leave_only_a_reset():
    assert obstacle(0, 99, Answer.RIGHT) is Obstacle.NONE
    assert obstacle(0, 100, Answer.RIGHT) is Obstacle.BLOCK


@given(st.lists(st.sampled_from((0, 60, 900, 1_800, 86_400)), max_size=120))
def test_nobody_tries_while_they_wait_and_each_wait_is_twice_as_long(steps):
    now, here, tries, waits = NOW, Failures(), 0, []
    for step in steps:
        now += timedelta(seconds=step)
        if obstacle_to_try(here, Failures(), Answer.RIGHT, now, POLICY) is Obstacle.NONE:
            before, here = here, here.another(now, POLICY.password_lock)
            tries += 1
            if here.locks > before.locks:
                waits.append(here.locked_until - now)
    assert tries <= POLICY.password_lock.after * (len(waits) + 1)
    assert waits == [timedelta(minutes=15) * 2 ** min(number, 10) for number in range(len(waits))]
