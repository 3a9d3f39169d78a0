"""The broker of the embedded mode keeps the promises that every broker must keep."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from uuid import uuid4

import kombu
import pytest

from shared.transport import CONTENT_TYPE
from shared.transport.inproc import InprocTransport

ROOT = Path(__file__).parents[3]


@pytest.fixture
def context() -> str:
    return f"context_{uuid4().hex}"


@pytest.fixture
def transport(context) -> InprocTransport:
    transport = InprocTransport()
    transport.declare(context, ["worklist", "board"])
    return transport


def publish(transport, context, *bodies) -> None:
    publisher = transport.publisher(context)
    for body in bodies:
        publisher.publish("CaseSubmitted", body)
    publisher.settle()
    assert publisher.confirmed() == len(bodies)
    publisher.close()


def bodies(deliveries) -> list[bytes]:
    return [delivery.body for delivery in deliveries]


def test_queues_tell_what_waits_and_no_queue_is_made_by_asking(transport, context):
    publish(transport, context, b"1", b"2")
    for _ in range(2):
        waiting, missing = transport.standing_of([f"{context}.board", f"{context}.nobody"])
        assert (waiting.messages, waiting.consumers) == (2, None)
        assert missing.messages is None


def test_every_consumer_receives_every_event_in_order(transport, context):
    publish(transport, context, b"1", b"2", b"3")

    for consumer in ("worklist", "board"):
        subscription = transport.subscribe(context, consumer)
        assert bodies(subscription.receive(limit=2, timeout=1)) == [b"1", b"2"]
        assert bodies(subscription.receive(limit=2, timeout=1)) == [b"3"]
        assert subscription.receive(limit=2, timeout=0) == []


def test_contexts_do_not_hear_each_other(transport, context):
    other = f"other_{context}"
    transport.declare(other, ["worklist"])
    publish(transport, context, b"1")

    assert transport.subscribe(other, "worklist").receive(limit=1, timeout=0) == []


def test_what_is_not_acknowledged_comes_again_first_and_in_order(transport, context):
    publish(transport, context, b"1", b"2", b"3", b"4")
    first = transport.subscribe(context, "worklist")
    received = first.receive(limit=3, timeout=1)
    first.acknowledge(received[0])
    first.close()

    second = transport.subscribe(context, "worklist")
    assert bodies(second.receive(limit=10, timeout=1)) == [b"2", b"3", b"4"]


def test_one_acknowledgement_is_for_all_before_it(transport, context):
    publish(transport, context, b"1", b"2", b"3")
    first = transport.subscribe(context, "worklist")
    first.acknowledge(first.receive(limit=3, timeout=1)[-1])
    first.close()

    assert transport.subscribe(context, "worklist").receive(limit=10, timeout=0) == []


def test_a_waiting_consumer_in_another_thread_is_woken(transport, context):
    subscription = transport.subscribe(context, "worklist")
    received: list[bytes] = []
    thread = threading.Thread(target=lambda: received.extend(bodies(subscription.receive(limit=1, timeout=30))))
    thread.start()
    publish(transport, context, b"1")
    thread.join(timeout=30)

    assert received == [b"1"]


def test_threads_that_declare_at_once_lose_no_binding(context):
    transport = InprocTransport()
    consumers = [f"consumer_{number}" for number in range(8)]
    barrier = threading.Barrier(len(consumers))

    def declare(consumer):
        barrier.wait()
        transport.declare(context, [consumer])

    threads = [threading.Thread(target=declare, args=(consumer,)) for consumer in consumers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish(transport, context, b"1")

    for consumer in consumers:
        assert bodies(transport.subscribe(context, consumer).receive(limit=1, timeout=0)) == [b"1"]


def test_declaring_again_keeps_what_is_queued(transport, context):
    publish(transport, context, b"1")
    transport.declare(context, ["worklist"])

    assert bodies(transport.subscribe(context, "worklist").receive(limit=10, timeout=0)) == [b"1"]


def test_a_process_keeps_no_stream(transport, context):
    publish(transport, context, b"1")
    assert list(transport.stream_tail(context, None)) == []


def test_nameko_finds_the_content_type_among_the_properties(transport):
    with kombu.Connection(transport.uri) as connection:
        queue = connection.SimpleQueue(f"rpc_{uuid4().hex}")
        queue.put({"args": []}, serializer="json")
        message = queue.get(timeout=5)
        message.ack()
        queue.close()

    assert message.properties["content_type"] == "application/json"
    assert message.payload == {"args": []}


def test_a_plain_kombu_consumer_receives_our_content_type(transport, context):
    publish(transport, context, b"1")
    with kombu.Connection(transport.uri) as connection:
        message = connection.channel().basic_get(f"{context}.worklist", no_ack=True)

    assert (message.body, message.content_type) == (b"1", CONTENT_TYPE)


UNDER_EVENTLET = """
import eventlet
eventlet.monkey_patch()
from shared.transport.inproc import InprocTransport

transport = InprocTransport()
transport.declare("green", ["worklist"])
received = []
ticks = []

def consume():
    subscription = transport.subscribe("green", "worklist")
    while len(received) < 3:
        batch = subscription.receive(limit=10, timeout=5)
        received.extend(delivery.body for delivery in batch)
        subscription.acknowledge(batch[-1])

def tick():
    while True:
        ticks.append(1)
        eventlet.sleep(0.001)

consumer = eventlet.spawn(consume)
eventlet.spawn(tick)
publisher = transport.publisher("green")
for body in (b"1", b"2", b"3"):
    eventlet.sleep(0.02)
    publisher.publish("CaseSubmitted", body)
consumer.wait()
print(received == [b"1", b"2", b"3"], len(ticks) > 10)
"""


def test_green_threads_publish_and_wait_without_stopping_the_others():
    command = [sys.executable, "-W", "ignore", "-c", UNDER_EVENTLET]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert answer.stdout == "True True\n", answer.stderr
