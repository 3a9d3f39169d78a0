"""The schema, the database role and the tables of one context, brought up to date by numbered migrations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from shared.postgres import Database

if TYPE_CHECKING:
    from psycopg.abc import QueryNoTemplate

_MIGRATIONS = Path(__file__).parent / "migrations"
_CONTEXT = re.compile(r"[a-z][a-z_]*")

# Roles belong to the whole server, and another database may be installing the same one at this moment.
_CREATE_ROLE = """
do $$ begin
    create role {role} nologin;
    grant {role} to current_user;
exception when duplicate_object or unique_violation then null;
end $$
"""

# A relay may see how long the oldest write transaction of the server has run, but nothing else of other contexts.
_HORIZON_AGE = """
create or replace function horizon_age() returns double precision
language sql stable security definer set search_path = pg_catalog as $$
    select coalesce(extract(epoch from clock_timestamp() - min(started)), 0)
    from (
        select xact_start from pg_stat_activity where backend_xid is not null
        union all
        select prepared from pg_prepared_xacts
    ) as writing (started)
$$
"""


def install(admin_dsn: str, context: str) -> Database:
    """Create or update a context's schema, role and tables, as often as you like and from several processes at once.

    `admin_dsn` names a user who may create roles and schemas. A context is named in lower case, like `matching`.
    """
    if not _CONTEXT.fullmatch(context):
        raise ValueError(f"{context!r} is not a name for a context: lower-case letters and underscores")
    role = f"caretrail_{context}"
    with psycopg.connect(admin_dsn, application_name="caretrail install") as connection:
        connection.execute("select pg_advisory_xact_lock(hashtext('caretrail install'), hashtext(%s))", (context,))
        create_role(connection, role)
        connection.execute(_named("create schema if not exists {} authorization {}", context, role))
        connection.execute(_named("set local search_path to {}", context))
        connection.execute(_HORIZON_AGE)
        connection.execute(_named("set local role {}", role))
        _migrate(connection)
    return Database(admin_dsn, context, role)


def create_role(connection: psycopg.Connection[tuple[object, ...]], role: str) -> None:
    """Make the database role where it is missing: a dump of one database does not carry it."""
    if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is None:
        connection.execute(_named(_CREATE_ROLE.replace("{role}", "{0}"), role))


def _migrate(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute(
        "create table if not exists migration (number int primary key, name text not null,"
        " at timestamptz not null default now())"
    )
    done = {number for (number,) in connection.execute("select number from migration")}
    for script in sorted(_MIGRATIONS.glob("*.sql")):
        number, _, name = script.stem.partition("_")
        if int(number) not in done:
            connection.execute(script.read_bytes(), prepare=False)
            connection.execute("insert into migration (number, name) values (%s, %s)", (int(number), name))


def _named(template: str, *names: str) -> QueryNoTemplate:
    return sql.SQL(template).format(*map(sql.Identifier, names))
