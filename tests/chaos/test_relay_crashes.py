"""A relay is killed again and again, at every point of its work, under load: nothing is lost, nothing happens twice."""

from __future__ import annotations

import random
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from shared.cloudevents import parse
from shared.store import schema
from shared.store.log import Log
from shared.transport.rabbitmq import RabbitTransport
from tests.chaos.relay_worker import relay_until_death
from tests.controls.forks import run_until_it_dies
from tests.controls.logbook import CONSUMER, CONTEXT, eventually, is_whole, relay_all, stored, without_repeats
from tests.controls.parcels import PostOffice, cause, posted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.transport import Transport

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq, pytest.mark.slow]

POINTS = ("after sequencing", "mid-publish", "before confirms", "after confirms", "before the cursor is saved")
DEATHS = 10
WRITERS = 3

Event = tuple[str, int]
"""(aggregate, version)."""


class Writer(threading.Thread):
    """Appends to new and old parcels without a pause, and writes down what was acknowledged."""

    def __init__(self, office: PostOffice, dice: random.Random, stop: threading.Event) -> None:
        super().__init__()
        self.acknowledged: list[Event] = []
        self._office = office
        self._dice = dice
        self._ended = stop

    def run(self) -> None:
        parcels = []
        while not self._ended.wait(self._dice.uniform(0, 0.01)):
            if parcels and self._dice.random() < 0.6:
                parcel = self._dice.choice(parcels)
                for number in range(self._dice.randint(1, 3)):
                    parcel.pass_on(f"place {number}")
            else:
                parcel = posted("P1")
                parcels.append(parcel)
            before = self._versions(parcel)
            self._office.append(parcel, cause=cause())
            self.acknowledged += [(str(parcel.id), version) for version in before]

    @staticmethod
    def _versions(parcel) -> range:
        pending = len(parcel.pending_events)
        return range(parcel.version - pending + 1, parcel.version + 1)


class Consumer(threading.Thread):
    """Takes everything off its queue, as it comes."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self.bodies: list[bytes] = []
        self._subscription = transport.subscribe(CONTEXT, CONSUMER)
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            batch = self._subscription.receive(limit=500, timeout=0.1)
            if batch:
                self.bodies += [delivery.body for delivery in batch]
                self._subscription.acknowledge(batch[-1])
        self._subscription.close()

    def stop(self) -> None:
        self._ended.set()
        self.join()


@contextmanager
def writing(database, dice: random.Random) -> Iterator[list[Event]]:
    """Write until the block ends; then the list holds everything that was acknowledged."""
    stop = threading.Event()
    acknowledged: list[Event] = []
    with PostOffice(database) as office:
        writers = [Writer(office, dice, stop) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        try:
            yield acknowledged
        finally:
            stop.set()
            for writer in writers:
                writer.join()
                acknowledged += writer.acknowledged


@pytest.mark.parametrize("point", POINTS)
def test_a_relay_killed_at_this_point_loses_nothing_and_repeats_no_effect(point, database_dsn, vhost):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    dice = random.Random(seed)  # noqa: S311 - not a secret
    database = schema.install(database_dsn, CONTEXT)
    transport = RabbitTransport(vhost)
    transport.declare(CONTEXT, [CONSUMER])

    with ExitStack() as running:
        consumer = Consumer(transport)
        consumer.start()
        running.callback(consumer.stop)
        with writing(database, dice) as acknowledged:
            for _ in range(DEATHS):
                run_until_it_dies(relay_until_death, database.dsn, vhost, point, dice.randint(1, 12))
        with database.connect() as connection:
            written = stored(connection)
        relay_all(database, transport)
        eventually(lambda: consumer.bodies and parse(consumer.bodies[-1]).position == written)

    assert_everything_arrived_once_in_order(consumer.bodies, acknowledged, database)
    if point != "after sequencing":
        assert len(consumer.bodies) > written, "no message was repeated: the deaths came at no bad moment"


def assert_everything_arrived_once_in_order(bodies: list[bytes], acknowledged: list[Event], database) -> None:
    events = without_repeats(bodies)
    first_seen = list(dict.fromkeys(parse(body).position for body in bodies))
    assert first_seen == list(range(1, len(events) + 1))
    assert is_whole(events)

    log = Log(database, CONTEXT)
    rows = [row for page in log.read() for row in page.rows]
    log.close()
    assert [bytes(event.data) for event in events] == [row[1] for row in rows]
    arrived = [(str(row[2]), row[3]) for row in rows]
    assert len(arrived) == len(set(arrived))
    assert set(arrived) == set(acknowledged)
    for aggregate in {aggregate for aggregate, _ in arrived}:
        versions = [version for each, version in arrived if each == aggregate]
        assert versions == list(range(1, len(versions) + 1))
