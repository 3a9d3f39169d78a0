"""Where nobody can sign, publishing stops once that has lasted too long; it goes on as soon as somebody can again."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from shared.relay.sequencer import Sequencer
from shared.store.log import Log
from shared.transport import BrokerLost
from shared.transport.inproc import InprocTransport
from shared.vault.errors import KeysUnusable
from tests.controls.logbook import CONTEXT, KEY, a_relay, eventually, published, relay_all, running, write_many

pytestmark = pytest.mark.postgres

PACE = {"page_size": 20, "checkpoint_every": 20, "idle_poll_seconds": 0.01}
SIGNED = "select coalesce(max(position), 0) from checkpoint"
SIGNED_OF_LATE = "select signed_at > now() - interval '1 day' from relay"


class Away(InprocTransport):
    """A broker that cannot be reached."""

    def declare(self, *_):
        raise BrokerLost("away")


class Keyring:
    """Where the key is looked for, and how often it was."""

    is_there = True
    looks = 0

    def __call__(self):
        self.looks += 1
        if not self.is_there:
            raise KeysUnusable("it is not there")
        return KEY

    def is_looked_at_again(self) -> None:
        before = self.looks
        eventually(lambda: self.looks > before + 1)


@pytest.fixture
def keyring():
    return Keyring()


@pytest.fixture
def log(database):
    log = Log(database, CONTEXT)
    yield log
    log.close()


def signed(connection) -> int:
    [(position,)] = connection.execute(SIGNED).fetchall()
    return position


def critical(logged) -> list[str]:
    return [line["event"] for line in logged if line["log_level"] == "critical"]


def test_for_a_while_events_go_out_unsigned(database, connection, log, keyring):
    keyring.is_there = False
    with capture_logs() as logged, running(a_relay(database, InprocTransport(), pace=PACE, find_key=keyring)):
        write_many(connection, 60)
        eventually(lambda: published(connection) == 60)
        assert signed(connection) == 0
        assert log.unsigned_seconds() > 0
        keyring.is_there = True
        eventually(lambda: signed(connection) == 60)
        assert log.unsigned_seconds() == 0
    assert critical(logged) == ["checkpoint_not_signed"]


def test_after_a_while_nothing_more_goes_out_until_somebody_can_sign_again(database, connection, keyring):
    keyring.is_there = False
    sequenced_at = []
    with running(
        a_relay(
            database,
            InprocTransport(),
            pace=PACE | {"unsigned_seconds": 0},
            find_key=keyring,
            milestone=lambda name: name == "after sequencing" and sequenced_at.append(keyring.is_there),
        )
    ):
        write_many(connection, 20)
        eventually(lambda: published(connection) == 20)
        keyring.is_looked_at_again()
        write_many(connection, 20)
        keyring.is_looked_at_again()
        assert published(connection) == 20
        keyring.is_there = True
        eventually(lambda: (published(connection), signed(connection)) == (40, 40))
    assert sequenced_at == [False, True]


def test_what_an_earlier_relay_left_unsigned_is_signed_at_once_wherever_the_broker_is(database, connection, log):
    write_many(connection, 7)
    Sequencer(connection, CONTEXT, generation=0).next_page()

    with running(a_relay(database, Away())):
        eventually(lambda: log.unsigned_seconds() == 0)
        assert (signed(connection), published(connection)) == (7, 0)


def test_a_log_that_was_signed_to_its_end_long_ago_is_not_overdue(database, connection, log):
    write_many(connection, 7)
    relay_all(database, InprocTransport())
    connection.execute("update relay set signed_at = now() - interval '2 days'")
    assert log.unsigned_seconds() == 0
    write_many(connection, 1)
    assert log.unsigned_seconds() > 86_400
    with running(a_relay(database, InprocTransport())):  # which signs what is new after a minute
        eventually(lambda: log.unsigned_seconds() == 0)


def test_the_time_without_a_relay_does_not_count_against_what_is_stored_later(database, connection, log):
    write_many(connection, 7)
    relay_all(database, InprocTransport())
    connection.execute("update relay set signed_at = now() - interval '2 days'")
    with running(a_relay(database, Away())):
        eventually(lambda: connection.execute(SIGNED_OF_LATE).fetchone() == (True,))
        write_many(connection, 1)
        assert 0 < log.unsigned_seconds() < 86_400


def test_a_quiet_log_is_known_to_be_signed_now(database, connection):
    write_many(connection, 7)
    relay_all(database, InprocTransport())
    connection.execute("update relay set signed_at = now() - interval '2 days'")
    assert connection.execute(SIGNED_OF_LATE).fetchone() == (False,)
    with running(a_relay(database, InprocTransport())):
        eventually(lambda: connection.execute(SIGNED_OF_LATE).fetchone() == (True,))
