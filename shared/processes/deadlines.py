"""Which deadlines of a process have passed, and which of them have been seen to already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Generic

import structlog

from shared.read_models.digest import reason
from shared.read_models.model import Row
from shared.read_models.tables import Rows, quoted
from shared.read_models.trouble import TROUBLE

if TYPE_CHECKING:
    from shared.postgres import Connection
    from shared.processes.process import Process
    from shared.processes.reactions import Reactions
    from shared.read_models.model import Key, Table

_AT_ONCE = 100
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(days=1)

_log = structlog.get_logger()


class Deadlines(Generic[Row]):
    """The deadlines in one column of a process's table, beside which a second table remembers what was fired.

    A deadline is fired once; when an event gives the row another one, that one is fired too. One that failed is fired
    again after a pause, longer each time. The second table is no part of the fold: a rebuild leaves it alone.
    """

    def __init__(self, table: Table[Row], column: str) -> None:
        self._table = table
        self._rows = Rows(table)
        self._fired = f"{table.name}__fired"
        keys = quoted(table.key)
        self._due = (
            f'left join "{self._fired}" f using ({keys}) where t."{column}" <= %s'
            f' and (f.deadline is distinct from t."{column}" or f.again_at <= %s)'
            f' order by t."{column}", {keys} limit {_AT_ONCE}'
        )
        self._settle = (
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
        """Create the table of what was fired, unless it is there."""
        types = {column.name: column.sql_type for column in self._table.columns}
        keys = ", ".join(f'"{name}" {types[name]}' for name in self._table.key)
        connection.execute(
            f'create table if not exists "{self._fired}" ({keys}, deadline timestamptz not null,'
            f" attempts int4 not null, again_at timestamptz, primary key ({quoted(self._table.key)}))".encode(),
            prepare=False,
        )

    def due(self, connection: Connection, now: datetime) -> dict[Key, Row]:
        """Some rows whose deadline has passed at `now` and was not seen to, the oldest first; none at the end."""
        return {self._rows.key_of(row): row for row in self._rows.select(connection, self._due, (now, now))}

    def settle(self, connection: Connection, key: Key, deadline: datetime) -> None:
        """Remember that this deadline was fired."""
        connection.execute(self._settle, (*key, deadline, None))

    def postpone(self, connection: Connection, key: Key, deadline: datetime, now: datetime) -> None:
        """Remember that firing this deadline failed, and when to try again."""
        found = connection.execute(self._attempts, (*key, deadline)).fetchone()
        pause = _FIRST_PAUSE * 2 ** min(found[0] if found else 0, 20)
        connection.execute(self._settle, (*key, deadline, now + min(pause, _LONGEST_PAUSE)))

    def purge(self, connection: Connection) -> None:
        """Forget deadlines that their rows no longer have."""
        connection.execute(self._purge)


def fire(process: Process[Row], connection: Connection, reactions: Reactions[Row], now: datetime) -> int:
    """Ask `expire` about every row whose deadline has passed at `now`; answers how many there were.

    A deadline that fails, for whatever reason but a database that is away, is tried again later.
    """
    if process.deadline is None:
        return 0
    deadlines = Deadlines(process.table, process.deadline)
    deadlines.install(connection)
    deadlines.purge(connection)
    fired = 0
    while due := deadlines.due(connection, now):
        for key, row in due.items():
            deadline = getattr(row, process.deadline)
            cause = "/".join([*map(str, key), deadline.astimezone(UTC).isoformat()])
            try:
                reactions.carry_out(process.expire(key, row, now), cause)
            except TROUBLE:
                raise
            except Exception as error:  # noqa: BLE001 - one row's fault must not keep the others waiting
                _log.error("deadline_failed", process=process.name, cause=cause, error=reason(error))
                deadlines.postpone(connection, key, deadline, now)
            else:
                deadlines.settle(connection, key, deadline)
        fired += len(due)
    return fired
