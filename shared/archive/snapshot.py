"""A moment of a store at which every stored event has its position: then what lies beside the events belongs to them.

Reservations and answers are written with an event, and the relay gives it its position a little later. So the two are
read together at a moment at which nothing waits. Under load there is no such moment by itself; then writers wait for
the relay, for as long as it takes to settle what is there.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.relay.status import status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Connection, Database

_BEGIN = "begin transaction isolation level repeatable read, read only"
_TRIES = 10
_PAUSE = 0.02
_LONGEST_WAIT = 10.0
"""Seconds for which writers may be kept waiting; shorter than PostgreSQL lets a transaction be idle."""


class NotSettled(RuntimeError):
    """Events wait for their positions, and nobody gives them any."""

    def __init__(self, context: str, waiting: int) -> None:
        super().__init__(
            f"{waiting} events of {context} have no position yet: see `caretrail log status`, have the relay at work"
            f" and give the command again"
        )


@contextmanager
def settled(database: Database, context: str) -> Iterator[Connection]:
    """A connection that sees one such moment for as long as the block lasts, and can only read; raises `NotSettled`."""
    with database.connect(statement_timeout="0", name=f"caretrail export {context}") as connection:
        for _ in range(_TRIES):
            if not _waiting(connection, context):
                break
            time.sleep(_PAUSE)
        else:
            _see_settled(database, connection, context)
        yield connection
        connection.rollback()


def _waiting(connection: Connection, context: str) -> int:
    """How many events have no position; with none of them the connection keeps on seeing this moment."""
    connection.execute(_BEGIN)
    found = status(connection, context)
    if found.backlog:
        connection.execute("rollback")
    if found.backlog and not found.at_work:
        raise NotSettled(context, found.backlog)
    return found.backlog


def _see_settled(database: Database, connection: Connection, context: str) -> None:
    """Keep writers waiting until nothing else does."""
    with database.connect(name=f"caretrail export {context} waiting") as writers, writers.transaction():
        writers.execute("lock table event in share mode")
        give_up = time.monotonic() + _LONGEST_WAIT
        while waiting := _waiting(connection, context):
            if time.monotonic() > give_up:
                raise NotSettled(context, waiting)
            time.sleep(_PAUSE)
