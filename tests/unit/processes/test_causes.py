"""A cause holds from its day on; once it has gone, and has been told to have, it is forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.processes.causes import CauseStanding, cause_after
from tests.controls.family import taipei

DAY = date(2025, 4, 1)
MIDNIGHT = taipei(4, 1, 0)
EARLIER = taipei(3, 20, 9)
LATER = taipei(4, 10, 9)

HOLDS = CauseStanding(holds=True, holds_from=None, has_gone=False)
AHEAD = CauseStanding(holds=False, holds_from=MIDNIGHT, has_gone=False)
GONE = CauseStanding(holds=False, holds_from=None, has_gone=True)


@pytest.mark.parametrize("before", [None, AHEAD, HOLDS, GONE])
@pytest.mark.parametrize("now", [MIDNIGHT, LATER], ids=["at midnight in Taipei", "later"])
def test_a_cause_holds_from_its_day_on(before, now):
    assert cause_after(before, DAY, now) == HOLDS


@pytest.mark.parametrize("before", [None, AHEAD, GONE])
@pytest.mark.parametrize("now", [EARLIER, MIDNIGHT - timedelta(microseconds=1)])
def test_a_cause_is_waited_for_before_its_day(before, now):
    assert cause_after(before, DAY, now) == AHEAD


def test_a_cause_that_held_and_is_put_off_has_gone_until_its_day():
    assert cause_after(HOLDS, DAY, EARLIER) == CauseStanding(holds=False, holds_from=MIDNIGHT, has_gone=True)


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        (HOLDS, LATER, GONE),
        (AHEAD, LATER, GONE),
        (AHEAD, MIDNIGHT, GONE),
        (AHEAD, EARLIER, None),
        (GONE, LATER, None),
        (None, LATER, None),
    ],
    ids=["held", "began unseen", "begins now", "was called off", "was told to be gone", "never was"],
)
def test_a_cause_that_held_is_told_to_be_gone_and_then_forgotten(before, now, after):
    assert cause_after(before, None, now) == after
