"""Queries over read models: SQL in, the model's own rows out, and an answer to "is my own change in there yet?"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.types.string import TextBinaryLoader

from shared.postgres import Connections
from shared.read_models.standing import standing_of
from shared.read_models.succession import home_of, name_of, over, serve
from shared.read_models.tables import Typing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    import msgspec

    from shared.postgres import Connection, Cursor, Database
    from shared.read_models.freshness import Positions
    from shared.read_models.model import ReadModel
    from shared.read_models.standing import Standing
    from shared.store.log import Log

    Parameters = Sequence[object] | Mapping[str, object]

T = TypeVar("T")
Found = TypeVar("Found", bound="msgspec.Struct")


class QueryFailed(RuntimeError):
    """A query of a read model is wrong, or was given what it cannot take. Tells no values: they may be personal."""

    def __init__(self, model: str, fault: psycopg.Error) -> None:
        super().__init__(f"a query of {model} failed: {type(fault).__name__} {fault.sqlstate}")


class NotFilledYet(RuntimeError):
    """The read model has no rows to read: whoever fills them has not begun yet."""

    def __init__(self, model: str) -> None:
        super().__init__(f"{model} has not been built yet: its projector has to be started, or to begin")


class Reader:
    """What the queries of one read model read with; safe for threads and green threads.

    `positions` and `log` tell whether the rows are fresh enough. A query that names the table of this model, or of one
    of those `beside` it, reads the rows of this release's definition, also where another release has made others since.
    """

    def __init__(
        self,
        model: type[ReadModel[Any]],
        database: Database,
        log: Log,
        positions: Positions,
        beside: Iterable[type[ReadModel[Any]]] = (),
    ) -> None:
        self._model = model
        self._models = tuple({model: None, **dict.fromkeys(beside)})
        self._tables = tuple((one.table.name, name_of(one.table.name, one.fingerprint())) for one in self._models)
        self._name = model.table.name
        self._log = log
        self._positions = positions
        self._connections = Connections(database, name=f"caretrail reader {self._name}")

    def rows(self, kind: type[Found], query: str, parameters: Parameters = ()) -> list[Found]:
        """All rows of a query, which names a column for each field of `kind` (`select *` does for the model's rows)."""
        typing = Typing(kind)
        own = over(query, self._tables)

        def read(cursor: Cursor) -> list[Found]:
            # The text of a JSON column, for `Typing` to decode into the types of its field.
            cursor.adapters.register_loader("json", TextBinaryLoader)
            return typing.rows(cursor.execute(own, parameters))

        return self._run(read)

    def one(self, kind: type[Found], query: str, parameters: Parameters = ()) -> Found | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(kind, query, parameters)), None)

    def scalars(self, query: str, parameters: Parameters = ()) -> list[Any]:
        """The first column of all rows of a query."""
        own = over(query, self._tables)
        return [values[0] for values in self._run(lambda cursor: cursor.execute(own, parameters).fetchall())]

    def standing(self) -> Standing:
        """The position that the rows have reached, and when they changed last."""
        _, standing = self._connections.lend(self._home)
        return standing

    def fresh_enough(self, originator_id: UUID, version: int, timeout: float = 2.0) -> bool:
        """Whether the rows know this version of an aggregate, waiting up to `timeout` seconds; False means stale."""
        wanted: int | None = None

        def reached(position: int) -> bool:
            nonlocal wanted
            # An event has no position before the relay has seen it; the model moves after that.
            wanted = wanted or self._log.position_of(originator_id, version)
            return wanted is not None and position >= wanted

        apart = name_of(self._name, self._model.fingerprint())
        return self._positions.wait_until(apart if self._positions.knows(apart) else self._name, reached, timeout)

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _home(self, connection: Connection) -> tuple[str, Standing]:
        """Where the rows of this definition are written to, and how they stand; raises `NotFilledYet`."""
        home = home_of(connection, self._model)
        standing = None if home is None else standing_of(connection, home)
        if home is None or standing is None:
            raise NotFilledYet(self._name)
        return home, standing

    def _run(self, read: Callable[[Cursor], T]) -> T:
        try:
            try:
                return self._connections.lend(lambda connection: read(connection.cursor(binary=True)))
            except psycopg.errors.UndefinedTable:
                self._connections.lend(self._serve)
                return self._connections.lend(lambda connection: read(connection.cursor(binary=True)))
        except psycopg.errors.UndefinedTable:
            raise NotFilledYet(self._name) from None
        except (psycopg.DataError, psycopg.ProgrammingError) as fault:
            raise QueryFailed(self._name, fault) from None

    def _serve(self, connection: Connection) -> None:
        """Let rows be read by the name of their definition that were there before it had one."""
        for model in self._models:
            serve(connection, model)
