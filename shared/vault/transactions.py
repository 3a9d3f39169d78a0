"""Short transactions of the vault, on a few kept connections."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from psycopg.pq import TransactionStatus

from shared.postgres import persist

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.postgres import Connection, Database

T = TypeVar("T")
_CONNECTIONS = 4


class Transactions:
    """Runs work in a transaction each; threads and green threads share the connections."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: deque[Connection] = deque()
        self._places = threading.BoundedSemaphore(_CONNECTIONS)

    def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, committed; what it raises, rolled back.

        It must bear repeating: it begins again when the database comes back, even after a commit whose answer was lost.
        Raises `DatabaseUnavailable`.
        """

        def attempt() -> T:
            connection = self._take()
            try:
                with connection.transaction():
                    return work(connection)
            finally:
                if connection.info.transaction_status == TransactionStatus.IDLE:
                    self._idle.append(connection)
                else:
                    connection.close()

        with self._places:
            return persist(attempt)

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._database.connect(name="caretrail vault")

    def close(self) -> None:
        """Close the idle connections; the next transaction opens a new one."""
        while self._idle:
            self._idle.pop().close()
