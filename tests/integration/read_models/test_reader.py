"""Queries get typed rows; who has just written waits until the rows know it, or is told that they are stale."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest
from structlog.testing import capture_logs

from shared.read_models.freshness import Positions
from shared.read_models.projector import Projector
from shared.read_models.reader import NotFilledYet, QueryFailed, Reader
from tests.controls.logbook import eventually
from tests.controls.orders import Channel, Order, Orders

ROOT = Path(__file__).parents[3]
GREEN_READERS = Path(__file__).parent / "workers" / "green_readers.py"


class PerChannel(msgspec.Struct):
    """How many orders came through one channel."""

    channel: Channel
    orders: int


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


@pytest.fixture
def projector(ledger, queue, orders):
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    projector.step(0)
    yield projector
    projector.close()


def test_queries_answer_rows_one_row_or_values(ledger, projector, reader, shop):
    orders = [shop.placed(channel=channel) for channel in (Channel.WEB, Channel.SHOP, Channel.WEB)]
    ledger.record(*orders)
    projector.close()
    projector.step(0)
    found = reader.rows(Order, "select * from orders where channel = %s", (Channel.WEB,))
    assert {row.id for row in found} == {orders[0].originator_id, orders[2].originator_id}
    assert reader.one(Order, "select * from orders where id = %s", (uuid4(),)) is None
    assert reader.one(Order, "select * from orders where id = %s", (orders[1].originator_id,)).channel is Channel.SHOP
    assert reader.scalars("select count(*) from orders") == [3]


def test_a_query_may_have_rows_of_its_own_with_columns_in_any_order(ledger, projector, reader, shop):
    ledger.record(shop.placed(channel=Channel.WEB))
    projector.close()
    projector.step(0)
    counted = reader.rows(PerChannel, "select count(*) as orders, channel from orders group by channel")
    assert counted == [PerChannel(Channel.WEB, 1)]
    with pytest.raises(LookupError, match="orders"):
        reader.rows(PerChannel, "select channel from orders")


@pytest.mark.usefixtures("projector")
def test_a_query_that_fails_tells_no_values(reader):
    with pytest.raises(QueryFailed) as failure:
        reader.rows(Order, "select * from orders where id = %s::uuid", ("A123456789",))
    assert "A123456789" not in str(failure.value)
    assert failure.value.__cause__ is None
    assert reader.scalars("select 1") == [1]


def test_rows_that_know_the_version_are_fresh_at_once(ledger, queue, projector, reader, shop):
    placed = shop.placed()
    queue.put(ledger.record(placed))
    projector.step(0)
    assert reader.fresh_enough(placed.originator_id, 1)


@pytest.mark.usefixtures("projector")
def test_rows_that_do_not_get_there_in_time_are_stale(ledger, reader, shop):
    placed = shop.placed()
    ledger.record(placed)
    assert not reader.fresh_enough(placed.originator_id, 1, timeout=0.1)


def test_a_version_that_was_never_stored_is_stale(reader):
    assert not reader.fresh_enough(uuid4(), 1, timeout=0.1)


def test_whoever_waits_is_woken_by_the_projector_even_before_the_event_has_a_position(
    ledger, queue, projector, reader, shop
):
    placed = shop.placed()
    answers = []
    ledger.store(placed)
    waiter = threading.Thread(target=lambda: answers.append(reader.fresh_enough(placed.originator_id, 1, timeout=30)))
    waiter.start()
    queue.put(ledger.settle())
    projector.step(0)
    waiter.join()
    assert answers == [True]


def test_many_wait_on_one_connection(ledger, queue, projector, reader, database_dsn, shop):
    placed = [shop.placed() for _ in range(20)]
    answers = []
    waiters = [
        threading.Thread(target=lambda event=event: answers.append(reader.fresh_enough(event.originator_id, 1, 30)))
        for event in placed
    ]
    for waiter in waiters:
        waiter.start()
    for event in placed:
        queue.put(ledger.record(event))
        projector.step(0)
    for waiter in waiters:
        waiter.join()
    assert answers == [True] * 20
    with psycopg.connect(database_dsn) as superuser:
        listening = "select count(*) from pg_stat_activity where application_name = 'caretrail positions'"
        assert superuser.execute(f"{listening} and datname = current_database()").fetchone() == (1,)


def test_a_listener_whose_connection_breaks_learns_what_it_missed(ledger, queue, projector, reader, database_dsn, shop):
    placed = shop.placed()
    assert not reader.fresh_enough(placed.originator_id, 1, timeout=0.1)
    with psycopg.connect(database_dsn, autocommit=True) as superuser:
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and application_name = 'caretrail positions'"
        )
    queue.put(ledger.record(placed))
    projector.step(0)
    assert reader.fresh_enough(placed.originator_id, 1, timeout=30)


def test_a_listener_whose_query_is_refused_asks_again(ledger, queue, projector, reader, shop):
    placed = shop.placed()
    with ledger.database.connect() as connection:
        connection.execute("alter table read_model rename to out_of_reach")
    with capture_logs() as logged:
        assert not reader.fresh_enough(placed.originator_id, 1, timeout=0.1)
        eventually(lambda: logged, within=30)
    with ledger.database.connect() as connection:
        connection.execute("alter table out_of_reach rename to read_model")
    queue.put(ledger.record(placed))
    projector.step(0)
    assert reader.fresh_enough(placed.originator_id, 1, timeout=30)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it is right to tell of it
def test_whoever_asks_after_the_listener_has_died_has_another_one(ledger, queue, projector, reader, shop):
    first, second = shop.placed(), shop.placed()
    queue.put(ledger.record(first))
    projector.step(0)
    assert reader.fresh_enough(first.originator_id, 1, timeout=30)
    ledger.query("select pg_notify('caretrail_orders', 'what nobody understands')")
    queue.put(ledger.record(second))
    projector.step(0)
    eventually(lambda: reader.fresh_enough(second.originator_id, 1, timeout=1), within=30)


def test_green_threads_wait_without_holding_each_other_up(ledger, queue, projector, shop):
    placed = shop.placed()
    ledger.store(placed)
    program = subprocess.Popen(
        [sys.executable, str(GREEN_READERS), ledger.database.dsn, str(placed.originator_id)],
        env=os.environ | {"PSYCOPG_WAIT_FUNC": "wait_selector", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout.readline() == "waiting\n"
    queue.put(ledger.settle())
    projector.step(0)
    said, _ = program.communicate(timeout=60)
    assert said == "True\n"
    assert program.returncode == 0


def test_a_model_whose_projector_has_not_begun_is_told_as_that(reader):
    with pytest.raises(NotFilledYet, match="orders has not been built yet"):
        reader.rows(Order, "select * from orders")
