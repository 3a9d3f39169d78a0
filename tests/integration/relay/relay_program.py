"""A relay as a process of its own: `relay_program.py <dsn> <uri>`; ends on SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading

from shared.postgres import Database
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.logbook import CONTEXT, a_relay


def main(dsn: str, uri: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database = Database(dsn, CONTEXT, f"caretrail_{CONTEXT}")
    a_relay(database, RabbitTransport(uri)).run(stop)


if __name__ == "__main__":
    main(*sys.argv[1:])
