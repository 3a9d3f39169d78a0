"""Exporting a log into an archive: how fast, and within how much memory, however long the log is.

Each export is a process of its own, as it is for an operator, so that its memory is its own.
"""

from __future__ import annotations

import resource
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from bench import matching_log
from bench.figures import Limit
from shared.archive.extent import Selection
from shared.archive.writing import Belongings, begin, export
from shared.blobs import BlobStore

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from shared.postgres import Database
    from tests.servers import PostgresServer, RabbitMQServer

CONTEXT = "matching"
EVENTS = 300_000
TENTH = EVENTS // 10
LEAST_A_SECOND = 100_000
MOST_MORE_MEGABYTES = 15
"""Of a log ten times as long: what the list of files takes, and no more."""
RUNS = 3


class Run(NamedTuple):
    """One export: the whole time it took, what of it was work of this process, and the most memory it held."""

    seconds: float
    worked: float
    megabytes: float


def measure(postgres: PostgresServer, _: RabbitMQServer) -> list[Limit]:
    """A log of matching, whole, with all that lies beside its events."""
    large, small = (matching_log.build(postgres.new_database(), events) for events in (EVENTS, TENTH))
    runs = [(_exported(large), _exported(small)) for _ in range(RUNS)]
    speed = median(EVENTS / one.seconds for one, _ in runs)
    worked = median(EVENTS / one.worked for one, _ in runs)
    more = median(one.megabytes - few.megabytes for one, few in runs)
    note = f"{EVENTS:,} events"
    return [
        Limit("archive: export", speed, unit="events/s", least=LEAST_A_SECOND, note=note),
        Limit("archive: export, by processor seconds", worked, unit="events/s", note=f"{note}, without PostgreSQL's"),
        Limit("archive: memory", max(one.megabytes for one, _ in runs), unit="MB", note=note),
        Limit("archive: more memory than a tenth", more, MOST_MORE_MEGABYTES, unit="MB", note=note),
    ]


def _exported(database: Database) -> Run:
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_export, args=(database, theirs))
    process.start()
    run: Run = ours.recv()
    process.join()
    return run


def _export(database: Database, answer: Connection) -> None:
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        belongings = Belongings(BlobStore(Path(folder) / "blobs"), {}, lambda _: {})
        began, began_to_work = time.perf_counter(), time.process_time()
        begun = begin(archive, Selection([CONTEXT]), "bench", datetime.now(UTC))
        export(archive, begun, {CONTEXT: database}, belongings, lambda *_: None)
        seconds, worked = time.perf_counter() - began, time.process_time() - began_to_work
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer.send(Run(seconds, worked, kilobytes / 1024))
