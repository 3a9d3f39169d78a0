"""Consumers of the broker in the process, as Nameko makes them: they wait for messages, and look for none meanwhile."""

import threading
from uuid import uuid4

import kombu
import pytest

from shared.transport.inproc import InprocTransport, register_with_kombu


@pytest.fixture
def connection():
    register_with_kombu()
    with kombu.Connection(InprocTransport.uri) as connection:
        yield connection


@pytest.fixture
def queue():
    name = uuid4().hex
    return kombu.Queue(name, kombu.Exchange(name, "topic"), routing_key="#")


def publish(connection, queue, *bodies):
    for body in bodies:
        connection.Producer().publish(
            body, exchange=queue.exchange, routing_key="x", declare=[queue], serializer="json"
        )


def test_a_consumer_is_told_of_a_message_the_moment_it_comes(connection, queue):
    got = []
    with kombu.Consumer(connection, [queue], callbacks=[lambda body, _: got.append(body)]):
        publisher = threading.Thread(target=publish, args=(connection, queue, 1))
        publisher.start()
        connection.drain_events(timeout=30)
        publisher.join()
    assert got == [1]


def test_a_consumer_that_has_taken_as_many_as_it_may_goes_on_when_it_acknowledges(connection, queue):
    got = []
    publish(connection, queue, 1, 2)
    consumer = kombu.Consumer(connection, [queue], callbacks=[lambda _, message: got.append(message)], prefetch_count=1)
    with consumer:
        connection.drain_events(timeout=30)
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.05)
        acknowledging = threading.Thread(target=got[0].ack)
        acknowledging.start()
        connection.drain_events(timeout=30)
        acknowledging.join()
    assert len(got) == 2


def test_nothing_that_comes_in_time_is_told_as_that(connection, queue):
    with kombu.Consumer(connection, [queue]), pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.01)
