"""An operator is told when a log needs looking after."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from operate.log import judge
from shared.relay.relay import Pace
from shared.relay.status import UNSIGNED_SECONDS, LastCheckpoint, LogStatus

WELL = LogStatus(
    incarnation="1f",
    epoch=1,
    head=7,
    hash=bytes(32),
    backlog=0,
    published=7,
    behind=0.0,
    generation=1,
    holder="host/1",
    heartbeat=datetime(2025, 2, 18, tzinfo=UTC),
    at_work=True,
    horizon_age=0.0,
    checkpoint=LastCheckpoint(5, "abcd", datetime(2025, 2, 18, tzinfo=UTC)),
    unsigned=0.0,
)
LIMIT = Pace().alarm_seconds
ALLOWED = 3600.0


@pytest.mark.parametrize(
    ("changes", "alarms"),
    [
        ({}, []),
        ({"horizon_age": LIMIT}, []),
        ({"horizon_age": LIMIT + 1}, ["horizon-held-back"]),
        ({"backlog": 3}, []),
        ({"at_work": False}, []),
        ({"backlog": 3, "at_work": False}, ["no-relay"]),
        ({"published": 6, "at_work": False}, ["no-relay"]),
        ({"backlog": 3, "behind": LIMIT}, []),
        ({"backlog": 3, "behind": LIMIT + 1}, ["publishing-behind"]),
        ({"backlog": 3, "behind": LIMIT + 1, "at_work": False}, ["no-relay"]),
        ({"backlog": 3, "at_work": False, "horizon_age": LIMIT + 1}, ["horizon-held-back", "no-relay"]),
        ({"unsigned": UNSIGNED_SECONDS}, []),
        ({"unsigned": UNSIGNED_SECONDS + 1}, ["unsigned"]),
        ({"unsigned": UNSIGNED_SECONDS + 1, "at_work": False}, []),
        ({"unsigned": ALLOWED}, ["unsigned"]),
        ({"unsigned": ALLOWED + 1}, ["unsigned", "commands-refused"]),
        ({"unsigned": ALLOWED + 1, "at_work": False}, ["commands-refused"]),
    ],
)
def test_a_long_write_a_missing_relay_and_one_that_lags_are_alarms(changes, alarms):
    assert judge("matching", WELL._replace(**changes), ALLOWED).alarms == alarms
