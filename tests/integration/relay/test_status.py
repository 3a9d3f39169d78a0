"""An operator sees where the log ends, what waits for a position, and whether a relay works."""

from __future__ import annotations

from time import monotonic

import pytest
from structlog.testing import capture_logs

from shared.relay.alarms import Alarms
from shared.relay.checkpoints import key_id_of
from shared.relay.status import status
from shared.transport import BrokerLost
from shared.transport.inproc import InprocTransport
from tests.controls.logbook import CONTEXT, KEY, a_relay, eventually, published, relay_all, running, write_many

pytestmark = pytest.mark.postgres


def test_an_empty_log_has_no_head_no_relay_and_no_checkpoint(connection):
    found = status(connection, CONTEXT)
    assert (found.head, found.hash, found.backlog, found.published) == (0, bytes(32), 0, 0)
    assert (found.generation, found.holder, found.at_work, found.checkpoint) == (0, "", False, None)


def test_events_without_a_position_are_counted_as_backlog(database, connection):
    write_many(connection, 30)
    relay_all(database, InprocTransport(), pace={"checkpoint_every": 10})
    write_many(connection, 4)
    found = status(connection, CONTEXT)
    assert (found.head, found.published, found.backlog) == (30, 30, 4)
    assert (found.checkpoint.position, found.checkpoint.key_id) == (30, key_id_of(KEY.public_key()))


def test_a_relay_is_at_work_until_it_ends(database, connection):
    write_many(connection, 1)
    with running(a_relay(database, InprocTransport())):
        eventually(lambda: published(connection) == 1)
        assert status(connection, CONTEXT).at_work
    # The server frees the lock when it notices that the connection is gone, a moment after it was closed.
    eventually(lambda: not status(connection, CONTEXT).at_work)
    found = status(connection, CONTEXT)
    assert found.generation == 1
    assert "/" in found.holder


def test_a_relay_that_cannot_publish_is_behind_until_it_has(database, connection):
    class Away(InprocTransport):
        """A broker that cannot be reached for now."""

        is_away = True

        def publisher(self, context):
            if self.is_away:
                raise BrokerLost("away")
            return super().publisher(context)

    transport = Away()
    with capture_logs() as logged, running(a_relay(database, transport, pace={"alarm_seconds": 0.3})):
        write_many(connection, 3)
        eventually(lambda: [line for line in logged if line["event"] == "publishing_behind"])
        found = status(connection, CONTEXT)
        assert (found.waiting, found.backlog, found.at_work) == (3, 3, True)
        assert found.behind > 0.3
        transport.is_away = False
        eventually(lambda: published(connection) == 3)
    told = [line for line in logged if line["event"] == "publishing_behind"]
    assert {(line["log_level"], line["events"]) for line in told} == {("critical", 3)}
    found = status(connection, CONTEXT)
    assert (found.waiting, found.behind) == (0, 0)


def test_alarms_are_told_at_most_three_times_within_their_limit(connection):
    write_many(connection, 1)
    connection.execute("update relay set at_end = now() - interval '1 hour'")
    alarms = Alarms(connection, CONTEXT, 0.6)
    begun = monotonic()
    with capture_logs() as logged:
        while monotonic() - begun < 0.7:
            alarms.look()
    assert 0 < len(logged) <= 3
    assert logged[0]["seconds"] >= 3600


def test_a_write_transaction_left_open_ages_the_horizon(database, connection):
    with database.connect() as writer, writer.transaction():
        writer.execute("select pg_current_xact_id()")
        assert status(connection, CONTEXT).horizon_age > 0
    assert status(connection, CONTEXT).horizon_age == 0
