"""Connections that several callers share: what a restart of the server breaks is replaced at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from shared.postgres import Connections, Database

pytestmark = pytest.mark.postgres

_CALLERS = 8


def test_one_broken_connection_tells_of_the_idle_ones_too(database_dsn):
    shared = Connections(Database(database_dsn, "public"), name="shared by callers")
    together = Barrier(_CALLERS)
    with ThreadPoolExecutor(_CALLERS) as callers:
        list(callers.map(lambda _: shared.lend(lambda __: together.wait()), range(_CALLERS)))
    with psycopg.connect(database_dsn, autocommit=True) as superuser:
        superuser.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'shared by callers'"
        )

    attempts = []

    def work(connection):
        attempts.append(connection)
        return connection.execute("select 1").fetchone()

    assert shared.lend(work) == (1,)
    assert len(attempts) == 2
    shared.close()
