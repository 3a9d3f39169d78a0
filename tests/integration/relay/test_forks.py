"""A relay does not publish a log that the broker knows differently."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import amqp
import psycopg
import pytest
from structlog.testing import capture_logs

from shared.relay.fork import BehindStream, LogForked
from shared.store import schema
from shared.transport import LOG_STREAM
from shared.transport.inproc import InprocTransport
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.logbook import (
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
    write_many,
    write_one_by_one,
)

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]


@pytest.fixture
def backup(postgres_server, database, tmp_path):
    """Dump the database now, and give a function that restores the dump into a fresh one."""
    dump = tmp_path / "backup.dump"

    def take() -> None:
        subprocess.run(
            [postgres_server.binary("pg_dump"), "--format=custom", f"--file={dump}", f"--dbname={database.dsn}"],
            check=True,
        )

    def restore():
        dsn = postgres_server.new_database()
        subprocess.run([postgres_server.binary("pg_restore"), f"--dbname={dsn}", dump], check=True)
        restored.append(dsn)
        return replace(database, dsn=dsn)

    restored: list[str] = []
    yield take, restore
    for dsn in restored:
        postgres_server.drop_database(dsn)


def start(database, transport) -> None:
    """Start a relay and wait until it gives up by itself."""
    with running(a_relay(database, transport)) as ended:
        assert ended.wait(PATIENCE)


def in_the_stream(transport) -> int:
    return len(list(transport.stream_tail(CONTEXT, None)))


def test_a_log_restored_from_an_older_backup_is_not_published(database, connection, transport, backup):
    take, restore = backup
    write_many(connection, 50)
    relay_all(database, transport)
    take()
    write_many(connection, 50)
    relay_all(database, transport)
    older = restore()
    with older.connect() as writer:
        write_one_by_one(writer, 5)

    with pytest.raises(BehindStream, match=r"ends at position 50.*caretrail events recover --from stream"):
        start(older, transport)
    assert in_the_stream(transport) == 100


def test_a_restored_log_that_went_on_elsewhere_is_not_published(database, connection, transport, backup):
    take, restore = backup
    write_many(connection, 50)
    relay_all(database, transport)
    take()
    write_many(connection, 50)
    relay_all(database, transport)
    older = restore()
    with older.connect() as writer:
        write_many(writer, 200)
    relay_all(older, InprocTransport())

    with pytest.raises(LogForked, match=r"parcels/100 .*another event there.*caretrail events recover"):
        start(older, transport)
    assert in_the_stream(transport) == 100


def test_another_log_under_the_same_name_is_not_published(database, connection, transport, postgres_server):
    write_many(connection, 5)
    relay_all(database, transport)
    dsn = postgres_server.new_database()
    other = schema.install(dsn, CONTEXT)

    with pytest.raises(LogForked, match="caretrail events recover"):
        start(other, transport)
    postgres_server.drop_database(dsn)


def test_a_restored_backup_that_misses_nothing_goes_on(database, connection, transport, backup):
    take, restore = backup
    write_many(connection, 50)
    relay_all(database, transport)
    take()
    restored = restore()
    with restored.connect() as writer:
        write_one_by_one(writer, 20)
        relay_all(restored, transport)
        assert published(writer) == 70

    events = without_repeats(receive(transport, 70))
    assert len(events) == 70
    assert is_whole(events)


def test_a_backup_taken_between_settling_and_publishing_goes_on(database, connection, transport, backup):
    take, restore = backup
    write_many(connection, 50)
    relay_all(database, transport, milestone=lambda name: name == "after sequencing" and take())
    restored = restore()
    with restored.connect() as writer:
        write_one_by_one(writer, 5)
        relay_all(restored, transport)

    events = without_repeats(receive(transport, 105))
    assert len(events) == 55
    assert is_whole(events)


def test_a_dump_restored_into_a_fresh_server_goes_on_in_order(database, connection, transport, backup):
    """As a fresh server would show it: the stored transaction ids are ahead of those it hands out."""
    take, restore = backup
    write_many(connection, 50)
    relay_all(database, transport)
    write_one_by_one(connection, 10)
    take()
    restored = restore()
    with psycopg.connect(restored.dsn, autocommit=True) as superuser:
        superuser.execute(f"set search_path to {CONTEXT}")
        for table in ("event", "page"):
            superuser.execute(f"update {table} set xid = (xid::text::int8 + 1000000000)::text::xid8")
    with restored.connect() as writer:
        relay_all(restored, transport)
        write_one_by_one(writer, 10)
        relay_all(restored, transport)
        assert stored(writer) == published(writer) == 70

    assert is_whole(without_repeats(receive(transport, 70)))


def test_other_contexts_in_the_stream_are_passed_over(database, connection, transport, vhost, postgres_server):
    write_many(connection, 5)
    relay_all(database, transport)
    dsn = postgres_server.new_database()
    letters = schema.install(dsn, "letters")
    with letters.connect() as writer:
        write_many(writer, 2)
        relay = replace(a_relay(letters, RabbitTransport(vhost)), context="letters")
        with running(relay) as ended:
            eventually(lambda: published(writer) == 2)
            assert not ended.is_set()
    postgres_server.drop_database(dsn)


def test_a_fresh_broker_is_no_obstacle(database, connection, transport, rabbitmq):
    write_many(connection, 5)
    relay_all(database, transport)
    write_many(connection, 5)
    uri = rabbitmq.new_vhost()
    relay_all(database, RabbitTransport(uri))

    assert [event.position for event in without_repeats(receive(RabbitTransport(uri), 5))] == [6, 7, 8, 9, 10]
    rabbitmq.drop_vhost(uri)


def test_what_nobody_can_read_in_the_stream_is_told_with_its_place_and_hides_no_fork(
    database, connection, transport, vhost, backup
):
    take, restore = backup
    write_many(connection, 5)
    relay_all(database, transport)
    take()
    broken = b'{"source":"/parcels/0","garbage":'
    server, _, name = vhost.removeprefix("amqp://guest:guest@").partition("/")
    with amqp.Connection(server, virtual_host=name) as broker:
        broker.channel().basic_publish_confirm(amqp.Message(broken), "", LOG_STREAM)

    write_many(connection, 5)
    with capture_logs() as lines:
        relay_all(database, transport)
    [line] = [line for line in lines if line["event"] == "stream_message_ignored"]
    assert (line["context"], line["behind_position"], line["size"]) == (CONTEXT, 5, len(broken))
    older = restore()
    with pytest.raises(BehindStream, match="ends at position 5"):
        start(older, transport)
