"""A log of parcels: events written straight into the table, relays that run beside a test, and what arrives."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.cloudevents import Envelope, is_unaltered, parse
from shared.relay.checkpoints import key_id_of
from shared.relay.relay import Pace, Relay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.postgres import Connection, Database
    from shared.transport import Transport

CONTEXT = "parcels"
CONSUMER = "tracker"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEYS = {key_id_of(KEY.public_key()): KEY.public_key()}
PATIENCE = 60

_INSERT = """
insert into event (originator_id, originator_version, type, data, meta)
select id, version, 'parcels.ParcelPassedOn.v1',
    convert_to(format('{"originator_id":"%%s","place":"%%s"}', id, version), 'utf8'),
    convert_to(format(',"subject":"%%s"', id), 'utf8')
from unnest(%s::uuid[], %s::int8[]) as given (id, version)
"""


class GaveUp(AssertionError):
    """Something did not happen in time."""


def eventually(condition: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise GaveUp
        threading.Event().wait(0.01)


def write(connection: Connection, originator_id: UUID, *versions: int) -> None:
    """Write these versions of one aggregate in one statement."""
    connection.execute(_INSERT, ([originator_id] * len(versions), list(versions)))


def write_many(connection: Connection, count: int) -> None:
    """Write so many first events of as many aggregates in one statement."""
    connection.execute(_INSERT, ([uuid4() for _ in range(count)], [1] * count))


def write_one_by_one(connection: Connection, count: int) -> None:
    """Write so many first events, each in a transaction of its own."""
    for _ in range(count):
        write(connection, uuid4(), 1)


def a_relay(database: Database, transport: Transport, **changes) -> Relay:
    pace = Pace(**{"longest_pause": 0.2, **changes.pop("pace", {})})
    find_key = changes.pop("find_key", lambda: KEY)
    return Relay(database, CONTEXT, transport, find_key, consumers=[CONSUMER], pace=pace, **changes)


@contextmanager
def running(relay: Relay) -> Iterator[threading.Event]:
    """Run a relay in a thread until the block ends; if it ends early, the event is set and its error raised then."""
    stop = threading.Event()
    ended: list[BaseException] = []

    def work() -> None:
        try:
            relay.run(stop)
        except BaseException as fault:  # noqa: BLE001 - raised again below
            ended.append(fault)
        finally:
            stop.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        relay.wake.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()
    if ended:
        raise ended[0]


def relay_all(database: Database, transport: Transport, **changes) -> None:
    """Relay until everything stored is published."""
    with running(a_relay(database, transport, **changes)), database.connect() as connection:
        eventually(lambda: published(connection) == stored(connection))


def published(connection: Connection) -> int:
    [(position,)] = connection.execute("select published from relay").fetchall()
    return position


def stored(connection: Connection) -> int:
    [(count,)] = connection.execute("select count(*) from event").fetchall()
    return count


def receive(transport: Transport, count: int, context: str = CONTEXT) -> list[bytes]:
    """Take at least so many messages from the consumer's queue, and acknowledge them."""
    subscription = transport.subscribe(context, CONSUMER)
    bodies: list[bytes] = []
    deadline = time.monotonic() + PATIENCE
    while len(bodies) < count:
        batch = subscription.receive(limit=1000, timeout=1)
        if batch:
            bodies += [delivery.body for delivery in batch]
            subscription.acknowledge(batch[-1])
        if time.monotonic() > deadline:
            raise GaveUp(f"{len(bodies)} of {count} messages")
    subscription.close()
    return bodies


def without_repeats(bodies: list[bytes]) -> list[Envelope]:
    """The events in the order of their positions; a repeat must have the same bytes."""
    by_position: dict[int, bytes] = {}
    for body in bodies:
        assert is_unaltered(body)
        assert by_position.setdefault(parse(body).position, body) == body, "a repeat differs"
    return [parse(by_position[position]) for position in sorted(by_position)]


def is_whole(events: list[Envelope]) -> bool:
    """Whether these are all events from the first, each carrying the hash of the one before."""
    previous = "0" * 64
    for position, event in enumerate(events, start=1):
        if event.position != position or event.previoushash != previous:
            return False
        previous = event.hash
    return True
