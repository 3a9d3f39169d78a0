"""Live rows against rebuilt ones: every difference is found and named, and looking changes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from shared.read_models.compare import Changed, compare
from shared.read_models.projector import Projector
from shared.read_models.rebuild import NEARLY_THERE, rebuild
from shared.read_models.replay.replaying import NotBuilt
from tests.controls.orders import MORNING, ItemAdded, Orders, Sales

FIRST, SECOND, THIRD = (uuid4() for _ in range(3))


@pytest.fixture
def projector(ledger, queue, orders):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    yield projector
    projector.close()


@pytest.fixture
def three_orders(ledger, queue, projector, shop):
    queue.put(ledger.record(shop.placed(FIRST), shop.placed(SECOND), shop.added(FIRST), shop.placed(THIRD)))
    projector.step(0)


@pytest.mark.usefixtures("three_orders")
def test_equal_rows_differ_in_nothing(ledger, orders):
    difference = compare(orders, ledger.database, ledger.log)
    assert difference.is_none
    assert difference.position == 4


@pytest.mark.usefixtures("three_orders")
def test_every_kind_of_difference_names_its_row_and_columns(ledger, orders):
    ledger.query("update orders set items = 9, shipped_on = '2026-01-01' where id = %s returning 1", (FIRST,))
    ledger.query("update orders set lines = '[1]' where id = %s returning 1", (SECOND,))
    ledger.query("delete from orders where id = %s returning 1", (THIRD,))
    stray = uuid4()
    ledger.query(
        "insert into orders select %s, t.* from orders o, lateral (select o.customer, o.name, o.called,"
        " o.channel, o.placed_at, o.total, o.items, o.lines, o.shipped, o.shipped_on, o.parcels, o.last_sku) t"
        " where id = %s returning 1",
        (stray, FIRST),
    )
    difference = compare(orders, ledger.database, ledger.log)
    assert not difference.is_none
    assert difference.only_live == ((stray,),)
    assert difference.only_rebuilt == ((THIRD,),)
    assert sorted(difference.changed) == sorted(
        [Changed((FIRST,), ("items", "shipped_on")), Changed((SECOND,), ("lines",))]
    )


def test_a_fold_that_depends_on_how_events_were_batched_is_caught(ledger, queue, door, shop):
    class WrongOrders(Orders):
        """Counts items on the model itself, so that a rebuild goes on from where live projection was."""

        seen = 0

        def evolve(self, key, row, event):
            row = super().evolve(key, row, event)
            if isinstance(event, ItemAdded):
                self.seen += event.number
                return replace(row, items=self.seen)
            return row

    wrong = WrongOrders(door)
    projector = Projector(wrong, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    queue.put(ledger.record(shop.placed(FIRST), shop.added(FIRST)))
    projector.step(0)
    projector.close()
    assert compare(wrong, ledger.database, ledger.log).changed == (Changed((FIRST,), ("items",)),)


@pytest.mark.usefixtures("three_orders")
def test_comparing_leaves_the_live_rows_and_no_table_behind(ledger, orders):
    compare(orders, ledger.database, ledger.log)  # the first makes the scratch schema, which stays
    tables = ledger.query("select relname from pg_class where relkind = 'r' order by 1")
    rows = ledger.query("select * from orders order by id")
    compare(orders, ledger.database, ledger.log)
    assert ledger.query("select * from orders order by id") == rows
    assert ledger.query("select relname from pg_class where relkind = 'r' order by 1") == tables


def test_a_model_that_was_never_built_cannot_be_compared(ledger, orders):
    with pytest.raises(NotBuilt, match="orders"):
        compare(orders, ledger.database, ledger.log)


@pytest.mark.usefixtures("three_orders")
def test_rows_behind_the_log_are_compared_at_their_own_position(ledger, orders, shop):
    ledger.record(shop.added(SECOND), shop.cancelled(FIRST))
    difference = compare(orders, ledger.database, ledger.log)
    assert difference.is_none
    assert difference.position == 4


def test_comparing_while_projection_goes_on_finds_no_difference(ledger, queue, projector, orders, shop):
    stop = threading.Event()
    thread = threading.Thread(target=projector.run, args=(stop,))
    queue.put(ledger.record(shop.placed(FIRST), *(shop.added(FIRST) for _ in range(4000))))
    thread.start()
    positions = [compare(orders, ledger.database, ledger.log) for _ in range(5)]
    stop.set()
    thread.join()
    assert [difference for difference in positions if not difference.is_none] == []


class WatchedLog:
    """A log that counts how many events are read while the rows are kept from moving."""

    def __init__(self, ledger):
        self.context = ledger.log.context
        self.incarnation = ledger.log.incarnation
        self.head = ledger.log.head
        self.facts = ledger.log.facts
        self.read_while_held = 0
        self._ledger = ledger

    def read(self, *stretch, **options):
        for page in self._ledger.log.read(*stretch, **options):
            if not self._ledger.query("select from read_model where name = 'orders' for update skip locked"):
                self.read_while_held += len(page.rows)
            yield page


@pytest.mark.usefixtures("three_orders")
def test_what_has_come_meanwhile_is_followed_before_projection_is_held_up(ledger, queue, projector, orders, shop):
    def fall_behind(stage, done, _):
        if (stage, done) == ("indexing", 1):
            queue.put(ledger.record(*(shop.added(FIRST) for _ in range(3 * NEARLY_THERE))))
            while queue.waiting:
                projector.step(0)

    log = WatchedLog(ledger)
    difference = compare(orders, ledger.database, log, fall_behind)
    assert difference.is_none
    assert difference.position == 4 + 3 * NEARLY_THERE
    assert log.read_while_held <= NEARLY_THERE


def test_a_comparison_of_many_rows_lists_the_first_hundred(ledger, shop):
    sales = Sales()
    order = shop.placed(FIRST)
    days = [
        type(event)(**{**vars(event), "timestamp": MORNING + timedelta(days=day)})
        for day, event in enumerate(shop.added(FIRST) for _ in range(150))
    ]
    ledger.record(order, *days)
    rebuild(sales, ledger.database, ledger.log)
    ledger.query("update sales set sold = 0 returning 1")
    assert len(compare(sales, ledger.database, ledger.log).changed) == 100
