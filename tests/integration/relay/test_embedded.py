"""The embedded mode: the same relay over the broker in the process, in threads or in green threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from shared.transport.inproc import InprocTransport
from tests.controls.logbook import (
    CONSUMER,
    CONTEXT,
    a_relay,
    eventually,
    is_whole,
    published,
    receive,
    relay_all,
    running,
    without_repeats,
    write_many,
)

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[3]
GREEN = Path(__file__).parent / "green_program.py"


@pytest.fixture
def transport() -> InprocTransport:
    transport = InprocTransport()
    transport.declare(CONTEXT, [CONSUMER])
    leftovers = transport.subscribe(CONTEXT, CONSUMER)
    while batch := leftovers.receive(limit=1000, timeout=0):
        leftovers.acknowledge(batch[-1])
    return transport


def test_the_broker_in_the_process_carries_the_same_bytes(database, connection, transport):
    write_many(connection, 700)
    relay_all(database, transport)

    events = without_repeats(receive(transport, 700))
    assert len(events) == 700
    assert is_whole(events)


def test_relay_and_consumer_as_green_threads_leave_each_other_time(database):
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", str(GREEN), database.dsn, "500"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PSYCOPG_WAIT_FUNC": "wait_selector"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    seen = json.loads(answer.stdout.splitlines()[-1])
    assert seen["positions"] == list(range(1, 501))
    assert seen["ticked_while_waiting"] >= 20


def test_a_long_write_transaction_in_another_database_delays_the_relay_which_says_so(
    database, connection, transport, postgres_server
):
    with (
        psycopg.connect(postgres_server.dsn("postgres")) as elsewhere,
        capture_logs() as logs,
        running(a_relay(database, transport, pace={"alarm_seconds": 0.2})),
    ):
        elsewhere.execute("create temp table held (number int)")
        write_many(connection, 10)
        eventually(lambda: any(entry["event"] == "horizon_held_back" for entry in logs))
        assert published(connection) == 0

        elsewhere.rollback()
        eventually(lambda: published(connection) == 10)
