"""Transaction ids mean nothing to another server: a restored log goes on in a new epoch."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from shared import migrations
from shared.store import schema
from shared.store.epochs import begin_epoch_if_restored, bump_epoch
from shared.store.horizon import START, Place, unsequenced
from tests.controls.parcels import Parcel, PostOffice, cause, posted
from tests.servers import PostgresServer

pytestmark = pytest.mark.postgres

_USE_UP_IDS = "do $$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$"


def events(connection, after=START):
    """(epoch, number of the parcel or name of the place) of everything below the horizon, in order."""
    rows = unsequenced(connection.cursor(binary=True), after, 10_000)
    return [(row[5], row[2], row[3]) for row in rows]


def restore(dump_of: str, source: PostgresServer, target: PostgresServer) -> str:
    """A real dump, restored by the real program into a fresh database of another server."""
    dsn = target.new_database()
    dump = subprocess.run([source.binary("pg_dump"), "-Fc", "-d", dump_of], check=True, capture_output=True).stdout
    with psycopg.connect(dsn) as connection:
        for role in ("caretrail_parcels", migrations.reader_of("parcels")):
            migrations.create_role(connection, role)
    subprocess.run([target.binary("pg_restore"), "--exit-on-error", "-d", dsn], check=True, input=dump)
    return dsn


@pytest.fixture(scope="module")
def fresh_server():
    with PostgresServer() as server:
        yield server


def test_a_log_at_home_stays_in_its_epoch(office, connection):
    office.append(posted("P1"), cause=cause())

    assert not begin_epoch_if_restored(connection)
    assert events(connection)[0][0] == 1


def test_what_is_appended_in_a_new_epoch_comes_after_all_before_it(office, connection):
    before = posted("P1")
    office.append(before, cause=cause())
    # As if restored: the ids of the rows are far beyond this server's.
    connection.execute("update event set xid = '18446744073709551000'")

    assert bump_epoch(connection) == 2
    before.pass_on("Taipei")
    office.append(before, cause=cause())

    assert events(connection) == [(1, before.id, 1), (2, before.id, 2)]


def test_an_append_under_way_ends_in_its_epoch(database, connection):
    with database.connect() as other:
        other.execute("begin")
        other.execute(
            "insert into event (originator_id, originator_version, type, data, meta)"
            " values (gen_random_uuid(), 1, 'a.B.v1', '{}', '')"
        )
        connection.execute("set lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            bump_epoch(connection)
        other.execute("commit")

    assert bump_epoch(connection) == 2
    assert [epoch for epoch, _, _ in events(connection)] == [1]


def test_a_dump_restored_into_a_fresh_server_takes_effect_once_and_in_order(
    postgres_server, fresh_server, database, office, connection
):
    connection.execute(_USE_UP_IDS)
    parcels = [posted(str(number)) for number in range(50)]
    for place in ("Taipei", "Keelung"):
        for parcel in parcels:
            parcel.pass_on(place)
            office.append(parcel, cause=cause())
    sequenced = unsequenced(connection.cursor(binary=True), START, 70)
    everything = [event[1:] for event in events(connection)]

    restored = replace(database, dsn=restore(database.dsn, postgres_server, fresh_server))
    assert schema.install(restored.dsn, "parcels") == restored
    with restored.connect() as there:
        assert events(there) == [], "the ids of this server must lag behind, or the test says nothing"
        with PostOffice(restored) as elsewhere:
            changed = elsewhere.load(Parcel, parcels[0].id)
            changed.pass_on("Yilan")
            elsewhere.append(changed, cause=cause())

        rest = events(there, after=Place(*sequenced[-1][5:]))

    assert [(row[2], row[3]) for row in sequenced] + [event[1:] for event in rest] == [
        *everything,
        (changed.id, changed.version),
    ]
    assert [epoch for epoch, _, _ in rest] == [1] * (len(rest) - 1) + [2]


def test_two_processes_that_start_on_a_restored_log_begin_one_epoch(connection, database, office):
    office.append(posted("P1"), cause=cause())
    connection.execute("update event set xid = '18446744073709551000'")

    with ThreadPoolExecutor(4) as pool:
        offices = list(pool.map(PostOffice, [database] * 4))

    assert connection.execute("select epoch from log").fetchall() == [(2,)]
    for each in offices:
        each.close()
