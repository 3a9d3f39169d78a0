"""The log by position: dense, in the relay's order, only as far as positions are settled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from shared.store.horizon import FACTS_BETWEEN, START, Place, between, unsequenced
from shared.store.log import Head, Log, LogDamaged
from tests.controls.logbook import eventually
from tests.controls.parcels import cause, posted

pytestmark = pytest.mark.postgres

_PAGE = "insert into page (position_to, epoch, xid, id, hash, at) values (%s, %s, %s::xid8, %s, %s, %s)"


def settle(connection, limit=1000, at=None):
    """What the relay does with the next events, but for their hashes."""
    before = connection.execute("select position_to, epoch, xid, id from page order by 1 desc limit 1").fetchone()
    position, *place = before or (0, *START)
    rows = unsequenced(connection.cursor(binary=True), Place(*place), limit)
    position += len(rows)
    epoch, xid, id_ = rows[-1][5:]
    connection.execute(_PAGE, (position, epoch, str(xid), id_, b"%032d" % position, at or datetime.now(UTC)))


def settle_all(connection, *sizes):
    for size in sizes:
        settle(connection, size)


@pytest.fixture
def log(database):
    log = Log(database, "parcels")
    yield log
    log.close()


@pytest.fixture
def parcels(office):
    """Twelve parcels, one event each."""
    parcels = [posted(str(number)) for number in range(1, 13)]
    for parcel in parcels:
        office.append(parcel, cause=cause())
    return parcels


def read(log, **bounds):
    """Position and aggregate of each event; every page continues the one before."""
    return [
        (position, row[2]) for page in log.read(**bounds) for position, row in enumerate(page.rows, start=page.first)
    ]


def test_an_empty_log_has_no_events(log):
    assert log.head() == Head(0, bytes(32))
    assert list(log.read()) == []
    assert log.until_time(datetime.now(UTC)) == 0


def test_events_without_a_settled_position_are_not_read(log, parcels, connection):
    settle_all(connection, 5)

    assert log.head() == Head(5, b"%032d" % 5)
    assert read(log) == list(enumerate([parcel.id for parcel in parcels[:5]], start=1))
    assert log.position_of(parcels[4].id, 1) == 5
    assert log.position_of(parcels[5].id, 1) is None


@pytest.mark.parametrize("pages", [(12,), (5, 7), (1,) * 12, (3, 1, 8)])
def test_any_part_of_the_log_is_read_densely(log, parcels, connection, pages):
    settle_all(connection, *pages)
    whole = list(enumerate([parcel.id for parcel in parcels], start=1))
    bounds = [(0, None), (0, 12), (4, 9), (5, 6), (11, 50), (12, None), (9, 4)]

    for size, (after, until) in product((1, 2, 5, 100), bounds):
        assert read(log, after=after, until=until, size=size) == whole[after : 12 if until is None else until]


def test_a_row_is_what_was_stored(log, office, connection):
    parcel = posted("P1", "Taipei")
    office.append(parcel, cause=cause())
    settle(connection)

    [page] = log.read()

    assert page.first == 1
    stored = connection.execute(
        "select type, data, originator_id, originator_version, meta from event order by originator_version"
    ).fetchall()
    assert page.rows == stored


@pytest.mark.usefixtures("parcels")
def test_facts_are_the_same_events_without_what_surrounds_them(log, connection):
    settle_all(connection, 3, 1, 8)

    for bounds in ({}, {"after": 2, "until": 9, "size": 2}):
        whole = [(page.first, [row[:2] for row in page.rows]) for page in log.read(**bounds)]
        assert [tuple(page) for page in log.facts(**bounds)] == whole


@pytest.mark.parametrize("pages", [(12,), (5, 7), (1,) * 12])
def test_every_event_knows_its_position(log, parcels, connection, pages):
    settle_all(connection, *pages)

    assert [log.position_of(parcel.id, 1) for parcel in parcels] == list(range(1, 13))
    assert log.position_of(parcels[0].id, 2) is None
    assert log.position_of(uuid4(), 1) is None


def test_all_who_ask_for_positions_at_once_share_one_connection(log, parcels, connection, database):
    settle_all(connection, 12)
    waiting = "select count(*) from pg_locks where not granted and relation = 'page'::regclass"
    with ThreadPoolExecutor(len(parcels)) as pool:
        with database.connect() as other, other.transaction():
            other.execute("lock table page in access exclusive mode")
            positions = [pool.submit(log.position_of, parcel.id, 1) for parcel in parcels]
            eventually(lambda: connection.execute(waiting).fetchone() != (0,), within=10)
        found = [position.result() for position in positions]
    assert found == list(range(1, 13))
    asked_by = "select count(*) from pg_stat_activity where application_name = 'caretrail log parcels'"
    assert connection.execute(asked_by).fetchone() == (1,)


def test_a_missing_event_is_noticed(log, parcels, connection):
    settle_all(connection, 4, 4, 4)
    connection.execute("delete from event where originator_id = %s", (parcels[5].id,))

    with pytest.raises(LogDamaged, match="positions 5 to 8 hold 3 events"):
        list(log.read(size=4))


def test_an_event_that_was_slipped_in_is_noticed(log, parcels, connection):
    settle_all(connection, 4, 4, 4)
    connection.execute(
        "insert into event (originator_id, originator_version, type, data, meta, xid)"
        " select gen_random_uuid(), 1, type, data, meta, xid from event where originator_id = %s",
        (parcels[5].id,),
    )

    with pytest.raises(LogDamaged, match="positions 5 to 8 hold 5 events"):
        list(log.read(size=4))


def test_the_log_as_of_a_time_ends_with_what_had_happened_then(log, parcels, connection):
    settle_all(connection, 3, 9)

    for position, parcel in enumerate(parcels, start=1):
        assert log.until_time(parcel.created_on) == position
        assert log.until_time(parcel.created_on - timedelta(microseconds=1)) == position - 1


def test_what_was_settled_late_counts_from_when_it_happened(log, parcels, connection):
    settle(connection, 3, at=parcels[2].created_on)
    settle(connection, 9, at=datetime.now(UTC) + timedelta(hours=1))

    assert log.until_time(parcels[7].created_on) == 8
    assert log.until_time(datetime.now(UTC) + timedelta(hours=2)) == 12


def test_a_page_is_read_without_going_through_the_log_behind_it(database):
    with database.connect() as connection:
        connection.execute(
            "insert into event (originator_id, originator_version, type, data, meta)"
            " select gen_random_uuid(), 1, 'parcels.ParcelPosted.v1', '', '' from generate_series(1, 20000)"
        )
        settle_all(connection, 10, 10)
        connection.execute("analyze event")
        begin, end = (Place(*row) for row in connection.execute("select epoch, xid, id from page order by position_to"))
        query = f"explain (analyze, buffers, format json) {FACTS_BETWEEN}"
        [([explained],)] = connection.execute(query, between(begin, end, 10)).fetchall()
    assert explained["Plan"]["Actual Rows"] == 10
    assert explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"] < 20
