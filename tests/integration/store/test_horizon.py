"""Nothing is relayed that a running transaction could still come before."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.store.horizon import START, Place, horizon_age, unsequenced

pytestmark = pytest.mark.postgres

_INSERT = "insert into event (originator_id, originator_version, type, data, meta) values (%s, 1, 'a.B.v1', '{}', '')"


@pytest.fixture
def other(database):
    with database.connect(name="other") as other:
        yield other


def seen(connection, after=START, limit=100):
    return [row[2] for row in unsequenced(connection.cursor(binary=True), after, limit)]


def test_an_event_waits_for_every_older_transaction(connection, other):
    early, late = uuid4(), uuid4()
    other.execute("begin")
    other.execute(_INSERT, (early,))
    connection.execute(_INSERT, (late,))

    assert seen(connection) == []

    other.execute("commit")
    assert seen(connection) == [early, late]


def test_an_older_transaction_that_came_to_nothing_is_waited_for_no_longer(connection, other):
    late = uuid4()
    other.execute("begin")
    other.execute(_INSERT, (uuid4(),))
    connection.execute(_INSERT, (late,))
    other.execute("rollback")

    assert seen(connection) == [late]


def test_reading_transactions_are_not_waited_for(connection, other):
    other.execute("begin isolation level repeatable read")
    other.execute("select count(*) from event")
    parcel = uuid4()
    connection.execute(_INSERT, (parcel,))

    assert seen(connection) == [parcel]


def test_pages_continue_one_another(connection):
    parcels = [uuid4() for _ in range(7)]
    with connection.transaction():
        for parcel in parcels[:5]:
            connection.execute(_INSERT, (parcel,))
    for parcel in parcels[5:]:
        connection.execute(_INSERT, (parcel,))

    cursor = connection.cursor(binary=True)
    place, found = START, []
    while rows := unsequenced(cursor, place, 3):
        found += [row[2] for row in rows]
        place = Place(*rows[-1][5:])

    assert found == parcels


def test_the_age_of_the_horizon_is_that_of_the_oldest_writer_of_the_server(connection, other):
    assert horizon_age(connection) == 0
    other.execute("begin")
    other.execute("select pg_current_xact_id()")
    other.execute("select pg_sleep(0.05)")

    assert 0.05 <= horizon_age(connection) < 15
