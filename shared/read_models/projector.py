"""Keeps a read model's rows up with its log: consume a batch, fold it in one transaction, then acknowledge it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from shared.milestones import unwatched
from shared.read_models import parking, standing
from shared.read_models.digest import Digest
from shared.read_models.feed import Feed
from shared.read_models.model import Row
from shared.read_models.parking import Retried
from shared.read_models.projection import Projection
from shared.read_models.rebuild import rebuild_if_needed
from shared.read_models.tables import Rows
from shared.read_models.trouble import persevere

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event as Signal
    from uuid import UUID

    from shared.milestones import Milestone
    from shared.postgres import Connection, Database
    from shared.read_models.digest import Run
    from shared.read_models.model import ReadModel
    from shared.store.log import Log
    from shared.transport import Subscription

_BATCH = 500


class Projector(Generic[Row]):
    """One read model being projected. Several may run for one model: each event is folded once, whoever gets it.

    The first `step` rebuilds a model whose table is missing or was made by another definition.
    """

    def __init__(
        self,
        model: ReadModel[Row],
        database: Database,
        log: Log,
        subscribe: Callable[[], Subscription],
        *,
        milestone: Milestone = unwatched,
    ) -> None:
        self._model = model
        self._name = model.table.name
        self._database = database
        self._log = log
        self._milestone = milestone
        self._feed = Feed(log, subscribe)
        self._digest = Digest(model)
        self._projection = Projection(model, Rows(model.table))
        self._connection: Connection | None = None
        self._position = 0

    def run(self, stop: Signal) -> None:
        """Project until `stop` is set, waiting out a database or a broker that is away.

        Raises `Fork`, `ModelReplaced` and `UnknownEventType`, which only a person can mend.
        """
        try:
            persevere(self._name, stop, self.step, self.close)
        finally:
            self.close()

    def step(self, timeout: float = 1.0) -> int:
        """Take the next batch, waiting up to `timeout` seconds for one; answers how many events were in it."""
        connection = self._connected()
        batch = self._feed.next(self._position, _BATCH, timeout)
        if batch.run.rows and not self._fold(connection, batch.run):
            return 0
        self._milestone("before-acknowledgement")
        self._feed.acknowledge(batch)
        self._milestone("after-acknowledgement")
        return len(batch.run.rows)

    def retry(self, originator_id: UUID) -> Retried:
        """Fold an aggregate's parked events in their order, up to the first that still fails.

        Rows that only this aggregate feeds come out as if nothing had happened; those that others feed as well may
        differ from a rebuild, which is then the better mend.
        """
        connection = self._connected()
        taken = 0
        events = parking.waiting(connection, self._log, self._name, originator_id)
        for run in events:
            with connection.transaction():
                at = self._locked(connection)
                rejected = self._projection.apply(connection, self._digest.ready(run), held=set())
                if rejected:
                    parking.park(connection, self._name, rejected)
                    break
                parking.take_back(connection, self._name, run.first)
                standing.announce(connection, self._database.schema, self._name, at)
            taken += 1
        return Retried(taken, len(events) - taken)

    def close(self) -> None:
        """Let go of the broker and the database; the next step begins anew."""
        self._feed.close()
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            rebuild_if_needed(self._model, self._database, self._log)
            self._connection = self._database.connect(name=f"caretrail projector {self._name}")
            found = standing.standing_of(self._connection, self._name)
            self._position = found.position if found else 0
        return self._connection

    def _fold(self, connection: Connection, run: Run) -> bool:
        """Fold, save the position and tell; False where somebody else has moved the model meanwhile."""
        ready = self._digest.ready(run)
        with connection.transaction():
            at = self._locked(connection)
            if at == self._position:
                held = parking.held(connection, self._name)
                parking.park(connection, self._name, self._projection.apply(connection, ready, held))
                standing.advance(connection, self._name, run.last)
                standing.announce(connection, self._database.schema, self._name, run.last)
                self._milestone("mid-fold")
                at = run.last
        moved, self._position = at != run.last, at
        return not moved

    def _locked(self, connection: Connection) -> int:
        """The model's position, which nobody else changes before the transaction ends. Raises `ModelReplaced`."""
        found = standing.lock(connection, self._name)
        if found is None or found.fingerprint != self._model.fingerprint():
            raise standing.ModelReplaced(self._name)
        return found.position
