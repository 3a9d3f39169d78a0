"""A relay that dies, in a process of its own."""

from __future__ import annotations

import threading

from shared.postgres import Database
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.deaths import die_at
from tests.controls.logbook import CONTEXT, a_relay


def relay_until_death(dsn: str, uri: str, point: str, nth: int) -> None:
    """Relay, and die the nth time that the relay comes to this point."""
    database = Database(dsn, CONTEXT, f"caretrail_{CONTEXT}")
    a_relay(database, RabbitTransport(uri), milestone=die_at(point, nth)).run(threading.Event())
