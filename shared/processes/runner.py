"""Runs a process: events and deadlines in, commands out, each carried out once however often it is repeated."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic

import structlog

from shared import failures
from shared.milestones import unwatched
from shared.processes.deadlines import Deadlines
from shared.processes.reactions import ReactingFold, Reactions
from shared.read_models import parking, standing
from shared.read_models.digest import Digest, rejection
from shared.read_models.feed import Feed
from shared.read_models.model import Row
from shared.read_models.parking import Retried
from shared.read_models.projection import Projection
from shared.read_models.rebuild import rebuild_if_needed
from shared.read_models.tables import UNSTORABLE, Rows
from shared.trouble import persevere, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from threading import Event as Signal
    from uuid import UUID

    from shared.milestones import Milestone
    from shared.postgres import Connection, Database
    from shared.processes.process import Process
    from shared.processes.reactions import Handle
    from shared.read_models.digest import Ready, Rejected
    from shared.read_models.feed import Arrivals
    from shared.read_models.model import Key
    from shared.read_models.standing import Standing
    from shared.store.log import Log

_BATCH = 100

_log = structlog.get_logger()


@dataclass(frozen=True)
class _Seen(Generic[Row]):
    standing: Standing
    rows: dict[Key, Row]
    held: set[UUID]


class ProcessRunner(Generic[Row]):
    """One process being run.

    Its commands are carried out before its state is saved: after a crash they are repeated, with the same idempotency
    keys. A new process begins at the beginning of the log. One whose definition has changed has its state folded anew,
    up to where it has reacted.
    """

    def __init__(  # noqa: PLR0913 - as a projector, and what carries out the commands
        self,
        process: Process[Row],
        database: Database,
        log: Log,
        subscribe: Callable[[], Arrivals],
        handle: Handle,
        *,
        milestone: Milestone = unwatched,
    ) -> None:
        if process.table.personal:
            raise TypeError(f"{process.name}: the state of a process holds no opened personal data")
        self._process = process
        self._database = database
        self._log = log
        self._milestone = milestone
        self._feed = Feed(log, subscribe)
        self._digest = Digest(process, log=log)
        self._projection = Projection(process, Rows(process.table))
        self._reactions = Reactions(process, handle)
        self._deadlines = Deadlines(process, process.deadline, self._reactions) if process.deadline else None
        self._fingerprint = process.fingerprint()
        self._connection: Connection | None = None
        self._position = 0

    def run(self, stop: Signal) -> None:
        """React until `stop` is set, waiting out a database that is away.

        Raises `Fork` and `UnknownEventType`, which only a person can mend.
        """
        tell = partial(failures.note, self._database, self._process.name)
        try:
            persevere(self._process.name, stop, self.step, self.close, tell)
        finally:
            self.close()

    def step(self, timeout: float = 1.0) -> int:
        """React to the next batch, waiting up to `timeout` seconds for one; answers how many events were in it.

        Where another release acts by a definition of its own, it stands back and only waits.
        """
        try:
            return self._step(timeout)
        except standing.ModelReplaced:
            _log.info("process_replaced", process=self._process.name)
            self.close()
            time.sleep(timeout)
            return 0

    def _step(self, timeout: float) -> int:
        connection = self._connected()
        run = self._feed.next(self._position, _BATCH, timeout)
        if run.rows and not self._take(connection, self._digest.ready(run), run.last):
            return 0
        self._milestone("after-fold")
        return len(run.rows)

    def tick(self, connection: Connection, now: datetime) -> int:
        """See to the deadlines that have passed at `now` (aware); answers how many there were.

        A state of another definition is left alone until `step` has folded it anew. Raises what a database raises that
        is away: the next tick goes on.
        """
        if self._deadlines is None:
            return 0
        found = standing.standing_of(connection, self._process.name)
        if found is None or found.fingerprint != self._fingerprint:
            return 0
        return self._deadlines.fire(connection, now)

    def retry(self, originator_id: UUID) -> Retried:
        """React to an aggregate's parked events in their order, up to the first that still fails."""
        connection = self._connected()
        events = parking.waiting(connection, self._log, self._process.name, originator_id)
        for taken, run in enumerate(events):
            while (rejected := self._take_again(connection, self._digest.ready(run), run.first)) is None:
                pass
            if rejected:
                parking.park(connection, self._process.name, rejected)
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
            rebuild_if_needed(self._process, self._database, self._log)
            self._connection = self._database.connect(name=f"caretrail process {self._process.name}")
            # State and position are lost together, if the server crashes; commands that follow again have their keys.
            self._connection.execute("set synchronous_commit = off")
            found = standing.standing_of(self._connection, self._process.name)
            if found is None or found.fingerprint != self._fingerprint:
                raise standing.ModelReplaced(self._process.name)
            self._position = found.position
        return self._connection

    def _take(self, connection: Connection, ready: list[Ready], last: int) -> bool:
        """React to these events and save the state at position `last`; False where another runner has moved it."""
        seen = self._look(connection, ready)
        if seen.standing.position != self._position:
            self._position = seen.standing.position
            return False
        fold = self._react(seen, ready, seen.held)
        self._milestone("mid-fold")
        try:
            saved = self._save(connection, seen, last, fold.rows, fold.rejected)
        except UNSTORABLE as error:
            if len(ready) > 1:
                # One of the events makes a state that PostgreSQL refuses; repeating the others' commands is harmless.
                first, second = ready[: len(ready) // 2], ready[len(ready) // 2 :]
                return self._take(connection, first, second[0][0] - 1) and self._take(connection, second, last)
            saved = self._save(connection, seen, last, {}, _all_rejected(ready, error))
        if saved:
            self._position = last
        return saved

    def _take_again(self, connection: Connection, ready: list[Ready], position: int) -> list[Rejected] | None:
        """React to one parked event; answers it where that failed again, None where the state has moved meanwhile."""
        seen = self._look(connection, ready)
        fold = self._react(seen, ready, held=set())
        if fold.rejected:
            return fold.rejected
        try:
            with connection.transaction():
                if not self._save(connection, seen, seen.standing.position, fold.rows, []):
                    return None
                parking.take_back(connection, self._process.name, position)
        except UNSTORABLE as error:
            return _all_rejected(ready, error)
        return []

    def _look(self, connection: Connection, ready: list[Ready]) -> _Seen[Row]:
        """The state that these events meet, all of it as of one moment. Raises `ModelReplaced`."""
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read")
            found = standing.standing_of(connection, self._process.name)
            if found is None or found.fingerprint != self._fingerprint:
                raise standing.ModelReplaced(self._process.name)
            rows = self._projection.load(connection, ready)
            return _Seen(found, rows, parking.held(connection, self._process.name))

    def _react(self, seen: _Seen[Row], ready: list[Ready], held: set[UUID]) -> ReactingFold[Row]:
        fold = ReactingFold(self._process, self._reactions, seen.rows, held)
        fold.take(ready)
        return fold

    def _save(
        self,
        connection: Connection,
        seen: _Seen[Row],
        position: int,
        rows: Mapping[Key, Row | None],
        rejected: list[Rejected],
    ) -> bool:
        """Store what came of the events, if nothing has changed since the state was looked at."""
        with connection.transaction():
            if standing.lock(connection, self._process.name) != seen.standing:
                return False
            self._projection.save(connection, seen.rows, rows)
            parking.park(connection, self._process.name, rejected)
            standing.advance(connection, self._process.name, position)
        return True


def _all_rejected(ready: list[Ready], error: BaseException) -> list[Rejected]:
    return [rejection(position, event, reason(error)) for position, event, _ in ready]
