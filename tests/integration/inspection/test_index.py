"""The index of a log is made at the first question, brought up to date by each further one, and never lies."""

from __future__ import annotations

import pytest

from shared.inspection import index as indexing
from shared.inspection.index import Index, rows_of, term_of
from tests.controls.orders import Sales

pytestmark = pytest.mark.postgres


class OtherSales(Sales):
    """The same table under a definition of the next release."""

    version = 2


@pytest.fixture
def order(audited):
    placed = audited.shop.placed()
    audited.record(placed, *(audited.shop.added(placed.originator_id, f"sku-{number}") for number in range(5)))
    return placed.originator_id


def positions(index, key, until=100):
    return [touch.position for touch in index.find([term_of(key)], until)]


def test_what_is_new_of_the_log_is_found_at_the_next_question(audited, order):
    index = Index(rows_of(audited.orders), audited.ledger.log, audited.connection)
    index.catch_up()
    audited.record(audited.shop.shipped(order))

    before = positions(index, (order,))
    index.catch_up()

    assert before == [1, 2, 3, 4, 5, 6]
    assert positions(index, (order,)) == [1, 2, 3, 4, 5, 6, 7]
    assert positions(index, (order,), until=3) == [1, 2, 3]


def test_whoever_has_no_time_is_told_how_far_it_came_and_the_next_goes_on_from_there(audited, order, monkeypatch):
    monkeypatch.setattr(indexing, "_PAGE", 2)
    hurried, patient = (Index(rows_of(audited.orders), audited.ledger.log, audited.connection) for _ in range(2))
    seen = []

    assert hurried.catch_up(seconds=0) == (2, 6)
    assert patient.catch_up(lambda *told: seen.append(told)) == (6, 6)
    assert seen == [("looking", 4, 6), ("looking", 6, 6)]
    assert positions(hurried, (order,)) == [1, 2, 3, 4, 5, 6]


def test_two_who_fill_it_at_the_same_time_enter_each_event_once(audited, order, monkeypatch):
    monkeypatch.setattr(indexing, "_PAGE", 1)
    with audited.ledger.database.connect() as another:
        both = [Index(rows_of(audited.orders), audited.ledger.log, one) for one in (audited.connection, another)]
        for number in range(6):
            both[number % 2].catch_up(seconds=0)
    assert audited.ledger.query("select count(*) from touched_1") == [(6,)]
    assert positions(both[0], (order,)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.usefixtures("order")
def test_another_definition_of_a_model_gets_an_index_of_its_own_and_the_former_goes(audited):
    Index(rows_of(Sales()), audited.ledger.log, audited.connection).catch_up()
    Index(rows_of(OtherSales()), audited.ledger.log, audited.connection).catch_up()

    [(name,)] = audited.ledger.query("select name from lookup")
    tables = audited.ledger.query("select tablename from pg_tables where starts_with(tablename, 'touched')")
    assert name == f"sales:{OtherSales.fingerprint()}"
    assert len(tables) == 1


def test_a_log_that_was_restored_from_an_older_backup_is_looked_through_anew(audited, order):
    index = Index(rows_of(audited.orders), audited.ledger.log, audited.connection)
    index.catch_up()
    audited.ledger.query("update lookup set position = 999 returning 1")

    index.catch_up()

    assert positions(index, (order,)) == [1, 2, 3, 4, 5, 6]


def test_an_event_that_no_one_can_read_touches_no_row(audited, order):
    audited.ledger.write(order, 7, "orders.ItemAdded.v1", b'{"nonsense":1}')
    audited.ledger.settle()
    index = Index(rows_of(audited.orders), audited.ledger.log, audited.connection)

    assert index.catch_up() == (7, 7)
    assert positions(index, (order,)) == [1, 2, 3, 4, 5, 6]
