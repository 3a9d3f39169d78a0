"""Keeps a read model's rows up with its log: folds what comes, a batch and its position in one transaction."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Generic

import structlog

from shared import failures
from shared.milestones import unwatched
from shared.read_models import collector, parking, standing, succession
from shared.read_models.digest import Digest
from shared.read_models.feed import Feed, LogAlone
from shared.read_models.model import Row
from shared.read_models.parking import Retried
from shared.read_models.projection import Projection
from shared.read_models.rebuild import rebuild_if_needed
from shared.read_models.tables import MISFIT, UNSTORABLE, Rows
from shared.tracing import spans
from shared.trouble import persevere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event as Signal
    from uuid import UUID

    from shared.milestones import Milestone
    from shared.postgres import Connection, Database
    from shared.read_models.digest import Ready, Rejected, Run
    from shared.read_models.feed import Arrivals
    from shared.read_models.model import ReadModel
    from shared.read_models.projection import Changes
    from shared.read_models.standing import Standing
    from shared.store.log import Log

_BATCH = 500

_log = structlog.get_logger()


class Projector(Generic[Row]):
    """One read model being projected. Several may run for one model: each event is folded once, whoever gets it.

    The first `step` rebuilds a model that has no rows by this definition. Once another release has put rows of its own
    in their place, these are kept up apart from them, from the log alone, until nobody keeps them any more.
    """

    def __init__(
        self,
        model: ReadModel[Row],
        database: Database,
        log: Log,
        subscribe: Callable[[], Arrivals],
        *,
        milestone: Milestone = unwatched,
    ) -> None:
        self._model = model
        self._name = model.table.name
        self._database = database
        self._log = log
        self._milestone = milestone
        self._subscribe = subscribe
        self._feed = Feed(log, subscribe)
        self._digest = Digest(model, log=log)
        self._projection = Projection(model, Rows(model.table))
        self._connection: Connection | None = None
        self._fingerprint = model.fingerprint()
        self._standing = standing.UNKNOWN
        self._held: set[UUID] = set()

    def run(self, stop: Signal) -> None:
        """Project until `stop` is set, waiting out a database that is away.

        Raises `Fork` and `UnknownEventType`, which only a person can mend.
        """
        name = self._model.table.name
        tell = partial(failures.note, self._database, name)
        try:
            persevere(name, stop, self.step, self.close, tell)
        finally:
            self.close()

    def step(self, timeout: float = 1.0) -> int:
        """Take the next batch, waiting up to `timeout` seconds for one; answers how many events were in it."""
        try:
            return self._step(timeout)
        except standing.ModelReplaced:
            _log.info("read_model_replaced", model=self._name)
            self.close()
            time.sleep(timeout)
            return 0

    def _step(self, timeout: float) -> int:
        connection = self._connected()
        run = self._feed.next(self._standing.position, _BATCH, timeout)
        with collector.paused():
            if run.rows and not self._fold(connection, run):
                return 0
        self._milestone("after-fold")
        return len(run.rows)

    def retry(self, originator_id: UUID) -> Retried:
        """Fold an aggregate's parked events in their order, up to the first that still fails.

        Rows that only this aggregate feeds come out as if nothing had happened; those that others feed as well may
        differ from a rebuild, which is then the better mend.
        """
        connection = self._connected()
        events = parking.waiting(connection, self._log, self._name, originator_id)
        for taken, run in enumerate(events):
            with self._alone(connection) as at:
                rejected = self._projection.apply_by_halves(connection, self._digest.ready(run), held=set())
                if rejected:
                    parking.park(connection, self._name, rejected)
                else:
                    parking.take_back(connection, self._name, run.first)
                standing.advance(connection, self._name, at.position)
            if rejected:
                return Retried(taken, len(events) - taken)
        return Retried(len(events), 0)

    def close(self) -> None:
        """Let go of what comes and of the database; the next step begins anew."""
        self._feed.close()
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            rebuild_if_needed(self._model, self._database, self._log)
            self._connection = self._database.connect(name=f"caretrail projector {self._model.table.name}")
            # Rows and position are lost together, if the server crashes, and then folded again from the log.
            self._connection.execute("set synchronous_commit = off")
            self._move_to(succession.home_of(self._connection, type(self._model)) or self._name)
            if not succession.is_there(self._connection, self._name):
                raise standing.ModelReplaced(self._name)
            with self._alone(self._connection):
                pass  # to know how the rows stand
        return self._connection

    def _move_to(self, name: str) -> None:
        """Write rows to the table of this name from now on; see `succession`."""
        if name == self._name:
            return
        self._name = name
        self._projection = Projection(self._model, Rows(self._model.table, name))
        is_last = name == self._model.table.name
        # What comes is for those who keep up the last rows.
        self._feed = Feed(self._log, self._subscribe if is_last else LogAlone)

    def _fold(self, connection: Connection, run: Run) -> bool:
        """Fold these events, save the position and tell; False where somebody else has moved the model meanwhile."""
        ready = self._digest.ready(run)
        while self._standing.position == run.first - 1:
            if self._taken(connection, run, ready):
                return True
            with self._alone(connection):
                pass  # to know how the rows stand now
        return self._standing.position >= run.last

    def _taken(self, connection: Connection, run: Run, ready: list[Ready]) -> bool:
        if not ready:  # as most events for most models: one statement does
            moved = standing.move(connection, self._name, self._standing, run.last)
            self._standing = moved or self._standing
            return moved is not None
        with spans(f"project {self._name}", "consumer", lambda: self._log.traces({at for at, *_ in ready})):
            try:
                changes = self._projection.fold_remembered(ready, self._held)
                if changes is not None and changes.are_saved_alone:
                    with suppress(MISFIT):  # then the model has moved meanwhile, which the transaction finds out first
                        return self._save(connection, run, changes)
                return self._take(connection, run, partial(self._projection.apply, connection, ready))
            except UNSTORABLE:
                return self._take(connection, run, partial(self._projection.apply_by_halves, connection, ready))

    def _save(self, connection: Connection, run: Run, changes: Changes[Row]) -> bool:
        """Store rows and position by one statement; False where somebody else has moved the model meanwhile."""
        with ExitStack() as unless_stored:
            unless_stored.callback(self._projection.forget)
            self._milestone("mid-fold")
            moved = self._projection.save_moving(connection, changes, self._standing, run.last)
            if moved is None:
                return False
            unless_stored.pop_all()
        self._standing = moved
        return True

    def _take(self, connection: Connection, run: Run, apply: Callable[[set[UUID]], list[Rejected]]) -> bool:
        with ExitStack() as unless_committed:
            unless_committed.callback(self._projection.forget)
            with connection.transaction():
                moved = standing.move(connection, self._name, self._standing, run.last)
                if moved is None:
                    return False
                rejected = apply(self._held)
                parking.park(connection, self._name, rejected)
                self._milestone("mid-fold")
            unless_committed.pop_all()
        self._standing = moved
        self._held |= {event.originator_id for event in rejected}
        return True

    @contextmanager
    def _alone(self, connection: Connection) -> Iterator[Standing]:
        """A transaction in which nobody else changes the rows, and how they stand. Raises `ModelReplaced`."""
        with ExitStack() as unless_committed:
            unless_committed.callback(self._projection.forget)
            with connection.transaction():
                found = standing.lock(connection, self._name)
                if found is None or found.fingerprint != self._fingerprint:
                    raise standing.ModelReplaced(self._name)
                if found != self._standing:
                    self._projection.forget()
                    self._held = parking.held(connection, self._name)
                    self._standing = found
                yield found
            unless_committed.pop_all()
