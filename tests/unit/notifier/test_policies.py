"""The figures of sending, at their edges."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier.domain.policies import POLICIES, Window, policy_at
from services.notifier.events import Audience, Channel
from tests.controls.family import taipei

POLICY = POLICIES[0]


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (taipei(2, 18, 20, 59), taipei(2, 18, 20, 59)),
        (taipei(2, 18, 21), taipei(2, 19, 8)),
        (taipei(2, 18, 23, 59), taipei(2, 19, 8)),
        (taipei(2, 19, 0), taipei(2, 19, 8)),
        (taipei(2, 19, 7, 59), taipei(2, 19, 8)),
        (taipei(2, 19, 8), taipei(2, 19, 8)),
    ],
)
def test_an_sms_of_the_night_leaves_in_the_morning(moment, leaves):
    assert POLICY.out_of_the_night(moment) == leaves


def test_a_day_of_a_limit_begins_at_midnight_in_taipei():
    last, first = taipei(2, 18, 23, 59), taipei(2, 19, 0)

    assert (Window.DAY.containing(last), Window.DAY.containing(first)) == ("2025-02-18", "2025-02-19")
    assert (Window.HOUR.containing(last), Window.HOUR.containing(first)) == ("2025-02-18T23", "2025-02-19T00")


def test_every_kind_of_message_has_a_limit_of_a_day():
    for channel, audience in [*((Channel.MAIL, audience) for audience in Audience), (Channel.SMS, Audience.FAMILY)]:
        assert Window.DAY in {limit.per for limit in POLICY.limits_of(channel, audience)}


def test_pauses_grow_are_spread_and_come_to_an_end():
    now = taipei(2, 18, 16)
    pauses = [POLICY.retry_at(attempt, now, 0.0) - now for attempt in range(1, 9)]

    assert pauses == sorted(pauses)
    assert POLICY.retry_at(1, now, 0.99) - now < timedelta(minutes=1.25)
    assert POLICY.retry_at(9, now, 0.0) is None


def test_what_is_of_use_for_less_time_must_leave_earlier():
    now = taipei(2, 18, 16)

    assert POLICY.send_by(now, None) == now + timedelta(days=3)
    assert POLICY.send_by(now, now + timedelta(minutes=5)) == now + timedelta(minutes=5)
    assert POLICY.send_by(now, now + timedelta(days=7)) == now + timedelta(days=3)


def test_what_lies_before_the_first_policy_goes_by_the_first():
    assert policy_at(taipei(1, 1, 0) - timedelta(days=400)) is POLICY
