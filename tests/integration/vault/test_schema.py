"""The vault's database: installed as often as one likes, and closed to everyone else."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from shared.vault import schema


def test_installing_again_or_at_the_same_moment_changes_nothing(database_dsn):
    with ThreadPoolExecutor(4) as threads:
        databases = list(threads.map(schema.install, [database_dsn] * 4))

    with databases[0].connect() as connection:
        assert connection.execute("select number from migration").fetchall() == [(1,), (10,)]
        assert connection.execute("select current_user").fetchone() == ("caretrail_vault",)


def test_another_role_of_the_same_server_may_not_even_connect(database_dsn, superuser):
    schema.install(database_dsn)
    superuser.execute("create role outsider login")
    try:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(make_conninfo(database_dsn, user="outsider"))
    finally:
        superuser.execute("drop role outsider")
