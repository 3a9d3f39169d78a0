"""Where replays lie: a schema beside the context's own, filled as a role that may write nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from shared import migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Connection, Database

KEPT = timedelta(days=7)
"""How old a replay becomes before the next one drops it."""

_MIGRATIONS = Path(__file__).parent / "migrations"

_COLUMNS = "number, model, log, incarnation, archive, code, fingerprint, hidden, position, parked, begun_at, made_at"
_BEGIN = f"""
insert into replay (model, log, incarnation, archive, code, fingerprint, hidden, position, parked)
values (%s, %s, %s, %s, %s, %s, %s, 0, 0) returning {_COLUMNS}
"""
_STANDS = f"""
update replay set position = %s, parked = %s, made_at = coalesce(made_at, now()) where number = %s returning {_COLUMNS}
"""
_LIST = f"select {_COLUMNS} from replay where made_at is not null order by number"
_ONE = f"select {_COLUMNS} from replay where made_at is not null and number = %s"
_FORGET = "delete from replay where number = %s"
# Old ones, and what somebody began who is gone.
_OVER = f"""
select {_COLUMNS} from replay
where coalesce(made_at, begun_at) < now() - %s::interval or made_at is null
"""
_HOLD = "select pg_advisory_lock(hashtext('replay in ' || current_schema()), %s::int4)"
_TRY_TO_HOLD = "select pg_try_advisory_lock(hashtext('replay in ' || current_schema()), %s::int4)"
_LET_GO = "select pg_advisory_unlock(hashtext('replay in ' || current_schema()), %s::int4)"


class Origin(NamedTuple):
    """What a replay is made of: the log of a context in one of its lives, or an archive of it, and a revision's code.

    `archive` and `code` are empty where it is the live log, and this release's own code.
    """

    log: str
    incarnation: str
    archive: str = ""
    code: str = ""


class Definition(NamedTuple):
    """By what definition rows were made, and which of their columns nobody is shown."""

    model: str
    fingerprint: str
    hidden: tuple[str, ...]


class Replay(NamedTuple):
    """One replay: what it was made of, the position that its rows are as of, and how many events it had to leave."""

    number: int
    model: str
    log: str
    incarnation: str
    archive: str
    code: str
    fingerprint: str
    hidden: list[str]
    position: int
    parked: int
    begun_at: datetime
    made_at: datetime | None

    @property
    def table(self) -> str:
        """The name of its table in the scratch schema."""
        return f"{self.model}_{self.number}"


class NoSuchReplay(LookupError):
    """There is no replay of this number, or it was dropped."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no replay {number} any more: `caretrail replay --list` shows those there are")


def scratch_schema(context: str) -> str:
    """The name of the schema in which replays of a context's models lie."""
    return f"{context}_replay"


def scratch_of(live: Database) -> Database:
    """The scratch schema of a context, installed. Its role owns everything in it and has no right to anything else."""
    schema = scratch_schema(live.schema)
    # Whoever owns the live tables may look at the scratch ones, to compare them.
    let_read = f"""
        grant usage on schema "{schema}" to "{live.role}";
        alter default privileges for role "caretrail_{schema}" in schema "{schema}"
        grant select on tables to "{live.role}"
    """
    return migrations.install(live.dsn, schema, _MIGRATIONS, as_admin=let_read.encode())


class Scratch:
    """The replays of one context: made, listed and dropped. Each has a table of its own, `Replay.table`."""

    def __init__(self, live: Database) -> None:
        self.database = scratch_of(live)

    @contextmanager
    def new(self, definition: Definition, origin: Origin) -> Iterator[tuple[Connection, Replay]]:
        """A replay to be filled, and a connection to do it; where the block ends with an exception nothing stays."""
        self.sweep()
        with self._connection() as connection:
            values = (*origin, definition.fingerprint, list(definition.hidden))
            [row] = connection.execute(_BEGIN, (definition.model, *values)).fetchall()
            replay = Replay(*row)
            connection.execute(_HOLD, (replay.number,))
            try:
                yield connection, replay
            except BaseException:
                connection.close()  # whatever it was in the middle of
                self.drop(replay)
                raise

    def stands(self, connection: Connection, replay: Replay, position: int, parked: int) -> Replay:
        """Note that a replay's rows are complete, and as of this position."""
        [row] = connection.execute(_STANDS, (position, parked, replay.number)).fetchall()
        return Replay(*row)

    def list(self) -> list[Replay]:
        """All replays, the first first."""
        with self.database.connect() as connection:
            return [Replay(*row) for row in connection.execute(_LIST)]

    def find(self, number: int) -> Replay:
        """The replay of this number; raises `NoSuchReplay`."""
        with self.database.connect() as connection:
            row = connection.execute(_ONE, (number,)).fetchone()
        if row is None:
            raise NoSuchReplay(number)
        return Replay(*row)

    def drop(self, replay: Replay) -> None:
        """Remove a replay and its rows."""
        with self.database.connect() as connection:
            _drop(connection, replay)

    def sweep(self) -> None:
        """Drop what is older than `KEPT`, and what somebody began who is gone."""
        with self.database.connect() as connection:
            for row in connection.execute(_OVER, (KEPT,)).fetchall():
                replay = Replay(*row)
                [(nobody,)] = connection.execute(_TRY_TO_HOLD, (replay.number,)).fetchall()
                if nobody:
                    _drop(connection, replay)
                    connection.execute(_LET_GO, (replay.number,))

    def _connection(self) -> Connection:
        connection = self.database.connect(statement_timeout="0", name="caretrail replay")
        # What is written here can be made again.
        connection.execute("set synchronous_commit = off")
        return connection


def _drop(connection: Connection, replay: Replay) -> None:
    with connection.transaction():
        connection.execute(f'drop table if exists "{replay.table}"'.encode(), prepare=False)
        connection.execute(_FORGET, (replay.number,))
