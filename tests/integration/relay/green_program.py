"""The embedded mode's relay as a green thread: `green_program.py <dsn> <count>` writes what it saw as JSON."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - everything else is imported patched
import sys  # noqa: E402
import threading  # noqa: E402

from shared.cloudevents import parse  # noqa: E402
from shared.postgres import Connection, Database  # noqa: E402
from shared.transport.inproc import InprocTransport  # noqa: E402
from tests.controls.logbook import CONSUMER, CONTEXT, a_relay, eventually, published, write_many  # noqa: E402


def main(dsn: str, count: int) -> None:
    database = Database(dsn, CONTEXT, f"caretrail_{CONTEXT}")
    transport = InprocTransport()
    transport.declare(CONTEXT, [CONSUMER])
    positions: list[int] = []
    ticks: list[int] = []
    stop = threading.Event()

    def consume() -> None:
        subscription = transport.subscribe(CONTEXT, CONSUMER)
        while len(positions) < count:
            batch = subscription.receive(limit=100, timeout=1)
            positions.extend(parse(delivery.body).position for delivery in batch)
            if batch:
                subscription.acknowledge(batch[-1])

    def tick() -> None:
        while not stop.is_set():
            ticks.append(1)
            stop.wait(0.001)

    def open_after(keeper: Connection, count: int) -> None:
        while len(ticks) < count:
            stop.wait(0.001)
        keeper.execute("select pg_advisory_unlock(1)")

    relaying = eventlet.spawn(a_relay(database, transport).run, stop)
    consuming = eventlet.spawn(consume)
    ticking = eventlet.spawn(tick)
    with database.connect() as connection:
        for _ in range(count // 50):
            write_many(connection, 50)
        eventually(lambda: published(connection) == count)
        consuming.wait()
        before = len(ticks)
        with database.connect() as keeper:
            keeper.execute("select pg_advisory_lock(1)")
            opening = eventlet.spawn(open_after, keeper, before + 20)
            # Ends only if the others go on meanwhile.
            connection.execute("select pg_advisory_lock(1)")
            opening.wait()
        ticked_while_waiting = len(ticks) - before
    stop.set()
    relaying.wait()
    ticking.wait()
    sys.stdout.write(json.dumps({"positions": positions, "ticked_while_waiting": ticked_while_waiting}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
