"""One schema and one database role for each context."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from shared import migrations
from shared.postgres import Database
from shared.store import schema
from tests.controls.parcels import cause, posted

pytestmark = pytest.mark.postgres


def test_installing_again_changes_nothing(database_dsn):
    database = schema.install(database_dsn, "parcels")
    with database.connect() as connection:
        before = connection.execute("select incarnation, epoch from log").fetchall()
        assert schema.install(database_dsn, "parcels") == database
        assert connection.execute("select incarnation, epoch from log").fetchall() == before


def test_two_processes_may_install_at_once(database_dsn):
    with ThreadPoolExecutor(8) as pool:
        contexts = ["parcels", "letters"] * 4
        databases = list(pool.map(lambda context: schema.install(database_dsn, context), contexts))

    for database in databases:
        with database.connect() as connection:
            assert connection.execute("select count(*) from log").fetchall() == [(1,)]


def test_two_databases_of_a_server_may_get_the_same_context_at_once(postgres_server):
    dsns = [postgres_server.new_database() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        databases = list(pool.map(lambda dsn: schema.install(dsn, "telegrams"), dsns))

    for database in databases:
        with database.connect() as connection:
            assert connection.execute("select count(*) from log").fetchall() == [(1,)]
    for dsn in dsns:
        postgres_server.drop_database(dsn)


def test_a_context_cannot_touch_what_another_keeps(database_dsn):
    schema.install(database_dsn, "parcels")
    letters = schema.install(database_dsn, "letters")
    with letters.connect() as connection:
        for forbidden in (
            "select * from parcels.event",
            "insert into parcels.reservation values ('shelf', '1', gen_random_uuid())",
            "create table parcels.mine ()",
            "create schema others",
            "create role other",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_a_connection_works_in_its_schema_as_its_role_within_limits(database):
    with database.connect(statement_timeout="7s", name="counting") as connection:
        shown = connection.execute(
            "select current_user, current_schema, current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'),"
            " current_setting('timezone')"
        ).fetchall()

    assert shown == [("caretrail_parcels", "parcels", "7s", "15s", "counting", "UTC")]


def test_options_of_the_dsn_are_kept(database):
    with_options = Database(f"{database.dsn} options='-c work_mem=5MB'", database.schema, database.role)
    with with_options.connect() as connection:
        shown = connection.execute("select current_setting('work_mem'), current_schema").fetchall()

    assert shown == [("5MB", "parcels")]


@pytest.mark.parametrize("name", ["", "Parcels", "parcels; drop table event", "1st"])
def test_a_context_is_named_in_lower_case(database_dsn, name):
    with pytest.raises(ValueError, match="lower-case"):
        schema.install(database_dsn, name)


def test_another_context_reads_the_log_and_nothing_else(office, database_dsn):
    parcel = posted("P1")
    office.append(parcel, cause=cause())
    reader = schema.readable(database_dsn, "parcels")
    with reader.connect() as connection:
        assert connection.execute("select originator_id from event").fetchall() == [(parcel.id,)]
        for statement in ("select * from answer", "select * from reservation", "delete from event"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


@pytest.fixture
def who_only_runs(database_dsn):
    """A login that was let into the schema of parcels, and may make nothing of its own."""
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        for role in ("caretrail_parcels", migrations.reader_of("parcels")):
            migrations.create_role(connection, role)
        connection.execute("create role porter login in role caretrail_parcels")
    yield f"{database_dsn} user=porter"
    with psycopg.connect(database_dsn, autocommit=True) as connection:
        connection.execute("drop role porter")


def test_who_only_runs_finds_what_was_installed(database_dsn, who_only_runs):
    schema.install(database_dsn, "parcels")

    with schema.install(who_only_runs, "parcels").connect() as connection:
        assert connection.execute("select current_user").fetchall() == [("caretrail_parcels",)]


def test_who_only_runs_is_told_who_has_to_install(database_dsn, who_only_runs):
    with pytest.raises(migrations.NotInstalled, match="run `caretrail install` as the user who may"):
        schema.install(who_only_runs, "parcels")

    with schema.install(database_dsn, "parcels").connect() as connection:
        connection.execute("delete from migration where number = (select max(number) from migration)")
    with pytest.raises(migrations.NotInstalled, match="the tables of parcels are not all there"):
        schema.install(who_only_runs, "parcels")
