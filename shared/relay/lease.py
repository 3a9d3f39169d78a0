"""One relay of a context at a time: an advisory lock says who works, a generation keeps out who only thinks so.

The lock belongs to a connection, and goes with it. A relay whose connection broke unnoticed could still be writing, so
whatever a relay stores names the generation that it was given with the lock, and is refused once another has begun.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import psycopg

if TYPE_CHECKING:
    import threading

    from shared.postgres import Connection, Database

_LOCK = "select pg_try_advisory_lock(hashtext('caretrail relay'), hashtext(%s))"
_BEGIN = "update relay set generation = generation + 1, holder = %s, heartbeat = now() returning generation, published"
_PUBLISHED = "update relay set published = %s, heartbeat = now() where generation = %s"
_ALIVE = "update relay set heartbeat = now() where generation = %s"
_AT_END = """
update relay set heartbeat = now(), at_end = now(), signed_at = case
    when %s <= (select coalesce(max(position), 0) from checkpoint) then now() else signed_at
end
where generation = %s
"""

# So that a relay whose machine is gone does not keep its lock for hours.
_NOTICE_A_DEAD_PEER = """
select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '3', false)
"""

_RETRY_SECONDS = 0.25
_CHECK_SECONDS = 1.0


class LeaseLost(RuntimeError):
    """This relay may not work any longer: the connection that held its lock is gone, or another relay has begun."""


class Lease:
    """The right to relay one context, held by an open connection."""

    def __init__(self, connection: Connection) -> None:
        """Begin a new generation on a connection that holds the lock."""
        self._connection = connection
        # Which page was published last may be forgotten by a crash of PostgreSQL: it is then published again.
        connection.execute("set synchronous_commit to off")
        [(generation, published)] = connection.execute(_BEGIN, (f"{socket.gethostname()}/{os.getpid()}",)).fetchall()
        self.generation: int = generation
        self.published: int = published
        self._checked = time.monotonic()
        self._at_end = float("-inf")

    @classmethod
    def acquire(cls, database: Database, stop: threading.Event) -> Self | None:
        """Wait until no other relay of this context works, and begin; None if `stop` is set before."""
        with ExitStack() as unless_held:
            connection = unless_held.enter_context(database.connect(name=f"caretrail relay {database.schema}"))
            connection.execute(_NOTICE_A_DEAD_PEER)
            while not stop.is_set():
                if connection.execute(_LOCK, (database.schema,)).fetchone() == (True,):
                    lease = cls(connection)
                    unless_held.pop_all()
                    return lease
                stop.wait(_RETRY_SECONDS)
        return None

    def save_published(self, position: int) -> None:
        """Remember that everything up to `position` is in the broker's keeping. Raises `LeaseLost`."""
        self._write(_PUBLISHED, position, self.generation)
        self.published = position

    def check(self) -> None:
        """Notice a broken connection, asking the server about once a second. Raises `LeaseLost`."""
        if time.monotonic() - self._checked >= _CHECK_SECONDS:
            self._write(_ALIVE, self.generation)

    def at_end(self, position: int) -> None:
        """The same, and remember that nothing is left to publish behind `position`, and whether all is signed.

        Raises `LeaseLost`.
        """
        if time.monotonic() - self._at_end >= _CHECK_SECONDS:
            self._write(_AT_END, position, self.generation)
            self._at_end = self._checked

    def close(self) -> None:
        """Let the next relay begin."""
        self._connection.close()

    def _write(self, statement: str, *parameters: int) -> None:
        try:
            written = self._connection.execute(statement, parameters).rowcount
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            raise LeaseLost(f"the connection that held the relay's lock is gone: {fault}") from fault
        if not written:
            raise LeaseLost("another relay has begun")
        self._checked = time.monotonic()
