"""A projector and a process are killed again and again, at every point, under load: everything counts once."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.processes.reactions import ReactingFold, Reactions
from shared.read_models.compare import compare
from shared.read_models.digest import Digest, Run
from shared.read_models.parking import Parking
from shared.relay.relay import Relay
from shared.transport.rabbitmq import RabbitTransport
from tests.chaos.projector_worker import LastingClerk, follow_until_death, follower, handing_out
from tests.controls.forks import run_until_it_dies
from tests.controls.logbook import eventually
from tests.controls.orders import Clerk, Ledger, OpenDoor, Orders, Shop, ThankAndRemind

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq, pytest.mark.slow]

POINTS = ("mid-fold", "after-fold", "before-acknowledgement", "after-acknowledgement")
DEATHS = 10
KINDS = {"projector": Orders(OpenDoor()), "process": ThankAndRemind()}


@pytest.fixture
def ledger(database_dsn: str) -> Iterator[Ledger]:
    ledger = Ledger(database_dsn)
    yield ledger
    ledger.close()


@pytest.fixture
def clerk(ledger: Ledger) -> Iterator[LastingClerk]:
    clerk = LastingClerk(ledger.database)
    yield clerk
    clerk.close()


@contextmanager
def load(ledger: Ledger, transport: RabbitTransport, dice: random.Random) -> Iterator[None]:
    """Orders come in and are relayed until the block ends; then everything is published."""
    stop, finished = threading.Event(), threading.Event()
    relay = Relay(ledger.database, "orders", transport, Ed25519PrivateKey.generate, ["project"])
    threads = [
        threading.Thread(target=take_orders, args=(ledger, dice, stop)),
        threading.Thread(target=relay.run, args=(finished,)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
        stop.set()
        threads[0].join()
        stored = ledger.query("select count(*) from event")
        eventually(lambda: ledger.query("select published from relay") == stored)
    finally:
        stop.set()
        finished.set()
        for thread in threads:
            thread.join()


def take_orders(ledger: Ledger, dice: random.Random, stop: threading.Event) -> None:
    shop, orders = Shop(), []
    while not stop.wait(dice.uniform(0, 0.01)):
        if not orders or dice.random() < 0.3:
            orders.append(shop.placed())
            ledger.store(orders[-1])
        else:
            order = dice.choice(orders[-20:]).originator_id
            ledger.store(*(shop.added(order, number=dice.randint(1, 3)) for _ in range(dice.randint(1, 4))))


def follow_to_the_end(kind: str, ledger: Ledger, clerk: LastingClerk, uri: str) -> None:
    handout = handing_out(ledger.log, uri)
    last = follower(kind, ledger.log, ledger.database, handout.share, handle=clerk.handle)
    head = ledger.log.head().position
    name = KINDS[kind].table.name
    while ledger.query("select position from read_model where name = %s", (name,)) != [(head,)]:
        handout.step(0.1)
        last.step(0.1)
    last.close()
    handout.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_follower_killed_at_this_point_takes_every_event_once(kind, point, ledger, clerk, vhost):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    dice = random.Random(seed)  # noqa: S311 - not a secret
    transport = RabbitTransport(vhost)
    transport.declare("orders", ["project"])
    clerk.install()

    with load(ledger, transport, dice):
        for _ in range(DEATHS):
            run_until_it_dies(follow_until_death, kind, ledger.database.dsn, vhost, point, dice.randint(1, 12))
    follow_to_the_end(kind, ledger, clerk, vhost)

    assert ledger.log.head().position > 10 * DEATHS
    assert Parking(ledger.database).list() == []
    assert compare(KINDS[kind], ledger.database, ledger.log).is_none
    if kind == "process":
        assert clerk.done() == expected_commands(ledger)


def expected_commands(ledger: Ledger) -> dict[str, str]:
    """What the process has to have done, folded from the whole log at once."""
    process, clerk = ThankAndRemind(), Clerk()
    fold = ReactingFold(process, Reactions(process, clerk.handle), {}, held=())
    digest = Digest(process)
    for page in ledger.log.read():
        fold.take(digest.ready(Run(*page)))
    return {key: repr(command) for key, command in clerk.done.items()}
