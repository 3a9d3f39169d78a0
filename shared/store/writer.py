"""The connection through which a process appends: conflicts told apart, broken connections looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg.errors import UniqueViolation
from psycopg.pq import TransactionStatus

from shared.milestones import unwatched
from shared.postgres import DatabaseUnavailable, persist
from shared.store.epochs import begin_epoch_if_restored
from shared.store.errors import (
    AlreadyAnswered,
    ConnectionInTransaction,
    ReservationTaken,
    StoreUnavailable,
    VersionConflict,
)
from shared.store.statements import appending, stored_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.milestones import Milestone
    from shared.postgres import Connection
    from shared.store.append import Append
    from shared.store.statements import Stored

_SPOILT = frozenset({TransactionStatus.ACTIVE, TransactionStatus.UNKNOWN})
"""In the middle of something that was not waited for, or broken."""


class Writer:
    """Stores batches of appends, one statement each. Not for two threads at once.

    Milestones: before commit, when nothing has been sent yet; after commit, when those who wait have not been told.
    """

    def __init__(self, connect: Callable[[], Connection], milestone: Milestone = unwatched) -> None:
        self._connect = connect
        self._milestone = milestone
        self._connection: Connection | None = None
        self._cursor: psycopg.Cursor[tuple[object, ...]]

    def write(self, appends: Sequence[Append]) -> dict[Append, Exception]:
        """Store what can be stored; returns what was not, with the reason. One append's conflict spares the others."""
        try:
            self._insert(appends)
        except psycopg.Error as fault:
            return self._store_what_can_be(appends, fault)
        return {}

    def open(self) -> None:
        """Connect, so that a wrong address is found at the start and not by the first command."""
        self._ready()

    def close(self) -> None:
        """Close the connection; the next write opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ready(self) -> Connection:
        """The connection at hand, or a new one if that broke or was interrupted; raises `ConnectionInTransaction`."""
        connection = self._connection
        if connection is None or connection.pgconn.transaction_status in _SPOILT:
            self.close()
            connection = self._connection = self._connect()
            _refuse_transaction(connection)
            begin_epoch_if_restored(connection)
            self._cursor = connection.cursor()
        _refuse_transaction(connection)
        return connection

    def _insert(self, appends: Sequence[Append]) -> None:
        self._ready()
        self._milestone("before commit")
        self._cursor.execute(*appending(appends))
        self._milestone("after commit")

    def _store_what_can_be(self, appends: Sequence[Append], fault: psycopg.Error) -> dict[Append, Exception]:
        batch = _Batch(appends, in_doubt=isinstance(fault, psycopg.OperationalError))
        try:
            persist(lambda: self._store(batch))
        except DatabaseUnavailable as unavailable:
            for append in list(batch.waiting):
                batch.refuse(append, StoreUnavailable(unavailable.__cause__))
        return batch.refused

    def _store(self, batch: _Batch) -> None:
        while batch.waiting:
            together = batch.next()
            try:
                self._insert(together)
            except UniqueViolation:
                # Where nothing is found in the way, it has gone meanwhile, and the next attempt may pass.
                batch.settle(together, stored_of(self._ready(), together))
            except psycopg.OperationalError:
                batch.in_doubt = True
                raise
            except psycopg.Error as fault:
                batch.blame(together, fault)
            else:
                batch.done(together)


class _Batch:
    """Appends on their way: who still waits, and who was refused."""

    def __init__(self, appends: Sequence[Append], *, in_doubt: bool) -> None:
        self.waiting = list(appends)
        self.refused: dict[Append, Exception] = {}
        self.in_doubt = in_doubt
        """Whether a connection broke under an attempt, which may have been stored nevertheless."""
        self._one_by_one = False

    def next(self) -> list[Append]:
        """Those to be stored by the next statement."""
        return self.waiting[:1] if self._one_by_one else self.waiting

    def done(self, appends: Sequence[Append]) -> None:
        """These were stored."""
        self.waiting = self.waiting[len(appends) :]

    def refuse(self, append: Append, reason: Exception) -> None:
        """This one will not be stored."""
        self.refused[append] = reason
        self.waiting.remove(append)

    def settle(self, appends: Sequence[Append], stored: Stored) -> None:
        """Part those that cannot win, and those that have been stored already, from the others."""
        for append in list(appends):
            if self.in_doubt and _is_stored(append, stored):
                self.waiting.remove(append)
            elif (reason := _conflict(append, stored)) is not None:
                self.refuse(append, reason)

    def blame(self, appends: Sequence[Append], fault: psycopg.Error) -> None:
        """The database takes no such rows: find out whose by storing one by one."""
        if len(appends) == 1:
            self.refuse(appends[0], fault)
        self._one_by_one = True


def _refuse_transaction(connection: Connection) -> None:
    if not connection.autocommit or connection.pgconn.transaction_status != TransactionStatus.IDLE:
        raise ConnectionInTransaction


def _is_stored(append: Append, stored: Stored) -> bool:
    """Whether these very rows are there: `meta` holds an id that no other append has."""
    if append.events:
        return all(stored.events.get((row.originator_id, row.originator_version)) == row for row in append.events)
    return append.answer is not None and stored.answers.get(append.answer.key) == append.answer


def _conflict(append: Append, stored: Stored) -> Exception | None:
    """Why this append can never be stored, the most telling reason first; None if nothing is in its way."""
    if append.answer is not None and (answer := stored.answers.get(append.answer.key)) is not None:
        return AlreadyAnswered(answer)
    for row in append.events:
        if (row.originator_id, row.originator_version) in stored.events:
            return VersionConflict(row.originator_id, row.originator_version)
    for scope, key, _ in append.reserve:
        holder = stored.reservations.get((scope, key))
        if holder is not None and (scope, key, holder) not in append.release:
            return ReservationTaken(scope, key, holder)
    return None
