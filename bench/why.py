"""How long an auditor waits for why a row is so, on a log of a million events, once it has been looked through."""

from __future__ import annotations

import time
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from bench import matching_log
from bench.figures import RUNS, Limit
from services.matching.read_models.family_cases import FamilyCases
from shared.inspection.why import Asked, Inspector
from shared.read_models.rebuild import rebuild
from shared.store.log import Log
from tests.controls import events as examples

if TYPE_CHECKING:
    from uuid import UUID

    from bench.figures import Figure
    from shared.inspection.why import Why
    from shared.postgres import Connection
    from tests.servers import PostgresServer, RabbitMQServer

EVENTS = 1_000_000
OF_A_ROW = 1_000
"""Events that touch the row that is asked about; a row that no story of the log's is as long as."""

_ANY_CASE = "select originator_id from event where originator_version = 9 limit 1"
"""One whose story is over."""

_META = b',"time":"2025-02-18T08:21:00Z","correlationid":"bench","actorrole":"parent"'
_INSERT = "insert into event (originator_id, originator_version, type, data, meta) values (%s, %s, %s, %s, %s)"


def measure(postgres: PostgresServer, _: RabbitMQServer) -> list[Figure | Limit]:
    """The first question looks through the whole log; each further one reads the events of its row."""
    with ExitStack() as closing:
        database = matching_log.build(postgres.new_database(), EVENTS)
        log = Log(database, "matching")
        closing.callback(log.close)
        connection = closing.enter_context(database.connect(statement_timeout="0"))
        case = _lengthened(connection)
        model = FamilyCases()
        rebuild(model, database, log)
        inspector = Inspector("matching", model, log, connection)
        began = time.perf_counter()
        inspector.index.catch_up()
        looked_through = log.head().position / (time.perf_counter() - began)
        waits, found = [], None
        for _run in range(RUNS):
            began = time.perf_counter()
            inspector.index.catch_up()
            found = inspector.why(Asked(str(case)))
            waits.append((time.perf_counter() - began) * 1000)
    note = f"{EVENTS:,} events"
    return [
        Limit(f"why: a row of {_touched(found):,} events", median(waits), most=200, note=note),
        Limit("why: first look through the log", looked_through, unit="events/s", note=note),
    ]


def _lengthened(connection: Connection) -> UUID:
    """A case whose contact was changed so often that it has so many events, all of them settled."""
    [(case,)] = connection.execute(_ANY_CASE).fetchall()
    changes = (
        examples.contact_changed(originator_id=case, originator_version=version)
        for version in range(matching_log.STEPS, OF_A_ROW + 1)
    )
    with connection.cursor() as cursor:
        rows = [(case, one.originator_version, one.TOPIC, msgspec.json.encode(one), _META) for one in changes]
        cursor.executemany(_INSERT, rows)
    for _ in matching_log.settle(connection):
        pass
    found: UUID = case
    return found


def _touched(found: Why | None) -> int:
    return found.touched if found is not None else 0
