"""Positions and hashes are given once, in an order that never changes."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from shared.cloudevents import parse
from shared.relay.lease import LeaseLost
from shared.relay.sequencer import LogAltered, OutOfOrder, Sequencer, Unreadable
from tests.controls.logbook import CONTEXT, is_whole, without_repeats, write, write_many, write_one_by_one

pytestmark = pytest.mark.postgres


def a_sequencer(connection, generation=0, page_size=500) -> Sequencer:
    return Sequencer(connection, CONTEXT, generation, page_size)


def all_pages(sequencer) -> list:
    pages = []
    while (page := sequencer.next_page()) is not None:
        pages.append(page)
    return pages


def bodies_of(pages) -> list[bytes]:
    return [body for page in pages for _, body in page.messages]


def test_positions_are_dense_and_the_chain_is_whole_across_pages(connection):
    write_one_by_one(connection, 25)
    pages = all_pages(a_sequencer(connection, page_size=10))

    assert [len(page.messages) for page in pages] == [10, 10, 5]
    assert is_whole(without_repeats(bodies_of(pages)))


def test_the_routing_key_is_the_name_of_the_event(connection):
    write_one_by_one(connection, 1)
    [page] = all_pages(a_sequencer(connection))

    assert [routing_key for routing_key, _ in page.messages] == ["ParcelPassedOn"]


def test_an_empty_log_has_no_page(connection):
    assert a_sequencer(connection).next_page() is None


def test_a_sequencer_that_begins_again_goes_on_behind_the_last_page(connection):
    write_one_by_one(connection, 3)
    first = all_pages(a_sequencer(connection))
    write_one_by_one(connection, 3)
    second = all_pages(a_sequencer(connection))

    assert is_whole(without_repeats(bodies_of([*first, *second])))


def test_stored_pages_are_recomputed_to_the_same_bytes(connection):
    write_one_by_one(connection, 25)
    pages = all_pages(a_sequencer(connection, page_size=10))
    # More events and another page size: what was settled stays as it was.
    write_one_by_one(connection, 5)
    again = a_sequencer(connection, page_size=7)

    assert list(again.pages_after(0)) == pages
    assert list(again.pages_after(10)) == pages[1:]
    assert list(again.pages_after(25)) == []


def test_events_behind_a_transaction_still_open_wait_for_it(database, connection):
    sequencer = a_sequencer(connection)
    with database.connect() as slow, database.connect() as quick:
        with slow.transaction():
            write(slow, early := uuid4(), 1)
            write(quick, late := uuid4(), 1)
            assert sequencer.next_page() is None
        page = sequencer.next_page()

    subjects = [parse(body).subject for _, body in page.messages]
    assert subjects == [str(early), str(late)]


def test_an_aggregate_goes_on_across_pages_and_restarts(connection):
    parcel = uuid4()
    write(connection, parcel, 1, 2, 3)
    first = all_pages(a_sequencer(connection, page_size=2))
    write(connection, parcel, 4)
    second = all_pages(a_sequencer(connection))

    assert len(first) == 2
    assert is_whole(without_repeats(bodies_of([*first, *second])))


def turn_round(database, originator_id):
    """Store version 2 with an older transaction id than version 1, as a transaction that wrote before loading can."""
    with database.connect() as older, older.transaction():
        older.execute("select pg_current_xact_id()")
        with database.connect() as newer:
            write(newer, originator_id, 1)
        write(older, originator_id, 2)


def test_an_aggregate_turned_round_within_a_page_stops_the_sequencer_before_anything_is_stored(database, connection):
    turn_round(database, parcel := uuid4())
    sequencer = a_sequencer(connection)

    with pytest.raises(OutOfOrder, match=str(parcel)):
        sequencer.next_page()
    assert connection.execute("select count(*) from page").fetchone() == (0,)


def test_an_aggregate_turned_round_across_pages_stops_the_sequencer(database, connection):
    turn_round(database, parcel := uuid4())

    with pytest.raises(OutOfOrder, match=str(parcel)):
        a_sequencer(connection, page_size=1).next_page()


def test_a_version_that_is_skipped_stops_the_sequencer(connection):
    write(connection, parcel := uuid4(), 1)
    sequencer = a_sequencer(connection)
    sequencer.next_page()
    write(connection, parcel, 3)

    with pytest.raises(OutOfOrder, match=str(parcel)):
        sequencer.next_page()


def test_an_event_that_is_no_json_stops_the_sequencer_and_its_aggregate_is_named(connection):
    write(connection, parcel := uuid4(), 1)
    connection.execute("update event set data = %b", (b'{"garbage":',))
    sequencer = a_sequencer(connection)

    with pytest.raises(Unreadable, match=str(parcel)):
        sequencer.next_page()
    assert connection.execute("select count(*) from page").fetchone() == (0,)


def test_a_sequencer_of_an_older_generation_stores_no_page(connection):
    write_one_by_one(connection, 1)
    sequencer = a_sequencer(connection, generation=0)
    connection.execute("update relay set generation = 1")

    with pytest.raises(LeaseLost):
        sequencer.next_page()
    assert connection.execute("select count(*) from page").fetchone() == (0,)


def test_a_new_generation_waits_for_a_page_that_is_being_stored_and_then_goes_on_behind_it(database, connection):
    write_one_by_one(connection, 1)
    with database.connect() as old, database.connect(statement_timeout="200ms") as new:
        with old.transaction():
            Sequencer(old, CONTEXT, generation=0).next_page()
            with pytest.raises(psycopg.errors.QueryCanceled):
                new.execute("update relay set generation = 1")
        new.execute("update relay set generation = 1")

    assert a_sequencer(connection, generation=1).head.position == 1


def test_altered_events_are_not_published_again(connection):
    write_many(connection, 10)
    sequencer = a_sequencer(connection)
    sequencer.next_page()
    connection.execute(r"update event set data = data || '\x20' where id = (select min(id) from event)")

    with pytest.raises(LogAltered, match="positions 1 to 10"):
        next(sequencer.pages_after(0))


def test_a_removed_page_of_events_is_not_skipped(connection):
    write_many(connection, 10)
    sequencer = a_sequencer(connection)
    sequencer.next_page()
    connection.execute("delete from event")

    with pytest.raises(LogAltered, match="positions 1 to 10"):
        next(sequencer.pages_after(0))
