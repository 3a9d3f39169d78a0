"""A rebuild takes the place of the live rows at once, however much happens meanwhile."""

from __future__ import annotations

import random
import threading
from time import monotonic

import psycopg
import pytest

from shared.read_models.compare import compare
from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild, rebuild_if_needed
from shared.read_models.standing import standing_of
from tests.controls.orders import Channel, Orders, Sales


def story(shop, count):
    """Orders in every state, many of them at once; the seed of the dice is fixed."""
    dice = random.Random(7)  # noqa: S311 - not a secret
    open_orders, events = [], []
    while len(events) < count:
        if len(open_orders) < 20 or dice.random() < 0.2:
            event = shop.placed(channel=dice.choice(list(Channel)), name=f"客人{len(events)}")
            open_orders.append(event.originator_id)
        else:
            order = dice.choice(open_orders)
            kind = dice.choices(["added", "shipped", "cancelled"], [8, 1, 1])[0]
            if kind != "added":
                open_orders.remove(order)
            event = (
                shop.added(order, dice.choice(["tea", "cake", "茶"]))
                if kind == "added"
                else (shop.shipped(order, "p") if kind == "shipped" else shop.cancelled(order))
            )
        events.append(event)
    return events


def all_rows(ledger, table="orders"):
    return ledger.query(f"select * from {table} order by 1, 2")


def test_rebuilt_rows_equal_projected_ones(ledger, queue, orders, shop):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    queue.put(ledger.record(*story(shop, 1200)))
    while queue.waiting:
        projector.step(0)
    projected = all_rows(ledger)
    assert len(projected) > 100
    assert rebuild(orders, ledger.database, ledger.log).position == 1200
    assert all_rows(ledger) == projected
    projector.close()


@pytest.mark.parametrize(("kind", "memory"), [(Orders, 20_000), (Sales, 500)])
def test_a_rebuild_in_many_parts_makes_the_same_rows(ledger, door, shop, kind, memory):
    model, name = kind(door), kind.table.name
    ledger.record(*story(shop, 600))
    rebuild(model, ledger.database, ledger.log)
    whole = all_rows(ledger, name)
    stages = []
    rebuild(model, ledger.database, ledger.log, lambda *stage: stages.append(stage), memory=memory)
    assert all_rows(ledger, name) == whole
    assert max(total for stage, _, total in stages if stage == "folding") > 600


def test_progress_runs_from_folding_to_indexing_and_reaches_its_end(ledger, orders, shop):
    ledger.record(*story(shop, 100))
    stages = []
    rebuild(orders, ledger.database, ledger.log, lambda *stage: stages.append(stage))
    assert list(dict.fromkeys(stage for stage, _, _ in stages)) == ["folding", "writing", "indexing"]
    assert ("folding", 100, 100) in stages
    assert stages[-1] == ("indexing", 1, 1)


def test_an_empty_log_makes_an_empty_table(ledger, orders):
    assert rebuild(orders, ledger.database, ledger.log).position == 0
    assert all_rows(ledger) == []


def test_a_rebuilt_table_has_its_key_and_indexes(ledger, orders):
    def definitions():
        found = ledger.query("select indexdef from pg_indexes where tablename = 'orders'")
        return sorted(definition.partition(" USING ")[2] for (definition,) in found)

    rebuild(orders, ledger.database, ledger.log)
    assert definitions() == ["btree (channel, placed_at)", "btree (customer)", "btree (id)"]
    rebuild(orders, ledger.database, ledger.log)
    assert definitions() == ["btree (channel, placed_at)", "btree (customer)", "btree (id)"]
    assert ledger.query("select conname from pg_constraint where contype = 'p' and conrelid = 'orders'::regclass")


def test_events_that_arrive_during_a_rebuild_are_in_the_swapped_table(ledger, orders, shop):
    ledger.record(*story(shop, 300))
    late = shop.placed()

    def meanwhile(stage, done, _):
        if (stage, done) == ("indexing", 1):
            ledger.record(late, *(shop.added(late.originator_id) for _ in range(1100)))

    assert rebuild(orders, ledger.database, ledger.log, meanwhile).position == 1401
    assert ledger.query("select items from orders where id = %s", (late.originator_id,)) == [(1100,)]
    assert compare(orders, ledger.database, ledger.log).is_none


def test_live_projection_goes_on_during_rebuilds_and_nothing_is_lost_or_folded_twice(ledger, queue, orders, shop):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    order = shop.placed()
    queue.put(ledger.record(order, *(shop.added(order.originator_id) for _ in range(4999))))
    stop = threading.Event()
    thread = threading.Thread(target=projector.run, args=(stop,))
    thread.start()
    for _ in range(3):
        rebuild(orders, ledger.database, ledger.log)
    stop.set()
    thread.join()
    while queue.waiting:
        projector.step(0)
    assert ledger.query("select items, json_array_length(lines) from orders") == [(4999, 4999)]
    projector.close()


def test_readers_never_see_a_half_built_table(ledger, orders, shop):
    ledger.record(*(shop.placed() for _ in range(400)))
    rebuild(orders, ledger.database, ledger.log)
    seen, stop = [], threading.Event()

    def keep_reading():
        with ledger.database.connect() as connection:
            while not stop.is_set():
                seen.extend(connection.execute("select count(*), count(called) from orders").fetchall())

    readers = [threading.Thread(target=keep_reading) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(5):
        rebuild(orders, ledger.database, ledger.log)
    stop.set()
    for reader in readers:
        reader.join()
    assert set(seen) == {(400, 400)}
    assert len(seen) > 5


def test_a_long_read_delays_the_swap_but_not_other_readers(ledger, orders, shop):
    ledger.record(*(shop.placed() for _ in range(3)))
    rebuild(orders, ledger.database, ledger.log)
    worker = threading.Thread(target=rebuild, args=(orders, ledger.database, ledger.log))
    with ledger.database.connect() as long_reader, ledger.database.connect(statement_timeout="4s") as other:
        with long_reader.transaction():
            long_reader.execute("select * from orders")
            worker.start()
            waited = 0.0
            while waited < 0.5:  # until one has queued up behind the swap, which has to give way
                began = monotonic()
                assert other.execute("select count(*) from orders").fetchone() == (3,)
                waited = monotonic() - began
        worker.join()
    assert len(all_rows(ledger)) == 3


def test_an_interrupted_rebuild_leaves_the_live_rows_and_can_be_run_again(ledger, orders, shop):
    ledger.record(*story(shop, 200))
    rebuild(orders, ledger.database, ledger.log)
    rows = all_rows(ledger)
    ledger.record(shop.placed())

    def stumble(stage, *_):
        if stage == "indexing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(orders, ledger.database, ledger.log, stumble)
    assert all_rows(ledger) == rows
    assert rebuild(orders, ledger.database, ledger.log).position == 201
    assert len(all_rows(ledger)) == len(rows) + 1


def test_two_rebuilds_at_once_run_one_after_the_other(ledger, orders, shop):
    ledger.record(*story(shop, 300))
    workers = [threading.Thread(target=rebuild, args=(orders, ledger.database, ledger.log)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert compare(orders, ledger.database, ledger.log).is_none


def test_only_a_missing_or_differently_defined_model_needs_a_rebuild(ledger, orders, door, shop):
    class OtherOrders(Orders):
        table = type(Orders.table)(
            "orders", Orders.table.row, key=("id",), indexes=(("customer",),), subjects=("customer",)
        )

    ledger.record(shop.placed())
    assert rebuild_if_needed(orders, ledger.database, ledger.log) is not None
    assert rebuild_if_needed(orders, ledger.database, ledger.log) is None
    assert rebuild_if_needed(OtherOrders(door), ledger.database, ledger.log) is not None
    with ledger.database.connect() as connection:
        assert standing_of(connection, "orders").fingerprint == OtherOrders.fingerprint()


def test_the_swapped_position_is_where_projection_goes_on(ledger, queue, orders, shop):
    first = ledger.record(shop.placed())
    rebuild(orders, ledger.database, ledger.log)
    second = ledger.record(shop.placed())
    queue.put(first + second)
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    while queue.waiting:
        projector.step(0)
    assert len(all_rows(ledger)) == 2
    projector.close()


def test_no_statement_of_a_rebuild_keeps_a_write_transaction_open_for_long(ledger, orders, shop, database_dsn):
    ledger.record(*story(shop, 300))
    open_writes = []

    def look(*_):
        with psycopg.connect(database_dsn, autocommit=True) as superuser:
            open_writes.extend(
                superuser.execute(
                    "select query from pg_stat_activity where datname = current_database()"
                    " and backend_xid is not null and application_name like 'caretrail rebuild%'"
                ).fetchall()
            )

    rebuild(orders, ledger.database, ledger.log, look)
    assert open_writes == []
