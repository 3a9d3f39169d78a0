"""Connections to PostgreSQL: in one context's schema, as that context's role, with limits that protect every relay."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8BinaryLoader, IntLoader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]

_XID8 = 5069
"""The oid of PostgreSQL's 64-bit transaction id, which psycopg does not know; on the wire it looks like an int8."""

_IDLE_IN_TRANSACTION = "15s"
"""A write transaction left open holds back the horizon of every relay on the server."""

_PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds to wait before each further attempt; together long enough for a PostgreSQL to restart."""

_PASSING = frozenset({"40001", "40P01", "53300", "57P01", "57P02", "57P03", "57P05"})
"""SQLSTATEs that another attempt may not meet: serialisation, deadlock, too many connections, a server on its way."""

_PLACES = 8


class DatabaseUnavailable(RuntimeError):
    """PostgreSQL did not do it, although asked again where that could help."""

    def __init__(self, cause: object) -> None:
        super().__init__(f"the database is not available: {str(cause).strip()}")


def _is_passing(fault: psycopg.OperationalError) -> bool:
    """Whether another attempt may go better; without an SQLSTATE it was the connection that failed."""
    return fault.sqlstate is None or fault.sqlstate.startswith("08") or fault.sqlstate in _PASSING


def persist(attempt: Callable[[], T]) -> T:
    """What `attempt` returns, tried again while the database comes back; raises `DatabaseUnavailable` after some 6 s.

    An attempt may have taken effect although it raised: it must bear repeating.
    """
    pauses = iter(_PAUSES)
    while True:
        try:
            return attempt()
        except psycopg.OperationalError as fault:
            pause = next(pauses, None)
            if pause is None or not _is_passing(fault):
                raise DatabaseUnavailable(fault) from fault
        time.sleep(pause)


@dataclass(frozen=True)
class Database:
    """Where one context's tables live, and the database role that may touch them.

    With `role` None that is the user whom `dsn` names; otherwise the user acts as `role` for the whole connection.
    """

    dsn: str
    schema: str
    role: str | None = None

    def connect(self, *, statement_timeout: str = "30s", name: str = "caretrail") -> Connection:
        """A new connection in autocommit mode, `name` as pg_stat_activity shows it; statements are prepared at once."""
        settings = {
            "search_path": f'"{self.schema}"',
            "statement_timeout": statement_timeout,
            "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION,
            "timezone": "UTC",
        }
        if self.role is not None:
            settings["role"] = self.role
        given = str(conninfo_to_dict(self.dsn).get("options") or "")
        connection = psycopg.connect(
            self.dsn,
            autocommit=True,
            prepare_threshold=0,
            options=" ".join([given, *(f"-c {key}={value}" for key, value in settings.items())]),
            application_name=name,
            connect_timeout=10,
        )
        connection.adapters.register_loader(_XID8, IntLoader)
        connection.adapters.register_loader(_XID8, Int8BinaryLoader)
        return connection


class Connections:
    """A few connections, shared by threads or green threads; broken ones are replaced."""

    def __init__(self, database: Database, *, name: str = "caretrail") -> None:
        self._database = database
        self._name = name
        self._idle: deque[Connection] = deque()
        self._places = threading.BoundedSemaphore(_PLACES)

    def fetch(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement that may run twice where a connection breaks; raises `DatabaseUnavailable`."""
        return self.lend(lambda connection: connection.cursor(binary=True).execute(query, parameters).fetchall())

    def transact(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, committed, or what it raises, rolled back; raises `DatabaseUnavailable`.

        It must bear repeating: it begins again where a connection breaks, even if that was after the commit.
        """

        def in_a_transaction(connection: Connection) -> T:
            with connection.transaction():
                return work(connection)

        return self.lend(in_a_transaction)

    def lend(self, work: Callable[[Connection], T]) -> T:
        """What `work` makes of a connection, perhaps twice where one breaks; raises `DatabaseUnavailable`."""

        def attempt() -> T:
            connection = self._take()
            try:
                return work(connection)
            finally:
                if connection.info.transaction_status == TransactionStatus.IDLE:
                    self._idle.append(connection)
                else:  # broken, or stopped in the middle of something
                    if connection.closed:
                        self.close()  # what broke it has broken the idle ones too, and each would cost an attempt
                    connection.close()

        with self._places:
            return persist(attempt)

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._database.connect(name=self._name)

    def close(self) -> None:
        """Close the idle connections; the next use opens a new one."""
        while self._idle:
            self._idle.pop().close()
