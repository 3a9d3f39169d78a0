"""Make a read model's rows anew from the whole log, beside the live table, and put them in its place at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

import psycopg
import structlog

from shared.read_models import parking, standing, succession
from shared.read_models.filling import MEMORY, Filling, unreported
from shared.read_models.model import Row
from shared.read_models.projection import catch_up
from shared.read_models.rebuilding import told
from shared.read_models.tables import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.postgres import Connection, Database
    from shared.read_models.digest import Rejected
    from shared.read_models.filling import Progress
    from shared.read_models.model import ReadModel
    from shared.read_models.standing import Standing
    from shared.store.log import Log

NEARLY_THERE = 500
"""Events that may be left to fold while the projector waits, and readers where a swap follows."""

_log = structlog.get_logger()


class Rebuilt(NamedTuple):
    """What came of a rebuild: the position its rows have reached, and how many events it had to park."""

    position: int
    parked: int


def rebuild(
    model: ReadModel[Row], database: Database, log: Log, progress: Progress = unreported, *, memory: int = MEMORY
) -> Rebuilt:
    """Replace a model's rows by what its fold makes of the log; readers see the old ones until the new are complete.

    The model goes on being projected meanwhile. Interrupted, it leaves the live table as it was, and begins anew the
    next time; a second one waits for the first. `memory` is the number of bytes that rows may take at a time.
    """
    standing.install(database)
    with alone(model, database) as connection, told(connection, model.table.name, progress) as progress_told:
        return _Rebuild(model, log, progress_told, memory, _home(connection, model)).run(connection)


def rebuild_if_needed(
    model: ReadModel[Row], database: Database, log: Log, progress: Progress = unreported
) -> Rebuilt | None:
    """Rebuild a model that has no rows by this definition yet; None where it has, or had before another came."""
    standing.install(database)
    with database.connect(name=f"caretrail {model.table.name}") as connection:
        if succession.home_of(connection, type(model)) is not None:
            succession.serve(connection, type(model))
            return None
    with alone(model, database) as connection:
        if succession.home_of(connection, type(model)) is not None:
            return None
        with told(connection, model.table.name, progress) as progress_told:
            return _Rebuild(model, log, progress_told, MEMORY, model.table.name).run(connection)


def put_in_place(  # noqa: PLR0913, PLR0917 - what, where, and how far it is
    model: ReadModel[Row],
    database: Database,
    log: Log,
    copied: Callable[[Connection, Rows[Row]], None],
    position: int,
    rejected: list[Rejected],
) -> Rebuilt:
    """As `rebuild`, with rows that were made elsewhere: `copied` brings them, as of `position`, into an empty table.

    `rejected` are the events that whoever made them had to leave.
    """
    with alone(model, database) as connection:
        work = _Rebuild(model, log, unreported, MEMORY, model.table.name)
        copied(connection, work.shadow)
        skipped = parking.passed_by(connection, model, model.table.name)
        return work.finish(connection, position, skipped, list(rejected))


@contextmanager
def alone(model: ReadModel[Row], database: Database) -> Iterator[Connection]:
    """A connection for long work on one model, of which there is one at a time; others wait."""
    name = model.table.name
    with database.connect(statement_timeout="0", name=f"caretrail rebuild {name}") as connection:
        connection.execute(
            "select pg_advisory_lock(hashtext('rebuild in ' || current_schema()), hashtext(%s))", (name,)
        )
        # What is written before the swap need not survive a crash of the server.
        connection.execute("set synchronous_commit = off")
        yield connection


def _home(connection: Connection, model: ReadModel[Any]) -> str:
    """Where rows are made anew: in the place of the last, or of this definition's own, where another came after it.

    A process of a former release is put back to work by being rebuilt.
    """
    home = None if model.reacts else succession.home_of(connection, type(model))
    return home or model.table.name


class _Rebuild(Generic[Row]):
    """New rows beside those called `name`, whose place they take."""

    def __init__(self, model: ReadModel[Row], log: Log, progress: Progress, memory: int, name: str) -> None:
        self._model = model
        self._name = name
        self._log = log
        self.shadow = Rows(model.table, f"{self._name}__shadow")
        self._progress = progress
        self._memory = memory

    def run(self, connection: Connection) -> Rebuilt:
        """Fold the log into new rows, and put them in place."""
        skipped = parking.passed_by(connection, self._model, self._name)
        filling = Filling(
            self._model, self._log, self.shadow, skipped=skipped, progress=self._progress, memory=self._memory
        )
        position = self._goal(standing.standing_of(connection, self._name))
        rejected = filling.fill(connection, position)
        return self.finish(connection, position, skipped, rejected)

    def finish(
        self, connection: Connection, position: int, skipped: frozenset[int], rejected: list[Rejected]
    ) -> Rebuilt:
        """Bring the new rows, which are as of `position`, up to date and in place of the old."""
        while True:
            position = self._approach(connection, position, skipped, rejected)
            try:
                rebuilt = self._swap(connection, position, skipped, list(rejected))
            except psycopg.errors.LockNotAvailable:
                continue  # somebody reads for long; those who read after them have waited long enough
            _log.info("read_model_rebuilt", model=self._name, position=rebuilt.position, parked=rebuilt.parked)
            return rebuilt

    def _goal(self, live: Standing | None) -> int:
        """Where the rows have to stand: at the end of the log, but those of a process where it has reacted."""
        if self._model.reacts:
            return live.position if live else 0
        return self._log.head().position

    def _approach(
        self, connection: Connection, position: int, skipped: frozenset[int], rejected: list[Rejected]
    ) -> int:
        """Follow the log that has grown meanwhile, until so little is left that everyone can wait for it."""
        while (goal := self._goal(standing.standing_of(connection, self._name))) > position + NEARLY_THERE:
            self._catch_up(connection, position, goal, skipped, rejected)
            position = goal
        return position

    def _swap(
        self, connection: Connection, position: int, skipped: frozenset[int], rejected: list[Rejected]
    ) -> Rebuilt:
        with connection.transaction():
            connection.execute("set local lock_timeout = '2s'")
            connection.execute("set local synchronous_commit = on")
            last = standing.lock(connection, self._name)
            goal = self._goal(last)
            self._catch_up(connection, position, goal, skipped, rejected)
            self._replace(connection, last)
            standing.begin(connection, self._name, goal, self._model.fingerprint())
            succession.serve(connection, type(self._model))
            parking.park_rebuilt(connection, self._model, self._name, rejected)
        return Rebuilt(goal, len(rejected))

    def _replace(self, connection: Connection, last: Standing | None) -> None:
        if self._name == self._model.table.name:
            succession.take_over(connection, type(self._model), last)
        else:
            Rows(self._model.table, self._name).drop(connection)
        self.shadow.rename(connection, self._name)

    def _catch_up(
        self, connection: Connection, after: int, until: int, skipped: frozenset[int], rejected: list[Rejected]
    ) -> None:
        catch_up(
            self._model,
            connection,
            self._log,
            self.shadow,
            after=after,
            until=until,
            skipped=skipped,
            rejected=rejected,
        )
