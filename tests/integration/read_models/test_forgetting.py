"""A forgotten person's opened data leaves the rows, live as in a rebuild."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.read_models.compare import compare
from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild
from shared.sealing import SubjectId
from tests.controls.orders import Orders

CUSTOMER, OTHER = SubjectId(uuid4()), SubjectId(uuid4())


@pytest.fixture
def projector(ledger, queue, orders):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    yield projector
    projector.close()


def names(ledger):
    return sorted(ledger.query("select customer, called from orders"), key=str)


def expected(*rows):
    return sorted(rows, key=str)


def test_the_rows_of_a_forgotten_person_lose_what_was_opened_and_no_others_do(ledger, queue, projector, door, shop):
    placed = [shop.placed(customer=CUSTOMER), shop.placed(customer=OTHER), shop.placed(customer=CUSTOMER)]
    queue.put(ledger.record(*placed))
    projector.step(0)
    door.forgotten.add(CUSTOMER)
    queue.put(ledger.record(shop.forgot(CUSTOMER), shop.added(placed[0].originator_id)))
    projector.step(0)
    assert names(ledger) == expected((CUSTOMER, None), (CUSTOMER, None), (OTHER, "王小明"))
    assert ledger.query("select items from orders where id = %s", (placed[0].originator_id,)) == [(1,)]


def test_rows_made_in_the_same_batch_are_emptied_too(ledger, queue, projector, shop):
    queue.put(ledger.record(shop.placed(customer=CUSTOMER), shop.forgot(CUSTOMER), shop.placed(customer=OTHER)))
    projector.step(0)
    assert names(ledger) == expected((CUSTOMER, None), (OTHER, "王小明"))


def test_a_rebuild_with_the_key_gone_equals_the_live_rows(ledger, queue, projector, orders, door, shop):
    queue.put(ledger.record(shop.placed(customer=CUSTOMER), shop.placed(customer=OTHER)))
    projector.step(0)
    door.forgotten.add(CUSTOMER)
    queue.put(ledger.record(shop.forgot(CUSTOMER), shop.placed(customer=CUSTOMER)))
    projector.step(0)
    live = names(ledger)
    assert compare(orders, ledger.database, ledger.log).is_none
    rebuild(orders, ledger.database, ledger.log)
    assert names(ledger) == live == expected((CUSTOMER, None), (CUSTOMER, None), (OTHER, "王小明"))


def test_a_rebuild_empties_at_the_event_even_where_a_key_would_still_open(ledger, orders, shop):
    ledger.record(shop.placed(customer=CUSTOMER), shop.forgot(CUSTOMER))
    rebuild(orders, ledger.database, ledger.log)
    assert names(ledger) == [(CUSTOMER, None)]


def test_a_person_named_by_a_sealed_column_is_found_as_well(ledger, queue, door, shop):
    class OrdersByName(Orders):
        table = type(Orders.table)(
            "orders_by_name", Orders.table.row, key=("id",), subjects=("name",), personal=("called",)
        )

    model = OrdersByName(door)
    projector = Projector(model, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    queue.put(ledger.record(shop.placed(customer=CUSTOMER), shop.placed(customer=OTHER)))
    projector.step(0)
    queue.put(ledger.record(shop.forgot(CUSTOMER)))
    projector.step(0)
    rows = ledger.query("select customer, called from orders_by_name")
    assert sorted(rows, key=str) == expected((CUSTOMER, None), (OTHER, "王小明"))
    door.forgotten.add(CUSTOMER)
    assert compare(model, ledger.database, ledger.log).is_none
    projector.close()
