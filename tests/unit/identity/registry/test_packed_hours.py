"""Hours of a day as one number and back."""

from datetime import time
from itertools import product

import pytest

from services.identity.events import Session, SessionHours
from services.identity.read_models.packed_hours import packed, unpacked

FULL = (
    SessionHours(Session.MORNING, time(0), time(12)),
    SessionHours(Session.AFTERNOON, time(13, 5), time(17, 55)),
    SessionHours(Session.EVENING, time(18), time(23, 55)),
)


@pytest.mark.parametrize("held", list(product([True, False], repeat=3)))
def test_any_sessions_come_back_as_they_were(held):
    sessions = tuple(hours for hours, is_held in zip(FULL, held, strict=True) if is_held)
    assert unpacked(packed(sessions)) == sessions


def test_a_closed_day_is_zero_and_the_fullest_fits_a_bigint():
    assert packed(()) == 0
    assert packed(FULL) < 2**63
