"""Sessions checked at one desk, as a service does at every request: each check reads the row as it is then."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from bench.figures import Figure, compare
from services.identity.application.accounts.tables import install
from shared.store import schema as store_schema

if TYPE_CHECKING:
    from shared.postgres import Database
    from tests.servers import PostgresServer, RabbitMQServer

CALLERS = 20
SECONDS = 3.0
PROMISED = 5_000.0
"""Checks a second in one process, on any machine that a service runs on."""


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Figure]:  # noqa: ARG001 - every measurement gets both
    """The reference is the promise itself."""
    dsn = postgres.new_database()
    database = store_schema.install(dsn, "identity")
    install(database)
    return [
        compare(
            f"sessions: checked, {CALLERS} callers",
            lambda: _speed(database),
            lambda: PROMISED,
            least=1.0,
            unit="checks/s",
            note="against the promise; green threads in one process",
            runs=3,
        )
    ]


def _speed(database: Database) -> float:
    where = (database.dsn, database.schema, str(database.role))
    program = [sys.executable, "-W", "ignore", "-m", "bench.session_callers", *where, str(CALLERS), str(SECONDS)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return float(done.stdout)
