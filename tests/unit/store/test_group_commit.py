"""Who writes for whom, without a database."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from shared.store.append import Answer, Reservation
from shared.store.errors import StoreUnavailable, VersionConflict
from shared.store.group_commit import GroupCommit
from tests.controls.parcels import first_event_of

PATIENCE = 10


def wait_for(condition) -> None:
    """Return when `condition()` holds; fails after some seconds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        threading.Event().wait(0.001)


class Gate:
    """A `write` that waits in its first batch, so that others queue up behind it."""

    def __init__(self, refused=None):
        self.batches = []
        self.refused = refused or {}
        self.open = threading.Event()

    def write(self, appends):
        self.batches.append(list(appends))
        assert self.open.wait(PATIENCE)
        return {append: self.refused[append] for append in appends if append in self.refused}


@pytest.fixture
def pool():
    with ThreadPoolExecutor(10) as pool:
        yield pool


def queue_behind_the_first(commit, gate, pool, first, *others):
    """Submit all; the others wait in this order while the first is being written. Then let them go."""
    futures = [pool.submit(commit.submit, first)]
    wait_for(lambda: gate.batches)
    for number, append in enumerate(others, 1):
        futures.append(pool.submit(commit.submit, append))
        wait_for(lambda number=number: len(commit._queue) == number)
    gate.open.set()
    return futures


def test_those_who_come_while_one_is_written_share_the_next_batch(pool):
    gate = Gate()
    commit = GroupCommit(gate.write, lambda: None)
    appends = [first_event_of(uuid4()) for _ in range(5)]

    for future in queue_behind_the_first(commit, gate, pool, *appends):
        future.result(PATIENCE)

    assert gate.batches == [appends[:1], appends[1:]]


def test_one_callers_conflict_is_raised_to_that_caller_only(pool):
    appends = [first_event_of(uuid4()) for _ in range(4)]
    gate = Gate({appends[2]: VersionConflict(uuid4(), 1)})
    commit = GroupCommit(gate.write, lambda: None)

    futures = queue_behind_the_first(commit, gate, pool, *appends)

    assert [type(future.exception(PATIENCE)) for future in futures] == [
        type(None),
        type(None),
        VersionConflict,
        type(None),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(first_event_of(parcel := uuid4()), first_event_of(parcel), id="the same aggregate"),
        pytest.param(
            first_event_of(parcel, release=[Reservation("shelf", "1", parcel)]),
            first_event_of(heir := uuid4(), reserve=[Reservation("shelf", "1", heir)]),
            id="a reservation released and reserved",
        ),
        pytest.param(
            first_event_of(uuid4(), answer=Answer("key", b"", b"1")),
            first_event_of(uuid4(), answer=Answer("key", b"", b"2")),
            id="the same answer",
        ),
    ],
)
def test_two_callers_of_one_thing_are_never_in_one_batch(pool, one, other):
    gate = Gate()
    commit = GroupCommit(gate.write, lambda: None)
    first, unrelated = first_event_of(uuid4()), first_event_of(uuid4())

    for future in queue_behind_the_first(commit, gate, pool, first, one, other, unrelated):
        future.result(PATIENCE)

    assert gate.batches == [[first], [one, unrelated], [other]]


def test_the_leader_gives_way_before_it_looks_who_waits(pool):
    late = []
    first, second = first_event_of(uuid4()), first_event_of(uuid4())
    gate = Gate()
    gate.open.set()

    def give_way():
        if not late:
            late.append(pool.submit(commit.submit, second))
            wait_for(lambda: len(commit._queue) == 1)

    commit = GroupCommit(gate.write, give_way)
    commit.submit(first)
    late[0].result(PATIENCE)

    assert gate.batches == [[first, second]]


def test_when_the_leader_fails_the_others_hear_that_the_outcome_is_unknown(pool):
    gate = Gate()

    def write(appends):
        if gate.batches:
            raise RuntimeError("the disk is full of bees")
        return gate.write(appends)

    commit = GroupCommit(write, lambda: None)
    futures = queue_behind_the_first(commit, gate, pool, *(first_event_of(uuid4()) for _ in range(4)))

    faults = [future.exception(PATIENCE) for future in futures]
    assert [type(fault) for fault in faults] == [type(None), RuntimeError, StoreUnavailable, StoreUnavailable]


def test_a_leader_that_is_ended_while_it_gives_way_is_replaced():
    ended = iter([True])

    def give_way():
        if next(ended, False):
            raise TimeoutError

    written = []
    commit = GroupCommit(lambda appends: written.extend(appends) or {}, give_way)
    with pytest.raises(TimeoutError):
        commit.submit(first_event_of(uuid4()))
    second = first_event_of(uuid4())
    commit.submit(second)

    assert written == [second]
