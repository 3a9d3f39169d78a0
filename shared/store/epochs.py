"""Epochs: a restored log goes on in a new life of transaction ids, after everything it had before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from shared.postgres import Connection

# Ids that this server has not handed out yet: the log was restored from a dump. A snapshot's end is above every id that
# it sees committed, so a log at home is never taken for a restored one.
_IS_RESTORED = """
select coalesce(max(xid) >= pg_snapshot_xmax(pg_current_snapshot()), false)
from event where epoch = (select epoch from log)
"""


def bump_epoch(connection: Connection) -> int:
    """Begin a new epoch and return it: events appended from now on stand after all that are stored."""
    with connection.transaction():
        # Waits for running appends and lets none begin, so every event of the old epoch is there before the new one.
        connection.execute("lock table event in access exclusive mode")
        return _begin_next(connection)


def begin_epoch_if_restored(connection: Connection) -> bool:
    """Begin a new epoch where the log was restored into a server that has not reached its transaction ids."""
    if not _is_restored(connection):
        return False
    with connection.transaction():
        connection.execute("lock table event in access exclusive mode")
        # Another process may have been first.
        restored = _is_restored(connection)
        if restored:
            _begin_next(connection)
    return restored


def _is_restored(connection: Connection) -> bool:
    [(restored,)] = connection.execute(_IS_RESTORED).fetchall()
    return bool(restored)


def _begin_next(connection: Connection) -> int:
    [(epoch,)] = connection.execute("update log set epoch = epoch + 1 returning epoch").fetchall()
    # A column default, and not a look into `log` by every append: that would cost each of them a read.
    connection.execute(sql.SQL("alter table event alter column epoch set default {}").format(sql.Literal(epoch)))
    return int(epoch)
