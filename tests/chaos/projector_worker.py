"""A projector or a process runner that dies, in a process of its own."""

from __future__ import annotations

import threading

from shared.postgres import Database
from shared.processes.runner import ProcessRunner
from shared.read_models.handout import Handout
from shared.read_models.projector import Projector
from shared.store.log import Log
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.deaths import die_at
from tests.controls.orders import OpenDoor, Orders, ThankAndRemind


class LastingClerk:
    """Carries out commands in a database, each idempotency key once, for processes that are killed."""

    def __init__(self, database):
        self._connection = database.connect(name="clerk")

    def install(self):
        self._connection.execute("create table done (key text primary key, command text not null)")

    def handle(self, command, occasion):
        query = "insert into done values (%s, %s) on conflict do nothing"
        self._connection.execute(query, (occasion.key, repr(command)))

    def done(self):
        return dict(self._connection.execute("select key, command from done").fetchall())

    def close(self):
        self._connection.close()


def follower(kind, log, database, subscribe, **options):
    """What is to be killed; `options` as a projector or a runner takes them."""
    if kind == "projector":
        options.pop("handle")
        return Projector(Orders(OpenDoor()), database, log, subscribe, **options)
    return ProcessRunner(ThankAndRemind(), database, log, subscribe, **options)


def handing_out(log, uri, **options):
    """What hands on to followers; `options` as it takes them."""
    transport = RabbitTransport(uri)
    return Handout("orders.project", log, lambda: transport.subscribe("orders", "project"), **options)


def follow_until_death(kind, dsn, uri, point, nth):
    """Follow the log, and die the nth time that the follower, or what hands on to it, comes to this point."""
    database = Database(dsn, "orders", "caretrail_orders")
    log, handle, milestone = Log(database, "orders"), LastingClerk(database).handle, die_at(point, nth)
    handout = handing_out(log, uri, milestone=milestone)
    doomed = follower(kind, log, database, handout.share, handle=handle, milestone=milestone)
    threading.Thread(target=handout.run, args=(threading.Event(),), daemon=True).start()
    doomed.run(threading.Event())
