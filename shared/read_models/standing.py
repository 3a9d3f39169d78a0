"""Where each read model stands: the position its rows have reached, and the definition they were made by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from shared.postgres import Connection, Cursor, Database

_TABLES = """
create table if not exists read_model (
    name text primary key,
    position int8 not null,
    fingerprint text not null,
    rebuilt_at timestamptz not null default now(),
    moved_at timestamptz not null default now()
);
create table if not exists parked (
    model text not null,
    position int8 not null,
    originator_id uuid not null,
    originator_version int8 not null,
    type text not null,
    error text not null,
    attempts int4 not null default 1,
    parked_at timestamptz not null default now(),
    dropped_at timestamptz,
    primary key (model, position)
);
create table if not exists parking_deed (
    at timestamptz not null default now(),
    actor text not null,
    deed text not null,
    model text not null,
    originator_id uuid not null,
    positions int8[] not null
);
create index if not exists parking_deed_at on parking_deed (at);
create table if not exists rebuilding (
    model text primary key,
    pid int4 not null,
    stage text not null,
    done int8 not null,
    total int8 not null,
    began_at timestamptz not null default now(),
    told_at timestamptz not null default now()
);
"""

_READ = "select position, fingerprint, moved_at from read_model where name = %s"
_LOCK = _READ + " for update"
# Told to whoever listens when the transaction commits; see `channel_of`.
_ANNOUNCE = "pg_notify('caretrail_' || current_schema(), name || ' ' || position)"
_ADVANCE = f"""
update read_model set position = %s, moved_at = clock_timestamp() where name = %s
returning position, fingerprint, moved_at, {_ANNOUNCE}
"""
_MOVE = f"""
update read_model set position = %s, moved_at = clock_timestamp()
where name = %s and position = %s and fingerprint = %s and moved_at = %s
returning position, fingerprint, moved_at, {_ANNOUNCE}
"""
MOVED_HERE = "exists (select from read_model where name = %s and xmin = pg_current_xact_id()::xid)"
"""Whether the transaction has moved the model of this name itself: nothing may be written to its rows before."""
_TOUCH = "update read_model set moved_at = clock_timestamp() where name = %s"
_FORGET = "delete from read_model where name = %s"
_BEGIN = f"""
insert into read_model (name, position, fingerprint) values (%s, %s, %s)
on conflict (name) do update
set position = excluded.position, fingerprint = excluded.fingerprint, rebuilt_at = now(), moved_at = clock_timestamp()
returning {_ANNOUNCE}
"""


class Standing(NamedTuple):
    """One read model's position, the definition that made its rows, and when they changed last.

    As long as it is the same, so are the rows and what is parked.
    """

    position: int
    fingerprint: str
    moved_at: datetime


UNKNOWN = Standing(0, "", datetime.min.replace(tzinfo=UTC))
"""How a model stands for whoever has not looked yet."""


class ModelReplaced(RuntimeError):
    """Another release has rebuilt this read model under its own definition: this one must not write to it any more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"read model {name} was rebuilt by another release: stop this one, or rebuild with it")


def install(database: Database) -> None:
    """Create the tables in which the engine keeps account, as often as you like and from several processes at once."""
    with database.connect() as connection, connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('read models of ' || current_schema()))")
        connection.execute(_TABLES, prepare=False)


def standing_of(connection: Connection, name: str) -> Standing | None:
    """Where a read model stands; None before its first rebuild."""
    found = connection.execute(_READ, (name,)).fetchone()
    return None if found is None else Standing(*found)


def lock(connection: Connection, name: str) -> Standing | None:
    """The same, and nobody else moves or replaces the model before this transaction ends."""
    found = connection.execute(_LOCK, (name,)).fetchone()
    return None if found is None else Standing(*found)


def begin(connection: Connection, name: str, position: int, fingerprint: str) -> None:
    """Note, and announce, that the rows were made anew by this definition and stand at this position."""
    connection.execute(_BEGIN, (name, position, fingerprint))


def advance(connection: Connection, name: str, position: int) -> Standing:
    """Note, and announce, that the rows have changed and are at this position now; answers how they stand."""
    [(*found, _)] = connection.execute(_ADVANCE, (position, name)).fetchall()
    return Standing(*found)


def move(connection: Connection, name: str, known: Standing, position: int) -> Standing | None:
    """As `advance`, for a model that stands as is `known`; None where it stands otherwise, and is left so."""
    return moved_to(moving(connection, name, known, position))


def moving(connection: Connection, name: str, known: Standing, position: int) -> Cursor:
    """The first half of `move`, for a pipeline: the statement is on its way, and `moved_to` reads its answer."""
    return connection.execute(_MOVE, (position, name, *known))


def moved_to(answer: Cursor) -> Standing | None:
    """The second half: how the model stands; None where it stood otherwise, and was left so."""
    found = answer.fetchone()
    return None if found is None else Standing(*found[:-1])


def forget(connection: Connection, name: str) -> None:
    """Know nothing more of how rows of this name stood."""
    connection.execute(_FORGET, (name,))


def touch(connection: Connection, name: str) -> None:
    """Note that something else about a model has changed, for those who go by how it stood."""
    connection.execute(_TOUCH, (name,))


def channel_of(schema: str) -> str:
    """The channel on which the read models of a schema announce `<name> <position>`."""
    return f"caretrail_{schema}"
