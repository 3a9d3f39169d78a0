"""自有診次與醫師數: what an institution says of itself."""

import pytest

from services.support.domain.refusals import FigureOutOfRange
from services.support.domain.strength import MOST_DOCTORS, MOST_SESSIONS, Strength
from tests.controls.deciding import payload
from tests.controls.family import DAAN_CLINIC
from tests.controls.support import STATED_AT, strength_stated


def test_a_statement_is_recorded_as_it_was_made():
    stated = Strength.record(DAAN_CLINIC, 10, 2, STATED_AT)

    assert [payload(fact) for fact in stated.collect_events()] == [payload(strength_stated())]
    assert stated.stream_subject == str(stated.id)


@pytest.mark.parametrize(("sessions", "doctors"), [(0, 0), (MOST_SESSIONS, MOST_DOCTORS)])
def test_from_nothing_to_the_most_anything_is_taken(sessions, doctors):
    assert Strength.record(DAAN_CLINIC, sessions, doctors, STATED_AT)


@pytest.mark.parametrize(
    ("sessions", "doctors", "field"),
    [
        (-1, 1, "weekly_sessions"),
        (MOST_SESSIONS + 1, 1, "weekly_sessions"),
        (1, -1, "doctors"),
        (1, MOST_DOCTORS + 1, "doctors"),
    ],
)
def test_what_can_only_be_a_slip_of_the_hand_is_refused(sessions, doctors, field):
    with pytest.raises(FigureOutOfRange) as refused:
        Strength.record(DAAN_CLINIC, sessions, doctors, STATED_AT)

    assert refused.value.field == field
