"""Proving a log where it lives, and in an archive: every event hashed, held against its class and signed for."""

from __future__ import annotations

import time
from dataclasses import astuple
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import matching_log
from bench.figures import RUNS, Limit
from shared.archive.extent import Selection
from shared.archive.verifier import Archive, Verification
from shared.archive.writing import Belongings, begin, export
from shared.blobs import BlobStore
from shared.events import published_by
from shared.relay.checkpoints import Signer, key_id_of
from shared.relay.contents import Contents, flaw_in
from shared.relay.sequencer import SettledPages
from shared.relay.verify import verify_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.postgres import Database
    from tests.servers import PostgresServer, RabbitMQServer

CONTEXT = "matching"
EVENTS = 300_000
SIGNED_EVERY = 1000
LEAST = 200_000
"""Events that one core is to prove a second."""

_SIGN = "insert into checkpoint (position, hash, key_id, signature) values (%s, %s, %s, %s)"


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """Both prove the same log of matching in one process, one event after the other."""
    database = matching_log.build(postgres.new_database(), EVENTS)
    key = Ed25519PrivateKey.generate()
    keys = {key_id_of(key.public_key()): key.public_key()}
    _sign(database, key)
    with TemporaryDirectory() as folder:
        blobs = BlobStore(Path(folder) / "blobs")
        archive = _exported(database, Path(folder) / "archive", blobs)
        check = partial(Contents, published_by(CONTEXT))
        live = partial(verify_log, database, CONTEXT, keys)
        return [
            _speed("verify: a live log", lambda: live(check(flaw_in(blobs)))),
            _speed("verify: an archive", lambda: archive.verify(CONTEXT, keys, check(archive.flaw_of_blob))),
        ]


def _speed(name: str, prove: Callable[[], Verification]) -> Limit:
    speeds = []
    for _ in range(RUNS):
        began = time.process_time()
        found = prove()
        speeds.append(EVENTS / (time.process_time() - began))
        assert found == Verification(positions=EVENTS, signed=EVENTS)
    return Limit(name, median(speeds), least=LEAST, unit="events/s", note=f"{EVENTS:,} events, by processor seconds")


def _sign(database: Database, key: Ed25519PrivateKey) -> None:
    with database.connect() as connection:
        pages = SettledPages(connection, CONTEXT)
        signer = Signer(lambda: key, CONTEXT, pages.incarnation)
        for page in pages.pages_after(0):
            if page.end.position % SIGNED_EVERY == 0:
                connection.execute(_SIGN, astuple(signer.sign(page.end.position, page.end.hash)))


def _exported(database: Database, folder: Path, blobs: BlobStore) -> Archive:
    begun = begin(folder, Selection([CONTEXT]), "bench", datetime.now(UTC))
    belongings = Belongings(blobs, {}, lambda _: {})
    export(folder, begun, {CONTEXT: database}, belongings, lambda *_: None)
    return Archive(folder)
