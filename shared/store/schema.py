"""The schema, the database role and the tables of one context, brought up to date by numbered migrations."""

from __future__ import annotations

import re
from pathlib import Path

from shared import migrations
from shared.postgres import Database

_MIGRATIONS = Path(__file__).parent / "migrations"
_READABLE = ("event", "page", "log", "checkpoint")
_CONTEXT = re.compile(r"[a-z][a-z_]*")

# A relay may see how long the oldest write transaction of the server has run, but nothing else of other contexts.
_HORIZON_AGE = b"""
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
    return migrations.install(admin_dsn, context, _MIGRATIONS, as_admin=_HORIZON_AGE, readable=_READABLE)


def readable(dsn: str, context: str) -> Database:
    """A context's log as others may read it: its events and their order. `dsn` names a member of the reading role.

    It is there once the context itself has been installed.
    """
    return Database(dsn, context, migrations.reader_of(context))
