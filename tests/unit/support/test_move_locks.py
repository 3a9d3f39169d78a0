"""異動執登場所: who is locked out, and until when."""

import pytest

from services.support.domain import refusals
from services.support.domain.move_lock import Departure, MoveLock
from services.support.events import DepartureCause, Outstanding, ReleaseCause
from tests.controls.deciding import payload
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, taipei
from tests.controls.support import (
    CANCELLED_AT,
    MOVED_AT,
    SUPPORT,
    departure_noted,
    move_lock_released,
    move_lock_set,
    return_noted,
)
from tests.unit.support.scenario import given

LEFT = (BANQIAO_DOCTOR, BANQIAO_CLINIC, DepartureCause.PRACTITIONER_MOVED)
NOTED = (BANQIAO_CLINIC, BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_MOVED)


def test_whoever_leaves_with_supports_is_locked_out_and_told_how_many():
    lock = MoveLock.engage(*LEFT, [Outstanding(SUPPORT, taipei(5, 29, 21))], MOVED_AT)

    assert [payload(fact) for fact in lock.collect_events()] == [payload(move_lock_set())]
    assert lock.stream_subject == BANQIAO_DOCTOR


def test_whoever_leaves_with_none_is_not_locked_out():
    with pytest.raises(refusals.NothingOutstanding):
        MoveLock.engage(*LEFT, [], MOVED_AT)


@pytest.mark.parametrize("cause", [ReleaseCause.CANCELLED, ReleaseCause.EXPIRED])
def test_the_lock_opens_when_nothing_is_left(cause):
    given(move_lock_set()).when(lambda lock: lock.release(cause, 0, CANCELLED_AT)).then(move_lock_released(cause=cause))


@pytest.mark.parametrize("cause", [ReleaseCause.CANCELLED, ReleaseCause.EXPIRED])
def test_the_lock_holds_while_anything_is_left(cause):
    given(move_lock_set()).when(lambda lock: lock.release(cause, 1, CANCELLED_AT)).then_refused(
        refusals.MoveLockHolds, count=1
    )


def test_the_lock_opens_for_whoever_comes_back_with_what_they_have():
    given(move_lock_set()).when(lambda lock: lock.release(ReleaseCause.RETURNED, 1, CANCELLED_AT)).then(
        move_lock_released(cause=ReleaseCause.RETURNED)
    )


def test_a_lock_opens_once():
    given(move_lock_set(), move_lock_released()).when(
        lambda lock: lock.release(ReleaseCause.CANCELLED, 0, CANCELLED_AT)
    ).then_refused(refusals.MoveLockReleasedAlready)


def test_departures_are_recorded_as_the_registry_told_them():
    departure = Departure.record(*NOTED, MOVED_AT)

    assert [payload(fact) for fact in departure.collect_events()] == [payload(departure_noted())]
    assert departure.stream_subject == str(departure.id)
    assert not departure.is_over


def test_a_departure_is_over_when_the_registry_says_so():
    departure = given(departure_noted()).when(lambda departure: departure.end(CANCELLED_AT)).then(return_noted())

    assert departure.is_over
