"""A schema of its own with a database role of its own, brought up to date by numbered SQL scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from shared.postgres import Database

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from psycopg.abc import QueryNoTemplate

# Roles belong to the whole server, and another database may be installing the same one at this moment.
_CREATE_ROLE = """
do $$ begin
    create role {0} nologin;
    grant {0} to current_user;
exception when duplicate_object or unique_violation then null;
end $$
"""


class NotInstalled(RuntimeError):
    """A user who may make nothing does not find what this release needs."""

    def __init__(self, schema: str) -> None:
        super().__init__(
            f"the tables of {schema} are not all there, or not open to this user, who may not make them: "
            f"run `caretrail install` as the user who may"
        )


def install(
    admin_dsn: str, schema: str, scripts: Path, *, as_admin: bytes = b"", readable: Collection[str] = ()
) -> Database:
    """Create or update a schema and its role `caretrail_<schema>`, as often as you like and from several processes.

    `admin_dsn` names a user who may create both; for one who may create nothing in this database, raises `NotInstalled`
    unless all is there already. `as_admin` are statements that the former runs in the schema each time; the `*.sql`
    files in `scripts` run once each, by number, as the schema's own role. The role `reader_of(schema)` may read the
    tables `readable`, and nothing else.
    """
    role = f"caretrail_{schema}"
    database = Database(admin_dsn, schema, role)
    with psycopg.connect(admin_dsn, application_name="caretrail install") as connection:
        if not _may_create(connection):
            _demand_installed(connection, schema, scripts)
            return database
        connection.execute("select pg_advisory_xact_lock(hashtext('caretrail install'), hashtext(%s))", (schema,))
        create_role(connection, role)
        connection.execute(_named("create schema if not exists {} authorization {}", schema, role))
        connection.execute(_named("set local search_path to {}", schema))
        if readable:
            create_role(connection, reader_of(schema))
        if as_admin:
            connection.execute(as_admin, prepare=False)
        connection.execute(_named("set local role {}", role))
        _migrate(connection, scripts)
        if readable:
            _let_read(connection, schema, readable)
    return database


def reader_of(schema: str) -> str:
    """The database role of those who may read what a schema shows to others."""
    return f"caretrail_{schema}_reader"


def create_role(connection: psycopg.Connection[tuple[object, ...]], role: str) -> None:
    """Make the database role where it is missing: a dump of one database does not carry it."""
    if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is None:
        connection.execute(_named(_CREATE_ROLE, role))


def _may_create(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    allowed = connection.execute("select has_database_privilege(current_database(), 'create')").fetchone()
    return allowed == (True,)


def _demand_installed(connection: psycopg.Connection[tuple[object, ...]], schema: str, scripts: Path) -> None:
    try:
        done = connection.execute(_named("select number from {}.migration", schema)).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, psycopg.errors.InsufficientPrivilege):
        raise NotInstalled(schema) from None
    if {_number(script) for script in scripts.glob("*.sql")} - {number for (number,) in done}:
        raise NotInstalled(schema)


def _number(script: Path) -> int:
    return int(script.stem.partition("_")[0])


def _migrate(connection: psycopg.Connection[tuple[object, ...]], scripts: Path) -> None:
    connection.execute(
        "create table if not exists migration (number int primary key, name text not null,"
        " at timestamptz not null default now())"
    )
    done = {number for (number,) in connection.execute("select number from migration")}
    for script in sorted(scripts.glob("*.sql")):
        if _number(script) not in done:
            connection.execute(script.read_bytes(), prepare=False)
            name = script.stem.partition("_")[2]
            connection.execute("insert into migration (number, name) values (%s, %s)", (_number(script), name))


def _let_read(connection: psycopg.Connection[tuple[object, ...]], schema: str, tables: Collection[str]) -> None:
    reader = reader_of(schema)
    connection.execute(_named("grant usage on schema {} to {}", schema, reader))
    for table in tables:
        connection.execute(_named("grant select on {} to {}", table, reader))


def _named(template: str, *names: str) -> QueryNoTemplate:
    return sql.SQL(template).format(*map(sql.Identifier, names))
