"""A relay that dies: `relay_worker.py <dsn> <uri> <point> <nth>`."""

from __future__ import annotations

import sys
import threading

from shared.postgres import Database
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.deaths import die_at
from tests.controls.logbook import CONTEXT, a_relay

if __name__ == "__main__":
    dsn, uri, point, nth = sys.argv[1:]
    database = Database(dsn, CONTEXT, f"caretrail_{CONTEXT}")
    a_relay(database, RabbitTransport(uri), milestone=die_at(point, int(nth))).run(threading.Event())
