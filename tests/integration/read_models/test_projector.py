"""Live projection: what is delivered is folded once, whatever the broker does."""

from __future__ import annotations

import re
import threading
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from shared.events import UnknownEventType
from shared.read_models import projection
from shared.read_models.compare import compare
from shared.read_models.feed import Fork
from shared.read_models.freshness import Positions
from shared.read_models.projector import Projector
from shared.read_models.reader import Reader
from tests.controls.orders import MORNING, Channel, Line, Order, Orders, Queue, Sales, Shop, box


@pytest.fixture
def projector(ledger, queue, orders):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    yield projector
    projector.close()


@pytest.fixture
def positions(ledger):
    positions = Positions(ledger.database)
    yield positions
    positions.close()


@pytest.fixture
def reader(ledger, positions):
    reader = Reader(Orders, ledger.database, ledger.log, positions)
    yield reader
    reader.close()


def items(ledger):
    return dict(ledger.query("select id, items from orders"))


def position(ledger):
    [(position,)] = ledger.query("select position from read_model where name = 'orders'")
    return position


def test_what_was_recorded_before_a_projector_starts_is_there_after_its_first_step(ledger, projector, shop):
    placed = shop.placed()
    ledger.record(placed, shop.added(placed.originator_id, number=3))
    projector.step(0)
    assert items(ledger) == {placed.originator_id: 3}


def test_a_batch_from_the_broker_is_folded(ledger, queue, projector, shop):
    projector.step(0)
    placed = shop.placed()
    queue.put(ledger.record(placed, shop.added(placed.originator_id), shop.painted()))
    assert projector.step(0) == 3
    assert items(ledger) == {placed.originator_id: 1}
    assert position(ledger) == 3
    assert queue.waiting == []


def test_a_row_comes_back_as_the_model_made_it(ledger, queue, projector, reader, shop):
    projector.step(0)
    order, customer = uuid4(), uuid4()
    tea, cake = '\u8336, {"quoted" \\ back}', "cake"
    events = [
        shop.placed(order, customer, name="李小華", channel=Channel.WEB),
        shop.added(order, tea, 2, "1.10"),
        shop.added(order, cake),
        shop.shipped(order, "", "NULL", tea),
    ]
    queue.put(ledger.record(*events))
    projector.step(0)
    [row] = reader.rows(Order, "select * from orders where total = %s", (Decimal("4.70"),))
    assert row == Order(
        id=order,
        customer=customer,
        name=box(customer, "李小華"),
        called="李小華",
        channel=Channel.WEB,
        placed_at=MORNING,
        total=Decimal("4.70"),
        items=3,
        lines=(Line(tea, 2, MORNING), Line(cake, 1, MORNING)),
        shipped=True,
        shipped_on=events[-1].on,
        parcels=("", "NULL", tea),
        last_sku=cake,
    )
    assert row.channel is Channel.WEB


def test_events_delivered_twice_take_effect_once(ledger, queue, projector, shop):
    projector.step(0)
    placed = shop.placed()
    first = ledger.record(placed, shop.added(placed.originator_id))
    second = ledger.record(shop.added(placed.originator_id))
    for batch in (first, first + second, second, first):
        queue.put(batch)
        projector.step(0)
    assert items(ledger) == {placed.originator_id: 2}
    assert queue.waiting == []


def test_what_the_broker_lost_or_turned_round_is_taken_from_the_log(ledger, queue, projector, shop):
    projector.step(0)
    placed = shop.placed()
    bodies = ledger.record(placed, *(shop.added(placed.originator_id, sku=str(n)) for n in range(20)))
    queue.put([bodies[5], bodies[1], bodies[0], bodies[12]])
    while queue.waiting:
        projector.step(0)
    assert ledger.query("select json_array_length(lines), lines -> 19 ->> 'sku' from orders") == [(20, "19")]


def test_a_batch_turned_round_without_a_gap_needs_no_log(ledger, queue, projector, shop):
    projector.step(0)
    placed = shop.placed()
    bodies = ledger.record(placed, shop.added(placed.originator_id), shop.added(placed.originator_id))
    queue.put(bodies[::-1])
    assert projector.step(0) == 3
    assert items(ledger) == {placed.originator_id: 2}


def test_a_row_goes_when_the_fold_says_so_and_may_come_and_go_within_a_batch(ledger, queue, projector, shop):
    projector.step(0)
    gone, brief = shop.placed(), shop.placed()
    queue.put(ledger.record(gone))
    projector.step(0)
    queue.put(
        ledger.record(brief, shop.cancelled(gone.originator_id), shop.cancelled(brief.originator_id), shop.placed())
    )
    projector.step(0)
    assert len(items(ledger)) == 1


def test_two_projectors_of_one_model_fold_each_event_once(ledger, queue, orders, shop):
    one, two = (Projector(orders, ledger.database, ledger.log, queue.subscribe) for _ in range(2))
    one.step(0)
    two.step(0)
    placed = shop.placed()
    queue.put(ledger.record(placed))
    one.step(0)
    queue.put(ledger.record(*(shop.added(placed.originator_id) for _ in range(10))))
    for _ in range(10):
        two.step(0)
        one.step(0)
    assert items(ledger) == {placed.originator_id: 10}
    assert queue.waiting == []
    one.close()
    two.close()


def test_two_projectors_at_the_same_time_fold_each_event_once(ledger, orders, positions, shop):
    placed = shop.placed()
    bodies = ledger.record(shop.painted())
    queues = (Queue(*bodies), Queue(*bodies))
    projectors = [Projector(orders, ledger.database, ledger.log, queue.subscribe) for queue in queues]
    for projector in projectors:
        projector.step(0)
    bodies = ledger.record(placed, *(shop.added(placed.originator_id) for _ in range(3000)))
    for queue in queues:
        queue.put(bodies)
    stop = threading.Event()
    threads = [threading.Thread(target=projector.run, args=(stop,)) for projector in projectors]
    for thread in threads:
        thread.start()
    arrived = positions.wait_until("orders", lambda position: position == 3002, timeout=60)
    stop.set()
    for thread in threads:
        thread.join()
    assert arrived
    assert items(ledger) == {placed.originator_id: 3000}


def test_a_message_that_does_not_continue_the_chain_stops_the_projector(ledger, queue, projector, shop):
    ledger.record(shop.placed())
    projector.step(0)
    [body] = ledger.record(shop.placed())
    queue.put([re.sub(rb'"previoushash":"\w{64}"', b'"previoushash":"%s"' % (b"f" * 64), body)])
    with pytest.raises(Fork):
        projector.step(0)
    assert position(ledger) == 1


def test_a_message_of_another_past_is_not_taken_for_a_repeated_one(ledger, queue, projector, shop):
    ledger.record(shop.placed())
    projector.step(0)
    [body] = ledger.record(shop.placed())
    queue.put([body])
    projector.step(0)
    queue.put([body.replace(b'"hash":"' + body[-66:-2], b'"hash":"' + bytes(reversed(body[-66:-2])))])
    with pytest.raises(Fork):
        projector.step(0)


def test_a_log_behind_the_rows_stops_the_projector(ledger, projector, shop):
    ledger.record(shop.placed())
    projector.step(0)
    ledger.query("update read_model set position = 9 returning 1")
    projector.close()
    with pytest.raises(Fork):
        projector.step(0)


def test_an_event_of_a_newer_release_stops_the_projector_and_is_not_parked(ledger, queue, projector):
    projector.step(0)
    ledger.query(
        "insert into event (originator_id, originator_version, type, data, meta)"
        " values (%s, 1, 'orders.OrderPraised.v1', '{}', '') returning 1",
        (uuid4(),),
    )
    queue.put(ledger.settle())
    with pytest.raises(UnknownEventType, match=r"orders\.OrderPraised\.v1"):
        projector.step(0)
    projector.close()
    with pytest.raises(UnknownEventType):
        projector.step(0)
    assert position(ledger) == 0


def test_a_newer_release_rebuilds_at_its_first_step_and_an_unchanged_one_does_not(ledger, projector, door, shop):
    class NewerOrders(Orders):
        version = 2

    ledger.record(shop.placed())
    projector.step(0)
    ledger.query("update orders set items = 7 returning 1")
    again = Projector(Orders(door), ledger.database, ledger.log, Queue().subscribe)
    again.step(0)
    assert ledger.query("select items from orders") == [(7,)]
    newer = Projector(NewerOrders(door), ledger.database, ledger.log, Queue().subscribe)
    newer.step(0)
    assert ledger.query("select items from orders") == [(0,)]
    again.close()
    newer.close()


def test_a_connection_that_breaks_costs_nothing_but_time(ledger, queue, projector, positions, database_dsn):
    projector.step(0)
    with psycopg.connect(database_dsn, autocommit=True) as superuser:
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and application_name = 'caretrail projector orders'"
        )
    queue.put(ledger.record(Shop().placed()))
    stop = threading.Event()
    thread = threading.Thread(target=projector.run, args=(stop,))
    thread.start()
    arrived = positions.wait_until("orders", lambda position: position == 1, timeout=30)
    stop.set()
    thread.join()
    assert arrived
    assert len(items(ledger)) == 1


def test_rows_that_were_written_but_not_kept_are_not_remembered(ledger, queue, orders, shop):
    class Stumble(Exception):
        pass

    def stumble(point):
        if point == "mid-fold" and queue.stumbles:
            queue.stumbles -= 1
            raise Stumble

    queue.stumbles = 0
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe, milestone=stumble)
    projector.step(0)
    placed = shop.placed()
    queue.put(ledger.record(placed))
    projector.step(0)
    queue.stumbles = 2
    queue.put(ledger.record(shop.added(placed.originator_id)))
    for _ in range(2):
        with pytest.raises(Stumble):
            projector.step(0)
    projector.step(0)
    assert items(ledger) == {placed.originator_id: 1}
    projector.close()


def test_more_rows_than_are_remembered_are_read_again(ledger, queue, projector, monkeypatch, shop):
    monkeypatch.setattr(projection, "_REMEMBERED", 3)
    projector.step(0)
    placed = [shop.placed() for _ in range(10)]
    for step in range(3):
        added = [shop.added(event.originator_id, number=step + 1) for event in placed]
        queue.put(ledger.record(*(placed if step == 0 else []), *added))
        projector.step(0)
    assert set(items(ledger).values()) == {6}


def test_a_row_fed_by_many_aggregates_equals_its_rebuild(ledger, queue, shop):
    sales = Sales()
    projector = Projector(sales, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    orders = [shop.placed() for _ in range(3)]
    for number in range(1, 4):
        added = [shop.added(order.originator_id, sku=f"sku {number % 2}", number=number) for order in orders]
        queue.put(ledger.record(*(orders if number == 1 else []), *added))
        projector.step(0)
    assert ledger.query("select sku, sold from sales order by sku") == [("any", 18), ("sku 0", 6), ("sku 1", 12)]
    assert compare(sales, ledger.database, ledger.log).is_none
    projector.close()


def test_keys_of_the_people_in_a_batch_are_fetched_together(ledger, queue, projector, door, shop):
    projector.step(0)
    placed = [shop.placed() for _ in range(3)]
    queue.put(ledger.record(*placed, shop.added(placed[0].originator_id)))
    projector.step(0)
    assert door.prepared == [{event.customer for event in placed}]
