"""Storing events one at a time, against bare prepared INSERTs of the same bytes by as many processes."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from multiprocessing import get_context
from secrets import token_bytes
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from bench import append_writers
from bench.figures import Figure, compare
from shared.store import schema
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Barrier

    from shared.postgres import Database
    from tests.servers import PostgresServer, RabbitMQServer

SECONDS = 1.0
WARM = 20
"""Events that each writer stores before the clock starts."""


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Figure]:  # noqa: ARG001 - every measurement gets both
    """One event an append, on the disk as it is and with a flush of a simulated millisecond."""
    disk, slow = _parcels(postgres), _parcels(postgres)
    _slow_down_flushes(slow)
    return [
        *(_by_processes(disk, writers, least) for writers, least in ((1, 0.50), (8, None), (16, 0.40))),
        *(_by_processes(slow, writers, 0.85, ", 1 ms flush") for writers in (1, 8, 16)),
        *(_by_callers(slow, callers, least) for callers, least in ((20, 8.0), (100, 16.0))),
        _sealed(postgres, disk),
        *(_by_the_library(disk, writers) for writers in (1, 16)),
        _by_the_library(slow, 16, ", 1 ms flush"),
    ]


def _by_processes(database: Database, writers: int, least: float | None, flush: str = "") -> Figure:
    return compare(
        f"append: writers {writers}{flush}",
        partial(_speed, database, append_writers.stored, writers),
        partial(_speed, database, append_writers.raw, writers),
        least=least,
    )


def _by_callers(database: Database, callers: int, least: float) -> Figure:
    return compare(
        f"append: callers {callers} in one process, 1 ms flush",
        partial(_green_speed, database, callers),
        partial(_speed, database, append_writers.raw, 1),
        least=least,
        note="against one raw writer",
    )


def _sealed(postgres: PostgresServer, database: Database) -> Figure:
    vault = vault_schema.install(postgres.new_database())
    keys = MasterKeys({"bench": token_bytes(32)}, "the benchmark")
    sealed = partial(append_writers.sealed, vault_database=vault, keys=keys)
    return compare(
        "append: three fields sealed",
        partial(_speed, database, sealed, 1),
        partial(_speed, database, append_writers.plain, 1),
        least=0.75,
        note="against the same event in plain text",
    )


def _by_the_library(database: Database, writers: int, flush: str = "") -> Figure:
    append_writers.create_library_table(database)
    return compare(
        f"append: writers {writers}{flush}, the library's recorder",
        partial(_speed, database, append_writers.library, writers),
        partial(_speed, database, append_writers.raw, writers),
        note="for comparison",
    )


def _parcels(postgres: PostgresServer) -> Database:
    database = schema.install(postgres.new_database(), "parcels")
    with database.connect() as connection:
        connection.execute(append_writers.RAW_TABLE)
    return database


def _slow_down_flushes(database: Database) -> None:
    """Every commit waits a millisecond for others before it flushes, as a disk of a data centre would make it."""
    with psycopg.connect(database.dsn, autocommit=True) as admin:
        name = sql.Identifier(admin.info.dbname)
        admin.execute(sql.SQL("alter database {} set commit_delay = 1000").format(name))
        admin.execute(sql.SQL("alter database {} set commit_siblings = 0").format(name))


def _speed(database: Database, writer: Callable[[Database], append_writers.Step], writers: int) -> float:
    """Events a second that so many processes store together."""
    with database.connect() as connection:
        connection.execute("truncate event, raw_event")
    fork = get_context("fork")
    start, results = fork.Barrier(writers), fork.SimpleQueue()
    work = partial(_work, database, writer, start, results.put)
    processes = [fork.Process(target=work) for _ in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert all(process.exitcode == 0 for process in processes)
    return float(sum(results.get() for _ in processes))


def _work(
    database: Database,
    writer: Callable[[Database], append_writers.Step],
    start: Barrier,
    report: Callable[[float], None],
) -> None:
    step = writer(database)
    for _ in range(WARM):
        step()
    start.wait(timeout=60)
    began = now = time.perf_counter()
    count = 0
    while now < began + SECONDS:
        step()
        count += 1
        now = time.perf_counter()
    report(count / (now - began))


def _green_speed(database: Database, callers: int) -> float:
    """Events a second that so many green threads of one process store; eventlet wants a process of its own."""
    command = [sys.executable, "-m", "bench.append_callers", database.dsn, database.schema, str(database.role)]
    command += [str(callers), str(SECONDS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - our own
