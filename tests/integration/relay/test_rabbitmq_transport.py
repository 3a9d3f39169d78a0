"""RabbitMQ keeps the promises that every broker must keep, and says so when it cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import amqp
import pytest

from shared.cloudevents import Chain
from shared.transport import CONTENT_TYPE, LOG_STREAM, BrokerLost, PublishFailed, QueueStanding
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.logbook import CONSUMER, CONTEXT, eventually

pytestmark = pytest.mark.rabbitmq

BODIES = Chain(CONTEXT, "life1").extend([("parcels.ParcelPosted.v1", b'{"name":"\xe7\x8e\x8b"}', b"")] * 50)


@pytest.fixture(autouse=True)
def topology(transport):
    transport.declare(CONTEXT, [CONSUMER])


@pytest.fixture
def channel(vhost):
    server, _, name = vhost.removeprefix("amqp://guest:guest@").partition("/")
    with amqp.Connection(server, virtual_host=name) as connection:
        yield connection.channel()


def publish(transport, bodies=BODIES) -> None:
    publisher = transport.publisher(CONTEXT)
    for body in bodies:
        publisher.publish("ParcelPosted", body)
    publisher.settle()
    assert publisher.confirmed() == len(bodies)
    publisher.close()


def bodies_of(deliveries) -> list[bytes]:
    return [delivery.body for delivery in deliveries]


def receive_all(subscription, count) -> list:
    deliveries: list = []
    eventually(lambda: deliveries.extend(subscription.receive(1000, 0.1)) or len(deliveries) >= count)
    return deliveries


def test_messages_are_numbered_and_confirmed_in_the_order_published(transport):
    publisher = transport.publisher(CONTEXT)
    assert publisher.confirmed() == 0
    assert [publisher.publish("ParcelPosted", body) for body in BODIES] == list(range(1, 51))
    eventually(lambda: publisher.confirmed() == 50)
    publisher.close()


def test_queues_tell_what_waits_and_who_takes_it_and_a_missing_one_hides_no_other(transport):
    publish(transport)
    missing, waiting = transport.standing_of(["parcels.nobody", f"{CONTEXT}.{CONSUMER}"])
    assert missing == QueueStanding("parcels.nobody", None, None)
    assert (waiting.messages, waiting.consumers) == (50, 0)


def test_a_narrow_window_publishes_everything_all_the_same(vhost):
    narrow = RabbitTransport(vhost, window=3)
    publish(narrow)
    subscription = narrow.subscribe(CONTEXT, CONSUMER)
    assert bodies_of(receive_all(subscription, 50)) == BODIES
    subscription.close()


def test_what_is_received_are_the_bytes_that_were_published(transport):
    publish(transport)
    subscription = transport.subscribe(CONTEXT, CONSUMER)
    assert bodies_of(receive_all(subscription, 50)) == BODIES
    subscription.close()


def test_no_more_than_the_prefetch_is_on_its_way_until_it_is_acknowledged(transport):
    publish(transport)
    subscription = transport.subscribe(CONTEXT, CONSUMER, prefetch=10)
    first = receive_all(subscription, 10)
    assert bodies_of(first) == BODIES[:10]
    assert subscription.receive(limit=10, timeout=0.2) == []

    subscription.acknowledge(first[-1])
    assert bodies_of(receive_all(subscription, 10)) == BODIES[10:20]
    subscription.close()


def test_what_is_not_acknowledged_comes_again_in_order(transport):
    publish(transport)
    first = transport.subscribe(CONTEXT, CONSUMER)
    received = receive_all(first, 50)
    first.acknowledge(received[19])
    first.close()

    second = transport.subscribe(CONTEXT, CONSUMER)
    assert bodies_of(receive_all(second, 30)) == BODIES[20:]
    second.close()


def test_queues_and_messages_survive_a_restart(transport, rabbitmq):
    publish(transport)
    rabbitmq.stop()
    rabbitmq.start()

    subscription = transport.subscribe(CONTEXT, CONSUMER)
    assert bodies_of(receive_all(subscription, 50)) == BODIES
    subscription.close()


def test_a_message_says_that_it_is_a_cloud_event(transport, channel):
    publish(transport)
    message = channel.basic_get(f"{CONTEXT}.{CONSUMER}", no_ack=True)

    assert (message.properties["content_type"], message.properties["delivery_mode"]) == (CONTENT_TYPE, 2)
    assert message.delivery_info["routing_key"] == "ParcelPosted"


def test_a_message_that_a_queue_refuses_fails_the_publisher(transport, channel):
    full = {"x-max-length": 1, "x-overflow": "reject-publish"}
    channel.queue_declare("full", durable=True, auto_delete=False, arguments=full)
    channel.queue_bind("full", f"{CONTEXT}.events", "#")
    publisher = transport.publisher(CONTEXT)
    for body in BODIES:
        publisher.publish("ParcelPosted", body)

    with pytest.raises(PublishFailed, match="refused message"):
        publisher.settle()
    publisher.close()


def test_a_message_that_reaches_no_queue_fails_the_publisher(transport, channel):
    for queue in (LOG_STREAM, f"{CONTEXT}.{CONSUMER}"):
        channel.queue_unbind(queue, f"{CONTEXT}.events", "#")
    publisher = transport.publisher(CONTEXT)
    publisher.publish("ParcelPosted", BODIES[0])

    with pytest.raises(PublishFailed, match="to no queue"):
        publisher.settle()
    publisher.close()


def test_a_subscription_to_a_queue_that_was_never_declared_is_refused(transport):
    with pytest.raises(BrokerLost, match="NOT_FOUND"):
        transport.subscribe(CONTEXT, "nobody")


def test_a_subscription_whose_queue_goes_is_lost(transport, channel):
    subscription = transport.subscribe(CONTEXT, CONSUMER)
    channel.queue_delete(f"{CONTEXT}.{CONSUMER}")

    with pytest.raises(BrokerLost):
        subscription.receive(limit=1, timeout=30)
    subscription.close()


def test_a_broker_that_is_not_there_is_lost():
    nowhere = RabbitTransport("amqp://guest:guest@127.0.0.1:1/")
    with pytest.raises(BrokerLost):
        nowhere.declare(CONTEXT, [])
    with pytest.raises(BrokerLost):
        nowhere.publisher(CONTEXT)


def test_wrong_credentials_are_told(vhost):
    with pytest.raises(BrokerLost, match="ACCESS_REFUSED"):
        RabbitTransport(vhost.replace("guest:guest", "guest:wrong")).publisher(CONTEXT)


@pytest.fixture
def nobody(rabbitmq, vhost):
    """A user who may make, write and read nothing in the virtual host."""
    name = vhost.rpartition("/")[2]
    rabbitmq.manage("PUT", f"users/{name}", {"password": "nobody", "tags": ""})
    rabbitmq.manage("PUT", f"permissions/{name}/{name}", {"configure": "^$", "write": "^$", "read": "^$"})
    yield vhost.replace("guest:guest", f"{name}:nobody")
    rabbitmq.manage("DELETE", f"users/{name}")


def test_who_may_make_nothing_is_content_with_what_is_there(transport, nobody):
    publish(transport)

    for _ in range(2):
        RabbitTransport(nobody).declare(CONTEXT, [CONSUMER])

    subscription = transport.subscribe(CONTEXT, CONSUMER)
    assert bodies_of(receive_all(subscription, 50)) == BODIES
    subscription.close()


def test_who_may_make_nothing_is_told_what_is_missing(nobody):
    with pytest.raises(BrokerLost, match=r"no queue 'parcels.board'"):
        RabbitTransport(nobody).declare(CONTEXT, [CONSUMER, "board"])
    with pytest.raises(BrokerLost, match=r"no exchange 'letters.events'"):
        RabbitTransport(nobody).declare("letters", [])


def test_the_stream_is_read_to_its_end_and_not_beyond(transport):
    publish(transport)
    assert list(transport.stream_tail(CONTEXT, None)) == BODIES
    publish(transport, BODIES[:1])
    assert list(transport.stream_tail(CONTEXT, None)) == [*BODIES, BODIES[0]]


def test_the_stream_can_be_read_from_a_time(transport):
    publish(transport)
    now = datetime.now(UTC)

    assert list(transport.stream_tail(CONTEXT, now - timedelta(minutes=10))) == BODIES
    assert list(transport.stream_tail(CONTEXT, now + timedelta(minutes=10))) == []


def test_the_stream_of_a_context_that_published_nothing_is_empty(transport):
    publish(transport)
    assert list(transport.stream_tail("letters", None)) == []
