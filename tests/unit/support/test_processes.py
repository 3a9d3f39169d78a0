"""What support does by itself: the registry's news become departures, departures locks, and locks open."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.support.commands import EngageMoveLock, NoteDeparture, NoteReturn, ReleaseMoveLock
from services.support.events import DepartureCause, ReleaseCause
from services.support.processes.lock_out_whoever_has_left import LockOutWhoeverHasLeft
from services.support.processes.note_departures import NoteDepartures
from services.support.processes.open_finished_lock import OpenFinishedLock
from tests.controls import registry
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, taipei
from tests.controls.support import (
    SECOND_SUPPORT,
    departure_noted,
    move_lock_released,
    move_lock_set,
    return_noted,
    support_amended,
    support_approved,
    support_cancelled,
)

COLLEAGUE = "DR-001235"
ENDS_AT = taipei(5, 29, 21)
PAIR = (BANQIAO_DOCTOR, BANQIAO_CLINIC)
CLOSED = {"practitioner": "", "cause": DepartureCause.INSTITUTION_CLOSED}
SUSPENDED = {"institution": "", "cause": DepartureCause.PRACTITIONER_SUSPENDED}


class Story:
    """A process that sees events one after the other, with all the rows that it keeps."""

    def __init__(self, process, *before):
        self.process = process
        self.rows = {}
        for event in before:
            self.sees(event)

    def sees(self, event):
        """The commands that follow from an event, as the runner would have them given."""
        assert isinstance(event, self.process.folds)
        states = []
        for key in sorted(self.process.keys(event), key=str):
            self.rows[key] = self.process.evolve(key, self.rows.get(key), event)
            states.append(self.rows[key])
        return [command for row in states for command in self.process.react(row, event)]

    @property
    def due(self):
        moments = (getattr(row, self.process.deadline) for row in self.rows.values() if row is not None)
        return [moment for moment in moments if moment is not None]

    def at_their_time(self):
        return [
            command
            for key, row in self.rows.items()
            if row is not None and (due := getattr(row, self.process.deadline)) is not None
            for command in self.process.expire(key, row, due)
        ]

    @property
    def kept(self):
        return {key: row for key, row in self.rows.items() if row is not None}


# What the registry tells ---------------------------------------------------------------------------------------------


def day_of(event):
    return replace(event, timestamp=datetime.combine(event.since, datetime.min.time(), UTC))


@pytest.mark.parametrize(
    ("told", "noted"),
    [
        (registry.institution_closed(), (BANQIAO_CLINIC, "", DepartureCause.INSTITUTION_CLOSED)),
        (registry.institution_suspended(), (BANQIAO_CLINIC, "", DepartureCause.INSTITUTION_SUSPENDED)),
        (registry.practitioner_moved(), (BANQIAO_CLINIC, BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_MOVED)),
        (registry.practitioner_suspended(), ("", BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_SUSPENDED)),
    ],
    ids=["closed", "suspended", "moved", "person suspended"],
)
def test_whoever_can_send_nobody_is_noted_on_the_day_and_not_before(told, noted):
    ahead = Story(NoteDepartures())
    early = replace(told, timestamp=day_of(told).timestamp - timedelta(days=3))

    assert NoteDeparture(*noted) not in ahead.sees(early)
    assert ahead.at_their_time() == [NoteDeparture(*noted)]
    assert NoteDeparture(*noted) in Story(NoteDepartures()).sees(day_of(told))


def test_whoever_moves_to_where_they_had_left_before_the_registry_began_is_noted_as_back():
    told = day_of(registry.practitioner_moved(former_institution=""))

    assert Story(NoteDepartures()).sees(told) == [
        NoteReturn(told.institution, BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_MOVED)
    ]


def test_a_departure_begins_at_midnight_in_taipei():
    told = registry.institution_closed(since=date(2025, 4, 1), timestamp=taipei(3, 20, 9))

    story = Story(NoteDepartures(), told)

    assert story.due == [taipei(4, 1, 0)]


@pytest.mark.parametrize(
    ("left", "back", "noted"),
    [
        (
            registry.institution_suspended(),
            registry.institution_resumed(),
            (BANQIAO_CLINIC, "", DepartureCause.INSTITUTION_SUSPENDED),
        ),
        (
            registry.practitioner_suspended(),
            registry.practitioner_resumed(),
            ("", BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_SUSPENDED),
        ),
    ],
    ids=["an institution", "a person"],
)
def test_whoever_resumes_is_noted_as_back(left, back, noted):
    story = Story(NoteDepartures(), day_of(left))

    assert story.sees(replace(back, timestamp=day_of(left).timestamp + timedelta(days=1))) == [NoteReturn(*noted)]


def test_whoever_moves_back_is_noted_as_back_and_has_left_the_other():
    gone = day_of(registry.practitioner_moved())
    story = Story(NoteDepartures(), gone)
    back = replace(gone, former_institution=gone.institution, institution=gone.former_institution)

    commands = story.sees(back)

    assert set(commands) == {
        NoteReturn(BANQIAO_CLINIC, BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_MOVED),
        NoteDeparture(gone.institution, BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_MOVED),
    }


def test_what_was_called_off_before_its_day_is_never_noted():
    told = registry.institution_closed(since=date(2025, 4, 1), timestamp=taipei(3, 20, 9))
    story = Story(NoteDepartures(), told)

    assert story.sees(registry.institution_resumed(timestamp=taipei(3, 25, 9))) == []
    assert story.kept == {}


# Locking -------------------------------------------------------------------------------------------------------------


def locking(*before):
    return Story(LockOutWhoeverHasLeft(), *before)


@pytest.mark.parametrize("left", [{}, CLOSED, SUSPENDED], ids=["moved", "closed", "suspended"])
def test_whoever_holds_a_support_and_leaves_is_locked_out(left):
    departure = departure_noted(**left)

    assert locking(support_approved()).sees(departure) == [EngageMoveLock(*PAIR, departure.cause)]


@pytest.mark.parametrize("left", [{}, CLOSED, SUSPENDED], ids=["moved", "closed", "suspended"])
def test_a_support_approved_just_after_the_departure_locks_as_well(left):
    departure = departure_noted(**left)

    assert locking(departure).sees(support_approved()) == [EngageMoveLock(*PAIR, departure.cause)]


def test_whoever_holds_none_is_not_locked_out():
    assert locking().sees(departure_noted()) == []
    assert locking(support_approved(), support_cancelled()).sees(departure_noted()) == []
    assert locking(support_approved()).sees(departure_noted(timestamp=ENDS_AT)) == []


def test_a_move_from_elsewhere_locks_nobody_out_of_what_is_held_from_here():
    assert locking(support_approved()).sees(departure_noted(institution=DAAN_CLINIC)) == []
    assert locking(departure_noted(institution=DAAN_CLINIC)).sees(support_approved()) == []


def test_a_closed_institution_locks_each_of_its_people_once():
    second = support_approved(originator_id=SECOND_SUPPORT)
    third = support_approved(originator_id=UUID(int=3), practitioner=COLLEAGUE)

    commands = locking(support_approved(), second, third).sees(departure_noted(**CLOSED))

    assert commands == [
        EngageMoveLock(*PAIR, DepartureCause.INSTITUTION_CLOSED),
        EngageMoveLock(COLLEAGUE, BANQIAO_CLINIC, DepartureCause.INSTITUTION_CLOSED),
    ]


def test_an_amended_support_is_held_until_its_new_end():
    longer = support_amended(ends_at=ENDS_AT + timedelta(days=30))
    story = locking(support_approved(), longer)

    assert story.sees(departure_noted(timestamp=ENDS_AT)) == [EngageMoveLock(*PAIR, DepartureCause.PRACTITIONER_MOVED)]


@pytest.mark.parametrize("left", [{}, CLOSED, SUSPENDED], ids=["moved", "closed", "suspended"])
def test_a_support_that_was_over_and_goes_on_by_a_change_locks_again(left):
    departure = departure_noted(**left)
    late = {"timestamp": ENDS_AT + timedelta(days=3), "ends_at": ENDS_AT + timedelta(days=30)}

    assert locking(support_approved(), departure).sees(support_amended(**late)) == [
        EngageMoveLock(*PAIR, departure.cause)
    ]


@pytest.mark.parametrize("left", [{}, CLOSED, SUSPENDED], ids=["moved", "closed", "suspended"])
def test_whoever_comes_back_has_the_lock_opened(left):
    story = locking(support_approved(), departure_noted(**left))

    assert story.sees(return_noted(**left)) == [ReleaseMoveLock(*PAIR, ReleaseCause.RETURNED)]
    assert story.sees(support_approved(originator_id=SECOND_SUPPORT)) == []


def test_what_is_cancelled_and_over_is_forgotten():
    story = locking(support_approved(), support_cancelled())

    assert story.kept == {}


# Opening -------------------------------------------------------------------------------------------------------------


def opening(*before):
    return Story(OpenFinishedLock(), *before)


def test_the_lock_opens_with_the_last_cancellation():
    second = support_approved(originator_id=SECOND_SUPPORT)
    story = opening(support_approved(), second, move_lock_set())

    assert story.sees(support_cancelled()) == []
    assert story.sees(support_cancelled(originator_id=SECOND_SUPPORT)) == [
        ReleaseMoveLock(*PAIR, ReleaseCause.CANCELLED)
    ]


def test_the_lock_opens_when_the_last_support_is_over():
    longer = support_amended(ends_at=ENDS_AT + timedelta(days=30))
    story = opening(support_approved(), move_lock_set())
    assert story.due == [ENDS_AT]

    story.sees(longer)

    assert story.due == [longer.ends_at]
    assert story.at_their_time() == [ReleaseMoveLock(*PAIR, ReleaseCause.EXPIRED)]


def test_without_a_lock_nothing_opens():
    story = opening(support_approved())

    assert story.due == []
    assert story.sees(support_cancelled()) == []
    assert story.kept == {}


def test_a_lock_that_was_opened_is_opened_by_nobody_else():
    story = opening(support_approved(), move_lock_set(), move_lock_released())

    assert story.due == []
    assert story.sees(support_cancelled()) == []


def test_a_lock_on_what_is_over_already_is_due_at_once():
    story = opening(move_lock_set())

    assert story.due == [move_lock_set().timestamp]
