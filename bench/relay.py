"""The relay: from the store to a quorum queue with confirms, against publishing the same bytes from memory."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.figures import Figure, compare
from shared.relay.relay import Relay
from shared.relay.sequencer import Sequencer
from shared.store import schema
from shared.transport.rabbitmq import RabbitTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Database
    from tests.servers import PostgresServer, RabbitMQServer

CONTEXT = "parcels"
CONSUMER = "tracker"
EVENTS = 40_000
WINDOW = 1000
PAGE = 500

_INSERT = """
insert into event (originator_id, originator_version, type, data, meta)
select id, 1, 'parcels.ParcelPosted.v1', %b, %b from unnest(%s::uuid[]) as given (id)
"""
_DATA = json.dumps({"originator_id": str(uuid4()), "number": "P1", "contact": {"box": "x" * 300}}).encode()
_META = b',"subject":"P1","time":"2025-02-18T10:00:00Z","correlationid":"' + b"c" * 36 + b'","actorrole":"parent"'


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Figure]:
    """Both publish to a quorum queue and the log stream, at most 1000 messages ahead of their confirms."""
    database = _a_log(postgres)
    bodies = list(_bodies(database))

    def relayed() -> float:
        with database.connect() as connection:
            connection.execute("update relay set published = 0")
            connection.execute("truncate page, checkpoint")
        return EVENTS / _relay(database, _fresh_broker(rabbitmq))

    def published_bare() -> float:
        return EVENTS / _publish_bare(bodies, _fresh_broker(rabbitmq))

    note = f"{EVENTS:,} events of {len(bodies[0])} bytes, window {WINDOW}"
    return [compare("relay: store to quorum queue", relayed, published_bare, least=0.75, note=note)]


def _relay(database: Database, transport: RabbitTransport) -> float:
    """Seconds for a relay to settle, store, publish and remember everything in the store."""
    stop = threading.Event()
    published = 0

    def count(name: str) -> None:
        nonlocal published
        if name == "after sequencing":
            published += PAGE
        if published >= EVENTS:
            stop.set()

    key = Ed25519PrivateKey.generate()
    relay = Relay(database, CONTEXT, transport, lambda: key, consumers=[CONSUMER], milestone=count)
    began = time.perf_counter()
    relay.run(stop)
    return time.perf_counter() - began


def _publish_bare(bodies: list[bytes], transport: RabbitTransport) -> float:
    """Seconds to publish bytes that are in memory already."""
    began = time.perf_counter()
    publisher = transport.publisher(CONTEXT)
    for body in bodies:
        publisher.publish("ParcelPosted", body)
    publisher.settle()
    publisher.close()
    return time.perf_counter() - began


def _a_log(postgres: PostgresServer) -> Database:
    database = schema.install(postgres.new_database(), CONTEXT)
    with database.connect() as connection:
        for _ in range(EVENTS // PAGE):
            connection.execute(_INSERT, (_DATA, _META, [uuid4() for _ in range(PAGE)]))
        connection.execute("analyze event")
    return database


def _bodies(database: Database) -> Iterator[bytes]:
    with database.connect() as connection:
        sequencer = Sequencer(connection, CONTEXT, generation=0, page_size=PAGE)
        while (page := sequencer.next_page()) is not None:
            yield from (body for _, body in page.messages)


def _fresh_broker(rabbitmq: RabbitMQServer) -> RabbitTransport:
    transport = RabbitTransport(rabbitmq.new_vhost(), window=WINDOW)
    transport.declare(CONTEXT, [CONSUMER])
    return transport
