"""A million events replayed and compared with the live rows: how fast, within how much memory, and what the cost is of.

Each replay is a process of its own, as it is for an operator, so that its memory is its own.
"""

from __future__ import annotations

import resource
import time
from multiprocessing import get_context
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench import matching_log
from bench.figures import Figure, Limit
from services.matching.read_models.family_cases import FamilyCases
from shared.read_models.rebuild import rebuild
from shared.read_models.replay.causes import Telling, caused
from shared.read_models.replay.differences import Differences
from shared.read_models.replay.folding import OwnCode
from shared.read_models.replay.replaying import live_rows, replay_beside_live, replayed_rows
from shared.read_models.replay.scratch import Origin, Scratch
from shared.store.log import Log

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from shared.postgres import Database
    from tests.servers import PostgresServer, RabbitMQServer

EVENTS = 1_000_000
TENTH = EVENTS // 10
LEAST_A_SECOND = 150_000
MOST_MEGABYTES = 1_000
RUNS = 3
_SPOILED = "update family_cases set county = '?' where ctid in (select ctid from family_cases limit 20)"


class Run(NamedTuple):
    """One replay: the whole time it took, what of it was work of this process, and the most memory it held."""

    seconds: float
    worked: float
    megabytes: float


def measure(postgres: PostgresServer, _: RabbitMQServer) -> list[Figure | Limit]:
    """The speed is in events of the log, with the comparison and the causes of twenty rows that were spoiled."""
    large, small = (_spoiled(postgres, events) for events in (EVENTS, TENTH))
    runs = [(_replayed(large), _replayed(small)) for _ in range(RUNS)]
    speed = median(EVENTS / one.seconds for one, _ in runs)
    dear = median(TENTH / few.seconds for _, few in runs)
    note = f"{EVENTS:,} events, with the causes of what differs"
    return [
        Limit("replay: family_cases and its differences", speed, unit="events/s", least=LEAST_A_SECOND, note=note),
        Limit("replay: memory", max(one.megabytes for one, _ in runs), MOST_MEGABYTES, unit="MB", note=note),
        Figure("replay: ten times as many, a tenth of them", speed, dear, speed / dear, least=0.8, note=note),
    ]


def _spoiled(postgres: PostgresServer, events: int) -> Database:
    database = matching_log.build(postgres.new_database(), events)
    log = Log(database, "matching")
    rebuild(FamilyCases(), database, log)
    log.close()
    with database.connect() as connection:
        connection.execute(_SPOILED)
    return database


def _replayed(database: Database) -> Run:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_replay, args=(database, there))
    process.start()
    run: Run = here.recv()
    process.join()
    return run


def _replay(database: Database, answer: Connection) -> None:
    began, worked = time.perf_counter(), time.process_time()
    log = Log(database, "matching")
    scratch, folder = Scratch(database), OwnCode(FamilyCases(), log, frozenset())
    with replay_beside_live(database, scratch, folder, Origin("matching", log.incarnation())) as beside:
        tables = live_rows(database, folder.definition), replayed_rows(scratch, beside.replay)
        differences = Differences.between(beside.connection, *tables)
    with differences:
        telling = Telling(folder, beside.live_position)
        found = [row.position for row in caused(differences, telling, telling)]
    assert len(found) == 20
    assert None not in found
    seconds, work = time.perf_counter() - began, time.process_time() - worked
    scratch.drop(beside.replay)
    answer.send(Run(seconds, work, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))
