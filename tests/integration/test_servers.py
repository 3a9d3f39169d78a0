"""The servers that other tests stand on."""

from queue import Empty

import kombu
import psycopg
import pytest


def test_each_test_gets_an_empty_database_of_postgresql_16(database_dsn):
    with psycopg.connect(database_dsn) as connection:
        assert connection.info.server_version // 10_000 == 16
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_a_killed_broker_comes_back_with_its_messages(rabbitmq, vhost):
    queue = kombu.Queue("kept", durable=True, queue_arguments={"x-queue-type": "quorum"})
    with kombu.Connection(vhost) as connection, connection.Producer() as producer:
        producer.publish({"n": 1}, routing_key="kept", declare=[queue], delivery_mode=2)
        with connection.SimpleQueue(queue) as kept:
            kept.get(timeout=10)
            # The second in which nothing more comes is also what the broker needs to write down that the queue exists.
            with pytest.raises(Empty):
                kept.get(timeout=1)

    rabbitmq.kill()
    rabbitmq.start()

    with kombu.Connection(vhost) as connection, connection.SimpleQueue(queue) as kept:
        assert kept.get(timeout=10).payload == {"n": 1}
