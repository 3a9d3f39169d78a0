"""Is a read model what its fold makes of the log? A rebuild beside it, compared row by row in SQL."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import IsolationLevel

from shared.read_models import parking, standing
from shared.read_models.filling import Filling, unreported
from shared.read_models.projection import catch_up
from shared.read_models.rebuild import NEARLY_THERE, alone
from shared.read_models.tables import Rows, quoted

if TYPE_CHECKING:
    from shared.postgres import Connection, Database
    from shared.read_models.filling import Progress
    from shared.read_models.model import Key, ReadModel, Table
    from shared.read_models.standing import Standing
    from shared.store.log import Log

_LISTED = 100


class NotBuilt(LookupError):
    """There is nothing to compare: the model has no rows yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"read model {name} has never been built: start its projector, or rebuild it")


class Changed(NamedTuple):
    """A row that both have, and the columns in which they differ."""

    key: Key
    columns: tuple[str, ...]


class Difference(NamedTuple):
    """How the live rows differ from rebuilt ones as of one position; of many differences the first 100 are listed."""

    position: int
    only_live: tuple[Key, ...]
    only_rebuilt: tuple[Key, ...]
    changed: tuple[Changed, ...]

    @property
    def is_none(self) -> bool:
        """Whether the two are equal, row by row and column by column."""
        return not (self.only_live or self.only_rebuilt or self.changed)


def rebuild_into(  # noqa: PLR0913 - what, from where, into what, how far, and who watches
    model: ReadModel[Any],
    database: Database,
    log: Log,
    scratch: str,
    *,
    until: int | None = None,
    progress: Progress = unreported,
) -> int:
    """Fold the log up to a position (None: its end) into a table named `scratch`; answers the position.

    A table of that name is replaced. The live rows are neither read nor touched.
    """
    standing.install(database)
    with alone(model, database) as connection:
        goal = log.head().position if until is None else until
        skipped = parking.passed_by(connection, model)
        Filling(model, log, Rows(model.table, scratch), skipped=skipped, progress=progress).fill(connection, goal)
    return goal


def compare(model: ReadModel[Any], database: Database, log: Log, progress: Progress = unreported) -> Difference:
    """Rebuild beside the live rows and tell how the two differ, at one and the same position.

    Projection goes on, but for the moment in which the two are brought to one position. Raises `NotBuilt`.
    """
    live, rebuilt = Rows(model.table), Rows(model.table, f"{model.table.name}__compared")
    with alone(model, database) as connection:
        skipped = parking.passed_by(connection, model)
        position = _position(standing.standing_of(connection, live.name), live.name)
        try:
            filling = Filling(model, log, rebuilt, skipped=skipped, progress=progress)
            rejected = filling.fill(connection, position)
            follow = partial(catch_up, model, connection, log, rebuilt, skipped=skipped, rejected=rejected)
            while (goal := _position(standing.standing_of(connection, live.name), live.name)) > position + NEARLY_THERE:
                follow(after=position, until=goal)
                position = goal
            with ExitStack() as snapshot:
                with database.connect(name=f"caretrail compare {live.name}") as holder, holder.transaction():
                    goal = _position(standing.lock(holder, live.name), live.name)
                    follow(after=position, until=goal)
                    _freeze(connection, snapshot)
                return _difference(connection, model.table, rebuilt.name, goal)
        finally:
            rebuilt.drop(connection)


def _position(found: Standing | None, name: str) -> int:
    if found is None:
        raise NotBuilt(name)
    return found.position


def _freeze(connection: Connection, snapshot: ExitStack) -> None:
    """See everything as it is now until `snapshot` ends, without keeping anyone from changing it."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    snapshot.callback(setattr, connection, "isolation_level", None)
    snapshot.enter_context(connection.transaction())
    connection.execute("select")


def _difference(connection: Connection, table: Table[Any], rebuilt: str, position: int) -> Difference:
    rows = connection.execute(_query(table, rebuilt)).fetchall()
    width = len(table.key)
    return Difference(
        position,
        only_live=tuple(row[:width] for row in rows if row[-2]),
        only_rebuilt=tuple(row[:width] for row in rows if row[-3]),
        changed=tuple(Changed(row[:width], tuple(row[-1])) for row in rows if not row[-3] and not row[-2]),
    )


def _query(table: Table[Any], rebuilt: str) -> bytes:
    """Rows of (key columns, missing live, missing rebuilt, names of the columns that differ)."""
    keys = quoted(table.key)
    differs = {
        column.name: f'live."{column.name}"{cast} is distinct from rebuilt."{column.name}"{cast}'
        for column in table.columns
        if column.name not in table.key
        for cast in ["::text" if column.json is not None else ""]  # JSON has no equality
    }
    names = ", ".join(f"case when {condition} then '{name}' end" for name, condition in differs.items())
    missing = [f'{side}."{table.key[0]}" is null' for side in ("live", "rebuilt")]
    return (
        f"select {keys}, {missing[0]}, {missing[1]}, array_remove(array[{names}]::text[], null)"
        f' from "{table.name}" live full join "{rebuilt}" rebuilt using ({keys})'
        f" where {' or '.join([*missing, *differs.values()])} order by {keys} limit {_LISTED}"
    ).encode()
