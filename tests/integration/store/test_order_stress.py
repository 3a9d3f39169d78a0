"""No follower misses an event or sees one aggregate out of order, whatever order eight processes commit in."""

from __future__ import annotations

import random
import secrets
import threading
import time
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

import psycopg
import pytest
from psycopg.errors import UniqueViolation

from shared.store.errors import VersionConflict
from shared.store.horizon import START, Place, unsequenced
from tests.controls.parcels import Parcel, PostOffice, cause, posted

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

WRITERS = 8
HELD_OPEN = 0.05, 0.5
"""Seconds between the first write and the commit of a slow transaction."""

_INSERT = "insert into event (originator_id, originator_version, type, data, meta) values (%s, %s, %s, %s, '')"
_ROWS = """
select type, data, originator_id, originator_version, meta, epoch, xid, id
from event
where (epoch, xid, id) > (%s::int4, %s::xid8, %s::int8) and {condition}
order by epoch, xid, id
limit %s
"""


class Verdict(NamedTuple):
    """What a follower got wrong."""

    missed: int
    repeated: int
    out_of_order: int


FLAWLESS = Verdict(0, 0, 0)


def without_a_horizon(cursor, after, limit):
    """Reads whatever has been committed: the mistake that the horizon is there for."""
    return cursor.execute(_ROWS.format(condition="true"), (after.epoch, str(after.xid), after.id, limit)).fetchall()


def with_the_horizon_in_the_same_statement(cursor, after, limit):
    """The planted mistake: a function asks for the horizon while the statement's rows stay those of its beginning."""
    query = _ROWS.format(condition="xid < horizon()")
    return cursor.execute(query, (after.epoch, str(after.xid), after.id, limit)).fetchall()


def write_for(seconds, database, seed, known):
    """A writer process: posts new parcels and changes known ones; some transactions stay open for a while."""
    choose = random.Random(seed)  # noqa: S311 - not a secret
    until = time.monotonic() + seconds
    with PostOffice(database) as office, database.connect(name="slow writer") as slow:
        while time.monotonic() < until:
            if choose.random() < 0.5:
                parcel = posted("new")
            else:
                parcel = office.load(Parcel, choose.choice(known))
                parcel.pass_on("Taipei")
            try:
                if choose.random() < 0.03:
                    _append_slowly(slow, office.mapper, parcel, choose.uniform(*HELD_OPEN))
                else:
                    office.append(parcel, cause=cause())
            except (VersionConflict, UniqueViolation):
                continue  # another process was faster, as happens


def _append_slowly(connection, mapper, parcel, seconds):
    """Append, and stay in the transaction: as the store would, if its commit took so long."""
    [event] = map(mapper.to_stored_event, parcel.collect_events())
    with connection.transaction():
        connection.execute(_INSERT, (event.originator_id, event.originator_version, event.topic, event.state))
        connection.execute("select pg_sleep(%s)", (seconds,))


@contextmanager
def writers(database, office, seconds):
    """Eight writer processes, each with a seed of its own, printed so that a run can be told from another."""
    known = [posted(str(number)) for number in range(30)]
    office.append(*known, cause=cause())
    seeds = [secrets.randbelow(2**32) for _ in range(WRITERS)]
    print("seeds", *seeds)  # noqa: T201 - to tell one run from another
    fork = get_context("fork")
    arguments = [(seconds, database, seed, [parcel.id for parcel in known]) for seed in seeds]
    processes = [fork.Process(target=write_for, args=each) for each in arguments]
    for process in processes:
        process.start()
    yield processes
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * WRITERS


class Follower:
    """Reads events as they come, by one way of reading."""

    def __init__(self, connection, read):
        self.seen = []
        self._cursor = connection.cursor(binary=True)
        self._read = read
        self._place = START

    def step(self) -> int:
        rows = self._read(self._cursor, self._place, 500)
        if rows:
            self.seen += rows
            self._place = Place(*rows[-1][5:])
        return len(rows)

    def verdict(self, connection) -> Verdict:
        stored = {id_ for (id_,) in connection.execute("select id from event")}
        seen = [row[7] for row in self.seen]
        versions: dict[UUID, int] = {}
        out_of_order = 0
        for _, _, originator_id, version, *_ in self.seen:
            out_of_order += version != versions.get(originator_id, 0) + 1
            versions[originator_id] = version
        return Verdict(len(stored - set(seen)), len(seen) - len(set(seen)), out_of_order)


def follow(processes, *followers):
    """Until the writers are done and nothing more comes."""
    pause = threading.Event()
    while True:
        running = any(process.is_alive() for process in processes)
        events = sum(follower.step() for follower in followers)
        if not events and not running:
            return
        pause.wait(0.001)


def test_a_follower_misses_nothing_although_commits_come_out_of_order(database, office, connection):
    follower = Follower(connection, unsequenced)
    hasty = Follower(connection, without_a_horizon)

    with writers(database, office, seconds=5) as processes:
        follow(processes, follower, hasty)

    assert follower.verdict(connection) == FLAWLESS
    assert hasty.verdict(connection).missed > 0, "commits came in the order of their ids: this run proves nothing"
    assert len(follower.seen) > 500


def test_a_long_write_transaction_in_another_database_delays_but_loses_nothing(
    postgres_server, database, office, connection
):
    follower = Follower(connection, unsequenced)
    with psycopg.connect(postgres_server.dsn("postgres")) as elsewhere:
        elsewhere.execute("select pg_current_xact_id()")

        with writers(database, office, seconds=2) as processes:
            follow(processes, follower)
        assert follower.seen == []
        assert follower.verdict(connection).missed > 100

        elsewhere.rollback()
    follow([], follower)
    assert follower.verdict(connection) == FLAWLESS


def test_a_horizon_taken_in_the_same_statement_as_the_rows_is_caught(database, office, connection):
    # It takes its time, as on a busy server.
    connection.execute(
        "create function horizon() returns xid8 language plpgsql volatile"
        " as 'begin perform pg_sleep(0.001); return pg_snapshot_xmin(pg_current_snapshot()); end'"
    )
    mistaken = Follower(connection, with_the_horizon_in_the_same_statement)
    rounds = 0
    while not (verdict := mistaken.verdict(connection)).missed:
        rounds += 1
        assert rounds <= 4, "the mistake went unnoticed: this test would not notice it in the store either"
        with writers(database, office, seconds=2) as processes:
            follow(processes, mistaken)

    assert verdict != FLAWLESS
