"""During a rollout two releases work side by side: each reads and keeps up rows of its own definition, rightly."""

from __future__ import annotations

import threading
from contextlib import suppress
from uuid import UUID, uuid4

import msgspec
import pytest

from shared.processes.runner import ProcessRunner
from shared.read_models.compare import compare
from shared.read_models.feed import LogAlone
from shared.read_models.freshness import Positions
from shared.read_models.model import ReadModel, Table
from shared.read_models.parking import Parking
from shared.read_models.projector import Projector
from shared.read_models.reader import NotFilledYet, Reader
from shared.read_models.rebuild import rebuild, rebuild_if_needed
from shared.read_models.standing import standing_of
from shared.read_models.succession import name_of, over
from tests.controls.logbook import eventually
from tests.controls.orders import Clerk, ItemAdded, Order, OrderPlaced, Orders, Queue, Sales, ThankAndRemind

ORDER = uuid4()


class Basket(msgspec.Struct, frozen=True, gc=False):
    """What the next release wants to know of an order: `items` is text there, and there are no lines."""

    id: UUID
    items: str
    steps: int


class NextOrders(ReadModel[Basket]):
    """The same question, answered by rows of another shape in a table of the same name."""

    context = "orders"
    table = Table("orders", Basket, key=("id",))
    folds = (OrderPlaced, ItemAdded)

    def keys(self, event):
        return ((event.originator_id,),)

    def evolve(self, key, row, event):
        if isinstance(event, OrderPlaced):
            return Basket(key[0], "0", 1)
        return Basket(key[0], str(int(row.items) + event.number), row.steps + 1)


class NextThanks(ThankAndRemind):
    """The next release's process."""

    version = 2


@pytest.fixture
def positions(ledger):
    positions = Positions(ledger.database)
    yield positions
    positions.close()


@pytest.fixture
def read(ledger, positions):
    readers = []

    def make(model):
        readers.append(Reader(model, ledger.database, ledger.log, positions))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


@pytest.fixture
def project(ledger, queue):
    projectors = []

    def make(model, subscribe=queue.subscribe):
        projectors.append(Projector(model, ledger.database, ledger.log, subscribe))
        return projectors[-1]

    yield make
    for projector in projectors:
        projector.close()


def position_of(ledger, name):
    with ledger.database.connect() as connection:
        found = standing_of(connection, name)
        return found and found.position


class Crowd:
    """Threads that work until they are told to stop; what goes wrong is kept."""

    def __init__(self):
        self.wrong = []
        self._stop = threading.Event()
        self._threads = []

    def add(self, step):
        self._threads.append(threading.Thread(target=self._repeat, args=(step,)))
        self._threads[-1].start()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, step):
        try:
            while not self._stop.is_set():
                step()
        except Exception as error:  # noqa: BLE001 - the test shows it where it ends
            self.wrong.append(error)


@pytest.fixture
def crowd():
    crowd = Crowd()
    yield crowd
    crowd.stop()


def test_readers_of_either_release_read_their_own_rows_while_writers_go_on(ledger, orders, read, project, shop, crowd):
    ledger.record(shop.placed(ORDER), *(shop.added(ORDER) for _ in range(50)))
    project(orders).step(0)
    readers, projectors = (read(Orders), read(NextOrders)), (project(orders, LogAlone), project(NextOrders(), LogAlone))

    def read_as_the_former_release():
        [row] = readers[0].rows(Order, "select * from orders")
        assert row.items == len(row.lines)

    def read_as_the_next_release():
        with suppress(NotFilledYet):
            [row] = readers[1].rows(Basket, "select * from orders")
            assert int(row.items) == row.steps - 1

    crowd.add(lambda: ledger.record(*(shop.added(ORDER) for _ in range(5))))
    crowd.add(read_as_the_former_release)
    crowd.add(read_as_the_next_release)
    for projector in projectors:
        crowd.add(lambda projector=projector: projector.step(0.01))
    apart = name_of("orders", Orders.fingerprint())
    eventually(lambda: position_of(ledger, apart) or crowd.wrong)
    reached = position_of(ledger, apart)
    # The former release's rows go on moving after the next release's have taken their place.
    eventually(lambda: position_of(ledger, apart) > reached or crowd.wrong)
    crowd.stop()
    assert crowd.wrong == []
    assert readers[1].scalars("select count(*) from orders") == [1]


def both(read, order=ORDER):
    old = read(Orders).scalars("select items from orders where id = %s", (order,))
    return old, read(NextOrders).scalars("select items from orders where id = %s", (order,))


def test_each_release_keeps_its_own_rows_up_whichever_of_them_is_told(ledger, orders, read, project, shop):
    to_old, to_new = Queue(), Queue()
    old, new = project(orders, to_old.subscribe), project(NextOrders(), to_new.subscribe)
    ledger.record(shop.placed(ORDER))
    old.step(0)
    new.step(0)
    assert both(read) == ([0], ["0"])
    first, second = ledger.record(shop.added(ORDER), shop.added(ORDER))
    to_old.put([first])
    old.step(0)  # notices that its rows have another name now
    old.step(0)
    to_new.put([second])
    new.step(0)
    assert both(read) == ([2], ["2"])
    assert read(Orders).standing().position == read(NextOrders).standing().position == 3
    assert read(Orders).fresh_enough(ORDER, 3)


def test_a_former_release_that_starts_again_leaves_the_last_rows_where_they_are(ledger, orders, read, project, shop):
    ledger.record(shop.placed(ORDER))
    project(orders).step(0)
    project(NextOrders()).step(0)
    ledger.record(shop.added(ORDER))
    again = project(orders)
    again.step(0)
    assert rebuild_if_needed(orders, ledger.database, ledger.log) is None
    assert both(read) == ([1], ["0"])
    with ledger.database.connect() as connection:
        assert standing_of(connection, "orders").fingerprint == NextOrders.fingerprint()


def test_a_former_release_can_be_rebuilt_without_touching_the_last_rows(ledger, orders, read, project, shop):
    ledger.record(shop.placed(ORDER), shop.added(ORDER))
    project(orders).step(0)
    project(NextOrders()).step(0)
    superseded = name_of("orders", Orders.fingerprint())
    ledger.query(f'update "{superseded}" set items = 9 returning 1')
    rebuild(orders, ledger.database, ledger.log)
    assert both(read) == ([1], ["1"])
    assert compare(NextOrders(), ledger.database, ledger.log).is_none


def test_what_was_parked_waits_in_both_releases(ledger, orders, project, shop):
    ledger.record(shop.placed(ORDER), shop.added(ORDER, number=-1), shop.added(ORDER))
    project(orders).step(0)
    project(NextOrders()).step(0)
    superseded = name_of("orders", Orders.fingerprint())
    assert [event.position for event in Parking(ledger.database).list(superseded)] == [2, 3]
    assert Parking(ledger.database).list("orders") == []


def test_rows_that_no_release_keeps_up_any_more_are_dropped_by_the_next_but_one(ledger, orders, read, project, shop):
    class ThirdOrders(NextOrders):
        version = 3

    ledger.record(shop.placed(ORDER))
    project(orders).step(0)
    project(NextOrders()).step(0)
    superseded = name_of("orders", Orders.fingerprint())
    ledger.query(
        "update read_model set position = 0, moved_at = now() - interval '2 days' where name = %s returning 1",
        (superseded,),
    )
    rebuild(ThirdOrders(), ledger.database, ledger.log)
    with pytest.raises(NotFilledYet):
        read(Orders).scalars("select count(*) from orders")
    # It stands back for good, and never takes the place of what came after it.
    assert project(orders).step(0) == 0
    assert read(NextOrders).scalars("select count(*) from orders") == [1]
    assert read(ThirdOrders).scalars("select count(*) from orders") == [1]


def test_a_former_release_s_process_stands_back_and_each_command_is_carried_out_once(ledger, shop):
    queue, clerk = Queue(), Clerk()
    old, new = (
        ProcessRunner(kind(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
        for kind in (ThankAndRemind, NextThanks)
    )
    ledger.record(shop.placed(ORDER), shop.added(ORDER), shop.added(ORDER))
    old.step(0)
    new.step(0)
    queue.put(ledger.record(shop.added(ORDER), shop.added(ORDER)))
    for _ in range(3):
        assert old.step(0) == 0
    new.step(0)
    assert len(clerk.asked) == len(clerk.done) == 2
    again = ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    assert again.step(0) == 0
    with ledger.database.connect() as connection:
        assert standing_of(connection, "thank_and_remind").fingerprint == NextThanks.fingerprint()
    for runner in (old, new, again):
        runner.close()


def test_rows_from_before_they_had_a_name_of_their_own_are_read(ledger, orders, read, project, shop):
    ledger.record(shop.placed(ORDER))
    project(orders).step(0)
    with ledger.database.connect() as connection:
        connection.execute(f'drop view "{name_of("orders", Orders.fingerprint())}"')
    assert read(Orders).scalars("select items from orders") == [0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select 1 from orders", 'with "orders" as not materialized (select * from "orders__f") select 1 from orders'),
        (
            " WITH a as (select 1) select * from a, orders",
            ' WITH "orders" as not materialized (select * from "orders__f"),  a as (select 1) select * from a, orders',
        ),
        ("select 1 from preorders", "select 1 from preorders"),
    ],
)
def test_a_query_is_put_over_the_rows_of_its_own_definition(query, said):
    assert over(query, (("orders", "orders__f"),)) == said


def test_a_query_of_two_models_reads_both_in_its_own_definition(ledger, orders, positions, project, shop):
    ledger.record(shop.placed(ORDER), shop.added(ORDER))
    project(orders).step(0)
    project(Sales(), Queue().subscribe).step(0)
    project(NextOrders()).step(0)
    reader = Reader(Sales, ledger.database, ledger.log, positions, [Orders, Sales])
    query = "select sold + items from sales, orders where sku = 'tea'"
    assert reader.scalars(query) == [2]
    reader.close()
