"""Of two relays of a context one works; the other waits, and takes over when the first is gone."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from shared.cloudevents import parse
from shared.relay.lease import Lease, LeaseLost
from shared.store import schema
from tests.controls.logbook import (
    eventually,
    is_whole,
    published,
    receive,
    stored,
    without_repeats,
    write_many,
    write_one_by_one,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[3]
PROGRAM = Path(__file__).parent / "relay_program.py"
WAITING = """
select count(*) from pg_stat_activity
where application_name = 'caretrail relay parcels' and datname = current_database()
"""


@contextmanager
def relay_process(database, vhost) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(PROGRAM), database.dsn, vhost]
    with subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}) as process:
        try:
            yield process
        finally:
            process.kill()


def holder(connection) -> int:
    """The process that relays, by what it has written of itself."""
    [(name,)] = connection.execute("select holder from relay").fetchall()
    return int(name.rpartition("/")[2] or 0)


def relays_connected(database) -> int:
    with psycopg.connect(database.dsn) as superuser:
        [(count,)] = superuser.execute(WAITING).fetchall()
    return count


@pytest.mark.rabbitmq
def test_of_two_relays_started_together_one_works_and_the_other_takes_over_when_it_is_killed(
    database, connection, transport, vhost
):
    with ExitStack() as both:
        relays = [both.enter_context(relay_process(database, vhost)) for _ in range(2)]
        write_one_by_one(connection, 50)
        eventually(lambda: published(connection) == stored(connection) and relays_connected(database) == 2)
        first = holder(connection)
        [working] = [relay for relay in relays if relay.pid == first]
        [waiting] = [relay for relay in relays if relay.pid != first]
        assert connection.execute("select generation from relay").fetchone() == (1,)

        working.kill()
        write_many(connection, 1000)
        eventually(lambda: published(connection) == 1050)
        assert holder(connection) == waiting.pid
        assert connection.execute("select generation from relay").fetchone() == (2,)
        waiting.terminate()
        assert waiting.wait(30) == 0

    bodies = receive(transport, 1050)
    events = without_repeats(bodies)
    assert len(events) == 1050
    assert is_whole(events)
    assert [parse(body).position for body in bodies][:50] == list(range(1, 51)), "one of them worked, not both"


def test_a_second_relay_waits_until_the_first_lets_go(database):
    stop = threading.Event()
    first = Lease.acquire(database, stop)
    acquired: list[Lease | None] = []
    thread = threading.Thread(target=lambda: acquired.append(Lease.acquire(database, stop)))
    thread.start()
    first.save_published(0)
    assert acquired == []
    first.close()
    thread.join(30)

    assert [lease.generation for lease in acquired] == [2]
    acquired[0].close()


def test_a_waiting_relay_can_be_stopped(database):
    stop = threading.Event()
    first = Lease.acquire(database, stop)
    stop.set()

    assert Lease.acquire(database, stop) is None
    first.close()


def test_a_relay_that_was_overtaken_unnoticed_may_not_save(database, connection):
    lease = Lease.acquire(database, threading.Event())
    connection.execute("update relay set generation = generation + 1")

    with pytest.raises(LeaseLost, match="another relay"):
        lease.save_published(10)
    assert published(connection) == 0
    lease.close()


def test_a_relay_that_cannot_begin_keeps_neither_connection_nor_lock(database, connection):
    connection.execute("alter table relay rename to out_of_reach")

    with pytest.raises(psycopg.errors.UndefinedTable):
        Lease.acquire(database, threading.Event())

    eventually(lambda: relays_connected(database) == 0, within=5)


def test_relays_of_other_contexts_in_the_same_database_do_not_wait(database, database_dsn):
    other = schema.install(database_dsn, "letters")
    first = Lease.acquire(database, threading.Event())
    second = Lease.acquire(other, threading.Event())

    assert (first.generation, second.generation) == (1, 1)
    first.close()
    second.close()
