"""Rows and the position that they have reached are stored together, for a model that stands as its projector knows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.read_models import standing
from shared.read_models.projector import Projector
from shared.read_models.tables import MISFIT, UNSTORABLE, Rows
from tests.controls.orders import Orders


@pytest.fixture
def order(ledger, orders, queue, shop):
    """A row of the model as it was folded."""
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    ledger.record(shop.placed())
    projector.step(0)
    projector.close()
    with ledger.database.connect() as connection:
        [row] = Rows(Orders.table).select(connection, "", ())
    return row


@pytest.fixture
def connection(ledger):
    with ledger.database.connect() as connection:
        yield connection


def stored(ledger):
    return ledger.query("select items, position from orders, read_model where read_model.name = 'orders'")


def test_remembered_rows_and_their_position_are_one_transaction(ledger, orders, queue, shop):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    placed = shop.placed()
    for event in (placed, shop.added(placed.originator_id), shop.added(placed.originator_id)):
        queue.put(ledger.record(event))
        projector.step(0)
    projector.close()
    assert stored(ledger) == [(2, 3)]
    assert ledger.query("select orders.xmin = read_model.xmin from orders, read_model") == [(True,)]


def test_a_model_that_stands_as_known_moves_with_its_rows(ledger, connection, order):
    known = standing.standing_of(connection, "orders")
    moved = Rows(Orders.table).save_moving(connection, [replace(order, items=5)], known, 2)
    assert moved == standing.standing_of(connection, "orders")
    assert stored(ledger) == [(5, 2)]


def test_nothing_is_stored_of_a_model_that_somebody_else_has_moved(ledger, connection, order):
    known = standing.standing_of(connection, "orders")
    standing.touch(connection, "orders")
    assert Rows(Orders.table).save_moving(connection, [replace(order, items=5)], known, 2) is None
    assert stored(ledger) == [(0, 1)]


def test_a_row_that_postgresql_refuses_moves_nothing(ledger, connection, order):
    known = standing.standing_of(connection, "orders")
    with pytest.raises(UNSTORABLE):
        Rows(Orders.table).save_moving(connection, [replace(order, items=5, called="nothing\0more")], known, 2)
    assert stored(ledger) == [(0, 1)]
    assert standing.standing_of(connection, "orders") == known


def test_rows_of_another_shape_are_not_written_to(ledger, connection, order):
    known = standing.standing_of(connection, "orders")
    connection.execute("alter table orders rename column called to known_as")
    with pytest.raises(MISFIT):
        Rows(Orders.table).save_moving(connection, [replace(order, items=5)], known, 2)
    assert stored(ledger) == [(0, 1)]


def test_a_remembered_row_that_is_refused_is_parked_and_the_others_go_on(ledger, orders, queue, shop):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    one, other = shop.placed(), shop.placed()
    queue.put(ledger.record(one, other))
    projector.step(0)
    queue.put(ledger.record(shop.added(one.originator_id, sku="nothing\0more"), shop.added(other.originator_id)))
    projector.step(0)
    projector.close()
    rows = dict(ledger.query("select id, items from orders"))
    assert rows == {one.originator_id: 0, other.originator_id: 1}
    assert ledger.query("select position from parked") == [(3,)]
