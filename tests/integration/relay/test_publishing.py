"""What is appended arrives on RabbitMQ: in order, whole, and although connections and brokers come and go."""

from __future__ import annotations

import json
import threading
from itertools import count
from uuid import uuid4

import amqp
import psycopg
import pytest

from shared.cloudevents import parse
from shared.relay.lease import LeaseLost
from shared.relay.sequencer import OutOfOrder, Unreadable
from shared.transport import LOG_STREAM
from tests.controls.logbook import (
    CONSUMER,
    CONTEXT,
    PATIENCE,
    a_relay,
    eventually,
    is_whole,
    published,
    receive,
    relay_all,
    running,
    stored,
    without_repeats,
    write,
    write_many,
    write_one_by_one,
)

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]


def break_connections(rabbitmq) -> int:
    """Close every client's connection from the broker's side, and say how many there were."""
    names = [item["name"] for item in json.loads(rabbitmq.manage("GET", "connections"))]
    for name in names:
        rabbitmq.manage("DELETE", f"connections/{name.replace(' ', '%20').replace('>', '%3E')}")
    return len(names)


def test_everything_arrives_once_in_order_with_a_whole_chain(database, connection, transport):
    write_many(connection, 1200)
    write_one_by_one(connection, 30)
    relay_all(database, transport)

    bodies = receive(transport, 1230)
    assert [parse(body).position for body in bodies] == list(range(1, 1231))
    assert is_whole(without_repeats(bodies))


def test_the_stream_keeps_the_same_bytes_for_operators(database, connection, transport):
    write_many(connection, 700)
    relay_all(database, transport)

    assert list(transport.stream_tail(CONTEXT, None)) == receive(transport, 700)


def test_a_relay_that_is_stopped_and_started_repeats_nothing(database, connection, transport):
    for _ in range(3):
        write_many(connection, 100)
        relay_all(database, transport)

    assert [parse(body).position for body in receive(transport, 300)] == list(range(1, 301))


def test_an_append_wakes_the_relay_at_once(database, connection, transport):
    relay = a_relay(database, transport, pace={"poll_seconds": 3600})
    with running(relay):
        eventually(lambda: published(connection) == stored(connection))
        for number in range(1, 6):
            write_one_by_one(connection, 1)
            relay.wake.set()
            eventually(lambda expected=number: published(connection) == expected)


def test_without_a_signal_the_relay_looks_by_itself(database, connection, transport):
    with running(a_relay(database, transport, pace={"idle_poll_seconds": 3600})):
        eventually(lambda: published(connection) == 0)
        write_one_by_one(connection, 3)
        eventually(lambda: published(connection) == 3)

    assert is_whole(without_repeats(receive(transport, 3)))


def test_a_relay_for_which_there_was_long_nothing_to_do_looks_by_itself_at_its_own_pace(
    database, connection, transport
):
    pace = {"lively_seconds": 0, "poll_seconds": 3600}
    with running(a_relay(database, transport, pace=pace)):
        eventually(lambda: published(connection) == 0)
        for number in range(1, 4):
            write_one_by_one(connection, 1)
            eventually(lambda expected=number: published(connection) == expected)


def test_a_connection_that_breaks_while_publishing_loses_nothing(database, connection, transport, rabbitmq):
    pages = count(1)

    def break_twice(name):
        if name == "mid-publish" and next(pages) in {3, 5}:
            # The management plug-in learns of a connection a moment after it is there.
            eventually(lambda: break_connections(rabbitmq))

    write_many(connection, 500)
    relay_all(database, transport, pace={"page_size": 100}, milestone=break_twice)

    assert next(pages) > 6
    events = without_repeats(receive(transport, 500))
    assert len(events) == 500
    assert is_whole(events)


@pytest.mark.slow
def test_a_broker_that_is_down_loses_nothing_while_appends_go_on(database, connection, transport, rabbitmq):
    write_many(connection, 100)
    with running(a_relay(database, transport)):
        eventually(lambda: published(connection) == 100)
        rabbitmq.stop()
        try:
            write_many(connection, 100)
            write_one_by_one(connection, 20)
        finally:
            rabbitmq.start()
        write_many(connection, 100)
        eventually(lambda: published(connection) == 320)

    events = without_repeats(receive(transport, 320))
    assert len(events) == 320
    assert is_whole(events)


@pytest.mark.slow
def test_a_relay_that_starts_while_the_broker_is_down_waits_for_it(database, connection, transport, rabbitmq):
    write_many(connection, 10)
    rabbitmq.stop()
    with running(a_relay(database, transport)):
        rabbitmq.start()
        eventually(lambda: published(connection) == 10)

    assert is_whole(without_repeats(receive(transport, 10)))


def test_a_message_that_reaches_no_queue_is_not_taken_as_published(database, connection, transport, vhost):
    server, _, name = vhost.removeprefix("amqp://guest:guest@").partition("/")
    lost = []

    def take_every_queue_away_once(milestone):
        if milestone == "after sequencing" and not lost:
            lost.append(milestone)
            with amqp.Connection(server, virtual_host=name) as broker:
                for queue in (LOG_STREAM, f"{CONTEXT}.{CONSUMER}"):
                    broker.channel().queue_unbind(queue, f"{CONTEXT}.events", "#")

    write_many(connection, 10)
    relay_all(database, transport, milestone=take_every_queue_away_once)

    assert lost
    assert is_whole(without_repeats(receive(transport, 10)))


def test_a_stopped_relay_has_finished_the_page_it_held(database, connection, transport):
    stop = threading.Event()

    def stop_while_publishing(name):
        if name == "mid-publish":
            stop.set()

    write_many(connection, 300)
    a_relay(database, transport, pace={"page_size": 100}, milestone=stop_while_publishing).run(stop)

    assert published(connection) == 100
    assert len(receive(transport, 100)) == 100


def test_the_relay_stops_when_the_connection_with_its_lock_is_gone(database, connection, transport):
    holder = "select pid from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid() and granted"

    def end_the_holder():
        with psycopg.connect(database.dsn, autocommit=True) as superuser:
            superuser.execute(f"select pg_terminate_backend(pid) from ({holder}) as holding")

    def relay_until_the_lock_is_gone():
        with running(a_relay(database, transport)) as ended:
            write_one_by_one(connection, 1)
            eventually(lambda: published(connection) == 1)
            end_the_holder()
            assert ended.wait(PATIENCE)

    with pytest.raises(LeaseLost):
        relay_until_the_lock_is_gone()


def test_an_aggregate_turned_round_stops_the_relay_before_it_is_published(database, connection, transport):
    write_one_by_one(connection, 2)
    relay_all(database, transport)
    write(connection, uuid4(), 2)

    with pytest.raises(OutOfOrder), running(a_relay(database, transport)) as ended:
        assert ended.wait(PATIENCE)
    assert published(connection) == 2
    assert len(receive(transport, 2)) == 2


@pytest.mark.parametrize("data", [b'{"garbage":', b'{},"position":"9"'], ids=["no JSON", "smuggled attributes"])
def test_an_event_that_nobody_can_read_stops_the_relay_until_its_row_is_mended(database, connection, transport, data):
    write_one_by_one(connection, 2)
    relay_all(database, transport)
    write(connection, broken := uuid4(), 1)
    write_one_by_one(connection, 2)
    connection.execute("update event set data = %b where originator_id = %s", (data, broken))

    with (
        pytest.raises(Unreadable, match=f"event 1 of aggregate {broken}"),
        running(a_relay(database, transport)) as end,
    ):
        assert end.wait(PATIENCE)
    assert published(connection) == 2

    connection.execute("update event set data = %b where originator_id = %s", (b"{}", broken))
    relay_all(database, transport)
    events = without_repeats(receive(transport, 5))
    assert len(events) == 5
    assert is_whole(events)
