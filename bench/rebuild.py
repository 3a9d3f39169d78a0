"""A million events into the largest read model: our rebuild, against COPY and against the library's runner."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench import matching_log
from bench.figures import RUNS, Figure
from bench.library_runner import LibraryRun
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.family_cases import FamilyCases
from shared.read_models.rebuild import rebuild
from shared.store.log import Log
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Connection, Database
    from shared.read_models.model import ReadModel
    from tests.servers import PostgresServer, RabbitMQServer

EVENTS = 1_000_000
LIBRARY_EVENTS = 5_000
"""Enough for the library's runner: what is compared is events a second."""

_OUT = """
copy (select type, data, originator_id, originator_version, meta from event order by epoch, xid, id)
to stdout (format binary)
"""


def measure(postgres: PostgresServer, _: RabbitMQServer) -> list[Figure]:
    """Every speed is in events of the log; COPY takes the same event rows out and the same result rows in."""
    keys = MasterKeys({"bench": b"0" * 32}, "the benchmark")
    with tempfile.TemporaryDirectory(prefix="caretrail-") as directory, ExitStack() as closing:
        vault_database = vault_schema.install(postgres.new_database())
        vault = Vault(vault_database, keys, Path(directory) / "forgotten.jsonl")
        closing.callback(vault.close)
        database = matching_log.build(postgres.new_database(), EVENTS, vault_database, keys)
        log = Log(database, "matching")
        closing.callback(log.close)
        library = LibraryRun(postgres.new_database(), log, LIBRARY_EVENTS)
        # One round after the other, so that a machine that slows down slows all of them.
        rounds = [_round(database, log, vault, library) for _ in range(RUNS)]
        tails = [_round_with_tail(database, log) for _ in range(RUNS)]
    return [
        _figure(rounds, "rebuild: family_cases against COPY", "rebuilt", "copied", least=0.20),
        _figure(rounds, "rebuild: family_cases against the library's runner", "rebuilt", "library", least=40),
        _figure(rounds, "rebuild: clinic_worklist, sealed data opened, against COPY", "opened", "opened copied"),
        _figure(tails, "rebuild: family_cases, live tail arriving, against COPY", "rebuilt", "copied"),
    ]


def _round(database: Database, log: Log, vault: Vault, library: LibraryRun) -> dict[str, float]:
    family_cases, worklist = FamilyCases(), ClinicWorklist(vault)
    return {
        "rebuilt": _rebuild(family_cases, database, log),
        "copied": _copy(family_cases, database, log),
        "library": library.speed(),
        "opened": _rebuild(worklist, database, log),
        "opened copied": _copy(worklist, database, log),
    }


def _round_with_tail(database: Database, log: Log) -> dict[str, float]:
    """The log is longer after each."""
    return {
        "rebuilt": _rebuild_with_tail(FamilyCases(), database, log),
        "copied": _copy(FamilyCases(), database, log),
    }


def _rebuild(model: ReadModel[Any], database: Database, log: Log) -> float:
    began = time.perf_counter()
    rebuilt = rebuild(model, database, log)
    return rebuilt.position / (time.perf_counter() - began)


def _rebuild_with_tail(model: ReadModel[Any], database: Database, log: Log) -> float:
    """Another process goes on appending and settling stories until the new rows are in place."""
    context = get_context("spawn")
    stop, begun = context.Event(), context.Event()
    appender = context.Process(target=matching_log.go_on, args=(database, begun, stop))
    appender.start()
    begun.wait()
    try:
        return _rebuild(model, database, log)
    finally:
        stop.set()
        appender.join()


def _copy(model: ReadModel[Any], database: Database, log: Log) -> float:
    """The reference: all event rows out, the model's rows into a bare table of the same columns."""
    name = model.table.name
    with database.connect(statement_timeout="0") as connection:
        rows = list(_copied_out(connection, f"copy {name} to stdout (format binary)"))
        connection.execute(f"create table copied (like {name})".encode())
        began = time.perf_counter()
        for _ in _copied_out(connection, _OUT):
            pass
        with connection.cursor().copy(b"copy copied from stdin (format binary)") as copy:
            for row in rows:
                copy.write(row)
        seconds = time.perf_counter() - began
        connection.execute("drop table copied")
    return log.head().position / seconds


def _copied_out(connection: Connection, statement: str) -> Iterator[bytes]:
    with connection.cursor().copy(statement.encode()) as copy:
        for row in copy:
            yield bytes(row)


def _figure(
    rounds: list[dict[str, float]], name: str, measured: str, reference: str, *, least: float | None = None
) -> Figure:
    return Figure(
        name,
        measured=median(speeds[measured] for speeds in rounds),
        reference=median(speeds[reference] for speeds in rounds),
        ratio=median(speeds[measured] / speeds[reference] for speeds in rounds),
        least=least,
        note=f"{EVENTS:,} events",
    )
