"""Sees to the deadlines of a process: which of them have passed, and which have been seen to already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Generic

import structlog

from shared.read_models.model import Row
from shared.read_models.tables import Rows, quoted
from shared.trouble import TROUBLE, reason

if TYPE_CHECKING:
    from shared.postgres import Connection
    from shared.processes.process import Process
    from shared.processes.reactions import Reactions
    from shared.read_models.model import Key, Table

_AT_ONCE = 100
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(days=1)

_log = structlog.get_logger()


class _Fired(Generic[Row]):
    """What was fired of the deadlines in one column of a process's table, remembered in a second table beside it.

    The second table is no part of the fold: a rebuild leaves it alone.
    """

    def __init__(self, table: Table[Row], column: str) -> None:
        self._table = table
        self._rows = Rows(table)
        self._fired = f"{table.name}__fired"
        keys = quoted(table.key)
        # A time to ask again that is further off than any pause was noted by a clock that has been set back since.
        self._due = (
            f'left join "{self._fired}" f using ({keys}) where t."{column}" <= %s'
            f' and (f.deadline is distinct from t."{column}" or f.again_at <= %s or f.again_at > %s)'
            f' order by t."{column}", {keys} limit {_AT_ONCE}'
        )
        self._note = (
            f'insert into "{self._fired}" as f ({keys}, deadline, attempts, again_at)'
            f" values ({', '.join(['%s'] * len(table.key))}, %s, 1, %s) on conflict ({keys}) do update"
            " set deadline = excluded.deadline, again_at = excluded.again_at,"
            " attempts = case when f.deadline = excluded.deadline then f.attempts + 1 else 1 end"
        ).encode()
        self._attempts = (
            f'select attempts from "{self._fired}" where ({keys}, deadline)'
            f" = ({', '.join(['%s'] * (len(table.key) + 1))})"
        ).encode()
        same = " and ".join(f't."{name}" = f."{name}"' for name in table.key)
        self._purge = (
            f'delete from "{self._fired}" f where not exists'
            f' (select from "{table.name}" t where {same} and t."{column}" = f.deadline)'
        ).encode()

    def install(self, connection: Connection) -> None:
        """Create the table where it is missing, and leave out what rows no longer have where it is there."""
        types = {column.name: column.sql_type for column in self._table.columns}
        keys = ", ".join(f'"{name}" {types[name]}' for name in self._table.key)
        with connection.transaction():
            # Of two processes that create one table at once, PostgreSQL refuses one.
            connection.execute("select pg_advisory_xact_lock(hashtext('fired in ' || current_schema()))")
            connection.execute(
                f'create table if not exists "{self._fired}" ({keys}, deadline timestamptz not null,'
                f" attempts int4 not null, again_at timestamptz, primary key ({quoted(self._table.key)}))".encode(),
                prepare=False,
            )
            connection.execute(self._purge)

    def due(self, connection: Connection, now: datetime) -> dict[Key, Row]:
        """Some rows whose deadline has passed at `now` and was not seen to, the oldest first; none at the end."""
        parameters = (now, now, now + _LONGEST_PAUSE)
        return {self._rows.key_of(row): row for row in self._rows.select(connection, self._due, parameters)}

    def settle(self, connection: Connection, key: Key, deadline: datetime) -> None:
        """Remember that this deadline was fired, and never ask again."""
        connection.execute(self._note, (*key, deadline, None))

    def postpone(self, connection: Connection, key: Key, deadline: datetime, now: datetime) -> None:
        """Remember that this deadline was fired without effect, and when to ask again."""
        found = connection.execute(self._attempts, (*key, deadline)).fetchone()
        pause = _FIRST_PAUSE * 2 ** min(found[0] if found else 0, 20)
        connection.execute(self._note, (*key, deadline, now + min(pause, _LONGEST_PAUSE)))


class Deadlines(Generic[Row]):
    """Asks `expire` about every row whose deadline has passed.

    A deadline whose commands were carried out is over; when an event gives the row another one, that one is fired too.
    One that failed, or of which a command was refused, still stands while the row has it: a clock may have been set
    back between the look and the command. It is fired again after a pause, longer each time.
    """

    def __init__(self, process: Process[Row], column: str, reactions: Reactions[Row]) -> None:
        self._process = process
        self._column = column
        self._reactions = reactions
        self._fired = _Fired(process.table, column)
        self._is_installed = False

    def fire(self, connection: Connection, now: datetime) -> int:
        """See to the deadlines that have passed at `now`; answers how many there were.

        Raises what a database raises that is away; then the rest is for the next time.
        """
        if not self._is_installed:
            self._fired.install(connection)
            self._is_installed = True
        fired = 0
        while due := self._fired.due(connection, now):
            for key, row in due.items():
                deadline = getattr(row, self._column)
                if self._carry_out(key, row, deadline, now):
                    self._fired.settle(connection, key, deadline)
                else:
                    self._fired.postpone(connection, key, deadline, now)
            fired += len(due)
        return fired

    def _carry_out(self, key: Key, row: Row, deadline: datetime, now: datetime) -> bool:
        cause = "/".join([*map(str, key), deadline.astimezone(UTC).isoformat()])
        try:
            return self._reactions.carry_out(self._process.expire(key, row, now), cause) == 0
        except TROUBLE:
            raise
        except Exception as error:  # noqa: BLE001 - one row's fault must not keep the others waiting
            _log.error("deadline_failed", process=self._process.name, cause=cause, error=reason(error))
            return False
