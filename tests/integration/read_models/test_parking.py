"""What a read model cannot digest is set aside with its aggregate; everything else goes on."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.read_models.compare import compare
from shared.read_models.parking import NotParked, ParkedEvent, Parking, Retried
from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild
from tests.controls.orders import Orders, Sales

HEALTHY, POISONED = uuid4(), uuid4()


class PatientOrders(Orders):
    """The same model in a release that takes what the other cannot digest."""

    def evolve(self, key, row, event):
        if getattr(event, "number", 0) < 0:
            return row
        return super().evolve(key, row, event)


class GenerousOrders(Orders):
    """A release that takes it for a number of ten."""

    def evolve(self, key, row, event):
        return super().evolve(key, row, with_number(event, 10) if getattr(event, "number", 0) < 0 else event)


def with_number(event, number):
    return type(event)(**{**vars(event), "number": number})


@pytest.fixture
def projector(ledger, queue, orders):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    yield projector
    projector.close()


@pytest.fixture
def parking(ledger):
    return Parking(ledger.database)


def with_poison(shop, **poison):
    """Two orders; the third of five events of one of them is poison."""
    return [
        shop.placed(HEALTHY),
        shop.placed(POISONED),
        shop.added(HEALTHY),
        shop.added(POISONED),
        shop.added(POISONED, **poison),
        shop.added(HEALTHY),
        shop.added(POISONED),
        shop.shipped(POISONED),
    ]


def items(ledger):
    return dict(ledger.query("select id, items from orders"))


def waiting(parking):
    return [(event.position, event.originator_version, event.attempts) for event in parking.list("orders")]


def test_a_poison_event_and_later_ones_of_its_aggregate_are_parked_and_the_rest_goes_on(
    ledger, queue, projector, parking, shop
):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    assert items(ledger) == {HEALTHY: 2, POISONED: 1}
    assert waiting(parking) == [(5, 3, 1), (7, 4, 1), (8, 5, 1)]
    assert queue.waiting == []
    queue.put(ledger.record(shop.added(POISONED), shop.added(HEALTHY)))
    projector.step(0)
    assert items(ledger) == {HEALTHY: 3, POISONED: 1}
    assert waiting(parking)[-1] == (9, 6, 1)


def test_an_event_whose_row_the_database_refuses_is_found_among_many(ledger, queue, projector, parking, shop):
    crowd = [shop.placed() for _ in range(40)]
    queue.put(ledger.record(*crowd[:20], *with_poison(shop, number=2**63), *crowd[20:]))
    projector.step(0)
    assert len(items(ledger)) == 42
    assert items(ledger)[HEALTHY] == 2
    assert items(ledger)[POISONED] == 1
    assert waiting(parking) == [(25, 3, 1), (27, 4, 1), (28, 5, 1)]


def test_bytes_that_are_no_event_of_their_type_are_parked(ledger, queue, projector, parking):
    stray = uuid4()
    ledger.query(
        "insert into event (originator_id, originator_version, type, data, meta)"
        " values (%s, 1, 'orders.OrderPlaced.v1', convert_to(%s, 'UTF8'), '') returning 1",
        (stray, f'{{"originator_id":"{stray}","originator_version":1,"channel":"A123456789"}}'),
    )
    queue.put(ledger.settle())
    projector.step(0)
    [parked] = parking.list()
    assert (parked.originator_id, parked.originator_version, parked.type) == (stray, 1, "orders.OrderPlaced.v1")


@pytest.mark.parametrize("poison", [{"sku": "A123456789", "number": -1}, {"sku": "A123456789", "number": 2**63}])
def test_the_reason_names_the_fault_and_its_place_but_no_value(ledger, queue, projector, parking, shop, poison):
    queue.put(ledger.record(*with_poison(shop, **poison)))
    projector.step(0)
    first, second, _ = parking.list("orders")
    assert "A123456789" not in first.error
    assert first.error.startswith(("ValueError in with_line (orders.py:", "NumericValueOutOfRange 22003"))
    assert second.error == "waits for an earlier event of its aggregate"


def test_a_parked_event_says_when_and_which(ledger, queue, projector, parking, shop):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    [parked, *_] = parking.list()
    assert isinstance(parked, ParkedEvent)
    assert (parked.model, parked.originator_id, parked.type) == ("orders", POISONED, "orders.ItemAdded.v1")
    assert parked.parked_at is not None
    assert parked.dropped_at is None
    assert parking.list("sales") == []


def test_retrying_what_still_fails_counts_the_attempt_and_leaves_it(ledger, queue, projector, parking, shop):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    assert projector.retry(POISONED) == Retried(taken=0, waiting=3)
    assert waiting(parking) == [(5, 3, 2), (7, 4, 1), (8, 5, 1)]
    assert items(ledger) == {HEALTHY: 2, POISONED: 1}


def test_retrying_with_a_mended_fold_takes_the_events_in_order(ledger, queue, projector, parking, door, shop):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    mended = Projector(PatientOrders(door), ledger.database, ledger.log, queue.subscribe)
    assert mended.retry(POISONED) == Retried(taken=3, waiting=0)
    assert parking.list() == []
    assert items(ledger) == {HEALTHY: 2, POISONED: 2}
    assert compare(PatientOrders(door), ledger.database, ledger.log).is_none
    queue.put(ledger.record(shop.added(POISONED)))
    mended.step(0)
    assert items(ledger) == {HEALTHY: 2, POISONED: 3}
    mended.close()


def test_a_projector_that_remembers_a_row_notices_that_a_retry_elsewhere_has_changed_it(
    ledger, queue, projector, door, shop
):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    elsewhere = Projector(GenerousOrders(door), ledger.database, ledger.log, queue.subscribe)
    elsewhere.retry(POISONED)
    elsewhere.close()
    assert items(ledger) == {HEALTHY: 2, POISONED: 12}
    queue.put(ledger.record(shop.added(POISONED)))
    projector.step(0)
    assert items(ledger) == {HEALTHY: 2, POISONED: 13}


def test_a_dropped_event_lets_those_behind_it_through(ledger, queue, projector, parking, orders, shop):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    parking.drop("orders", POISONED, [5], "operator")
    assert projector.retry(POISONED) == Retried(taken=2, waiting=0)
    assert items(ledger) == {HEALTHY: 2, POISONED: 2}
    [dropped] = parking.list()
    assert (dropped.position, dropped.dropped_at is None) == (5, False)
    [deed] = parking.deeds()
    assert deed[1:] == ("operator", "dropped", "orders", POISONED, [5])
    assert compare(orders, ledger.database, ledger.log).is_none


def test_a_running_projector_notices_that_what_it_waited_for_was_dropped(ledger, queue, projector, parking, shop):
    queue.put(ledger.record(shop.placed(POISONED), shop.added(POISONED, number=-1)))
    projector.step(0)
    parking.drop("orders", POISONED, [2], "operator")
    queue.put(ledger.record(shop.added(POISONED)))
    projector.step(0)
    assert items(ledger) == {POISONED: 1}


def test_a_rebuild_passes_by_what_was_dropped_even_where_it_could_fold_it(
    ledger, queue, projector, parking, door, shop
):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    parking.drop("orders", POISONED, [5], "operator")
    rebuild(GenerousOrders(door), ledger.database, ledger.log)
    assert items(ledger) == {HEALTHY: 2, POISONED: 2}
    assert [event.position for event in parking.list()] == [5]


def test_dropping_what_is_not_parked_is_refused(ledger, queue, projector, parking, shop):
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    with pytest.raises(NotParked):
        parking.drop("orders", POISONED, [1], "operator")
    parking.drop("orders", POISONED, [5], "operator")
    with pytest.raises(NotParked):
        parking.drop("orders", POISONED, [5], "operator")


@pytest.mark.parametrize("poison", [{"number": -1}, {"number": 2**63}])
def test_a_rebuild_parks_exactly_what_live_projection_parked(ledger, queue, projector, parking, orders, shop, poison):
    queue.put(ledger.record(*with_poison(shop, **poison)))
    projector.step(0)
    parked, rows = waiting(parking), ledger.query("select * from orders order by id")
    rebuilt = rebuild(orders, ledger.database, ledger.log)
    assert rebuilt.parked == 3
    assert waiting(parking) == parked
    assert ledger.query("select * from orders order by id") == rows
    assert compare(orders, ledger.database, ledger.log).is_none


def test_an_event_that_touches_several_rows_is_folded_into_all_or_none(ledger, queue, shop):
    sales = Sales()
    projector = Projector(sales, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    queue.put(ledger.record(*with_poison(shop, number=-1)))
    projector.step(0)
    assert ledger.query("select sku, sold from sales order by sku") == [("any", 3), ("tea", 3)]
    assert compare(sales, ledger.database, ledger.log).is_none
    projector.close()


def test_a_rebuild_by_parts_parks_what_fails_in_any_part(ledger, parking, shop):
    class FailsLate(Sales):
        """Its second key is the one that fails, so that another part has folded the event already."""

        def evolve(self, key, row, event):
            sku, _ = key
            if sku != "any":
                return super().evolve(key, row, event)
            return super().evolve(key, row, with_number(event, abs(event.number)))

    model = FailsLate()
    ledger.record(*with_poison(shop, number=-1))
    rebuild(model, ledger.database, ledger.log, memory=10)
    assert ledger.query("select sku, sold from sales order by sku") == [("any", 3), ("tea", 3)]
    assert [event.position for event in parking.list("sales")] == [5, 7]


def test_an_event_that_does_not_say_whose_it_is_is_parked_by_its_position(
    ledger, queue, projector, parking, shop, orders
):
    queue.put(ledger.record(shop.placed(POISONED), shop.placed(HEALTHY)))
    ledger.write(POISONED, 2, "orders.ItemAdded.v1", b'{"case_no":5}')
    queue.put(ledger.settle())
    projector.step(0)
    ledger.write(POISONED, 3, "orders.OrderCancelled.v1", b"{}")
    queue.put(ledger.settle() + ledger.record(shop.added(HEALTHY)))
    projector.step(0)
    assert items(ledger) == {HEALTHY: 1, POISONED: 0}
    assert waiting(parking) == [(3, 2, 1), (4, 3, 1)]
    assert projector.retry(POISONED) == Retried(0, 2)
    rebuild(orders, ledger.database, ledger.log)
    assert items(ledger) == {HEALTHY: 1, POISONED: 0}
    assert [event.originator_id for event in parking.list("orders")] == [POISONED, POISONED]
    parking.drop("orders", POISONED, [3], "operator")
    assert projector.retry(POISONED) == Retried(0, 1)
