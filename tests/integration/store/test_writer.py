"""Several callers' appends in one statement: who cannot win is found, and spares the others."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from shared.store.append import Answer, Append, EventRow, Reservation
from shared.store.errors import AlreadyAnswered, ConnectionInTransaction, ReservationTaken, VersionConflict
from shared.store.writer import Writer
from tests.controls.parcels import first_event_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def writer(database):
    writer = Writer(database.connect)
    yield writer
    writer.close()


def stored(connection):
    return {row[0] for row in connection.execute("select originator_id from event")}


def test_a_batch_is_one_transaction(writer, connection):
    batch = [first_event_of(uuid4()) for _ in range(20)]

    assert writer.write(batch) == {}
    assert connection.execute("select count(*), count(distinct xid) from event").fetchall() == [(20, 1)]


def test_who_comes_too_late_spares_the_others_of_the_batch(writer, connection):
    shelf = Reservation("shelf", "1", uuid4())
    answer = Answer("key", b"digest", b"{}")
    known = uuid4()
    writer.write([first_event_of(known, reserve=[shelf], answer=answer)])

    stale = first_event_of(known)
    crowded = first_event_of(uuid4(), reserve=[shelf._replace(holder=uuid4())])
    repeated = first_event_of(uuid4(), answer=answer._replace(body=b"[]"))
    fine = [first_event_of(uuid4()) for _ in range(5)]
    refused = writer.write([fine[0], stale, *fine[1:3], crowded, repeated, *fine[3:]])

    assert {append: type(reason) for append, reason in refused.items()} == {
        stale: VersionConflict,
        crowded: ReservationTaken,
        repeated: AlreadyAnswered,
    }
    assert refused[crowded].holder == shelf.holder
    assert refused[repeated].answer == answer
    assert stored(connection) == {known} | {append.events[0].originator_id for append in fine}
    assert connection.execute("select count(distinct xid) from event").fetchall() == [(2,)]


def test_rows_that_the_database_cannot_hold_are_refused_alone(writer, connection):
    with_a_nul = Append([EventRow(uuid4(), 1, "parcels.ParcelPosted.v1\0", b"{}", b"")])
    fine = [first_event_of(uuid4()) for _ in range(3)]

    refused = writer.write([*fine, with_a_nul])

    assert list(refused) == [with_a_nul]
    assert isinstance(refused[with_a_nul], psycopg.DataError)
    assert stored(connection) == {append.events[0].originator_id for append in fine}


def test_a_reservation_handed_over_is_not_in_the_way_when_another_caller_conflicts(writer, connection):
    known = uuid4()
    shelf = Reservation("shelf", "1", known)
    writer.write([first_event_of(known, reserve=[shelf])])

    stale = first_event_of(known)
    heir = uuid4()
    handed_over = first_event_of(heir, release=[shelf], reserve=[shelf._replace(holder=heir)])

    assert list(writer.write([stale, handed_over])) == [stale]
    assert connection.execute("select holder from reservation").fetchall() == [(heir,)]


def test_a_connection_in_a_transaction_is_refused(database):
    with database.connect() as busy:
        busy.execute("begin")
        busy.execute("select pg_current_xact_id()")
        with pytest.raises(ConnectionInTransaction):
            Writer(lambda: busy).write([first_event_of(uuid4())])


def test_a_connection_that_would_open_a_transaction_is_refused(database):
    with database.connect() as waiting:
        waiting.autocommit = False
        with pytest.raises(ConnectionInTransaction):
            Writer(lambda: waiting).write([first_event_of(uuid4())])


def test_a_transaction_begun_behind_the_writers_back_is_refused(database):
    with database.connect() as shared:
        writer = Writer(lambda: shared)
        writer.open()
        shared.execute("begin")
        with pytest.raises(ConnectionInTransaction):
            writer.write([first_event_of(uuid4())])
