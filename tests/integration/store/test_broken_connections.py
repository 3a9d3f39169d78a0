"""A connection that breaks leaves a question: was it stored? The store answers it by looking at the rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Condition, Event
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from shared.store import schema
from shared.store.append import Answer, Append
from shared.store.errors import AlreadyAnswered, StoreUnavailable, VersionConflict
from shared.store.writer import Writer
from tests.controls.parcels import Parcel, PostOffice, cause, first_event_of, posted
from tests.servers import PostgresServer

pytestmark = pytest.mark.postgres

_KILL = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s"


class DiesBeforeAnswering:
    """A connection whose server stores the events, but whose network breaks before it can say so."""

    def __init__(self, connection):
        self._connection = connection

    def cursor(self):
        return self

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, query, *parameters):
        result = self._connection.execute(query, *parameters)
        if "insert into" in query:
            self._connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return result


class DiesBeforeStoring(DiesBeforeAnswering):
    """A connection that breaks before the server has heard of the events; someone else is faster meanwhile."""

    def __init__(self, connection, meanwhile):
        super().__init__(connection)
        self._meanwhile = meanwhile

    def execute(self, query, *parameters):
        if "insert into" in query:
            self._meanwhile()
            self._connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return self._connection.execute(query, *parameters)


def a_writer_over(first, database) -> Writer:
    """A writer whose first connection is `first`, and whose later ones are sound."""
    connections = [first]
    return Writer(lambda: connections.pop() if connections else database.connect())


def test_what_was_stored_before_the_connection_broke_counts_as_stored(database, connection):
    writer = a_writer_over(DiesBeforeAnswering(database.connect()), database)
    batch = [first_event_of(uuid4(), meta=b',"causationid":"%d"' % number) for number in range(5)]
    answer_only = Append([], answer=Answer("key", b"digest", b"{}"))

    assert writer.write([*batch, answer_only]) == {}
    assert connection.execute("select count(*), count(distinct xid) from event").fetchall() == [(5, 1)]
    writer.close()


def test_what_someone_else_stored_while_the_connection_broke_is_a_conflict(database, connection):
    parcel = uuid4()
    answer = Answer("key", b"digest", b"{}")
    theirs = [first_event_of(parcel, meta=b',"causationid":"theirs"'), Append([], answer=answer)]
    other = Writer(database.connect)
    writer = a_writer_over(DiesBeforeStoring(database.connect(), lambda: other.write(theirs)), database)

    ours = first_event_of(parcel, meta=b',"causationid":"ours"')
    answered = Append([], answer=answer._replace(body=b"[]"))
    fine = first_event_of(uuid4())
    refused = writer.write([ours, answered, fine])

    assert {append: type(reason) for append, reason in refused.items()} == {
        ours: VersionConflict,
        answered: AlreadyAnswered,
    }
    assert connection.execute("select count(*) from event").fetchall() == [(2,)]
    other.close()
    writer.close()


def test_a_connection_interrupted_in_the_middle_of_something_is_replaced(database, connection):
    interrupted = database.connect()
    writer = a_writer_over(interrupted, database)
    writer.open()
    interrupted.pgconn.send_query(b"select pg_sleep(10)")

    assert writer.write([first_event_of(uuid4())]) == {}
    assert interrupted.closed
    assert connection.execute("select count(*) from event").fetchall() == [(1,)]
    writer.close()


def test_backends_killed_under_load_lose_nothing_and_store_nothing_twice(database, connection):
    # A flush of a millisecond, so that many are killed while they commit.
    slow = replace(database, dsn=make_conninfo(database.dsn, options="-c commit_delay=1000 -c commit_siblings=0"))
    parcels = [posted(str(number), "Taipei") for number in range(400)]

    with PostOffice(slow) as office, ThreadPoolExecutor(8) as pool, psycopg.connect(database.dsn) as admin:
        admin.autocommit = True

        def append(parcel: Parcel) -> None:
            if int(parcel.number) % 20 == 0:
                admin.execute(_KILL, ("caretrail append",))
            office.append(parcel, cause=cause())

        list(pool.map(append, parcels))

    stored = connection.execute("select originator_id, count(*) from event group by 1").fetchall()
    assert dict(stored) == {parcel.id: 2 for parcel in parcels}


def test_a_reader_whose_connection_was_killed_reads_on(office, database):
    parcel = posted("P1")
    office.append(parcel, cause=cause())
    office.load(Parcel, parcel.id)
    with psycopg.connect(database.dsn) as admin:
        admin.execute(_KILL, ("caretrail store",))

    assert office.load(Parcel, parcel.id) == parcel


class Senders:
    """Threads that post parcels one after the other until told to stop, and remember what they were told."""

    def __init__(self, office: PostOffice, threads: int) -> None:
        self.acknowledged = []
        self.unknown = []
        self._office = office
        self._stop = Event()
        self._more = Condition()
        self._pool = ThreadPoolExecutor(threads)
        for _ in range(threads):
            self._pool.submit(self._send)

    def wait_for_more(self, parcels: int) -> None:
        """Until so many more have been acknowledged."""
        wanted = len(self.acknowledged) + parcels
        with self._more:
            assert self._more.wait_for(lambda: len(self.acknowledged) >= wanted, timeout=30)

    def stop(self) -> None:
        self._stop.set()
        self._pool.shutdown()

    def _send(self) -> None:
        while not self._stop.is_set():
            parcel = posted("P1")
            try:
                self._office.append(parcel, cause=cause())
            except StoreUnavailable:
                self.unknown.append(parcel.id)
            else:
                with self._more:
                    self.acknowledged.append(parcel.id)
                    self._more.notify()


@pytest.mark.slow
def test_a_server_that_crashes_under_load_keeps_what_was_acknowledged():
    with PostgresServer() as server, PostOffice(schema.install(server.new_database(), "parcels")) as office:
        senders = Senders(office, 4)
        try:
            for _ in range(3):
                senders.wait_for_more(200)
                server.kill()
                server.start()
            senders.wait_for_more(200)
        finally:
            senders.stop()

        stored = [row[0] for row in office.recorder.connections.fetch("select originator_id from event")]
        assert len(set(stored)) == len(stored)
        assert set(senders.acknowledged) <= set(stored) <= {*senders.acknowledged, *senders.unknown}


def test_a_server_that_stays_away_is_reported_and_welcomed_back():
    with PostgresServer() as server, PostOffice(schema.install(server.new_database(), "parcels")) as office:
        server.stop()
        with pytest.raises(StoreUnavailable, match="database is not available"):
            office.append(posted("P1"), cause=cause())

        server.start()
        parcel = posted("P2")
        office.append(parcel, cause=cause())
        assert office.load(Parcel, parcel.id) == parcel
