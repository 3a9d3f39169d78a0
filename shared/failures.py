"""The last failure of each worker of a context, kept beside its rows, where other processes see it too."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the named tuple's annotations are part of it
from typing import TYPE_CHECKING, NamedTuple

import structlog

from shared.trouble import TROUBLE, reason

if TYPE_CHECKING:
    from shared.postgres import Connection, Database

_NOTE = """
insert into failure (worker, reason) values (%s, %s)
on conflict (worker) do update set reason = excluded.reason, at = now()
"""
_LAST = "select worker, reason, at from failure"

_log = structlog.get_logger()


class Failure(NamedTuple):
    """What stopped a worker last, or made it wait: by kind and place, in words that tell nothing about a person."""

    reason: str
    at: datetime


def note(database: Database, worker: str, error: BaseException) -> None:
    """Keep this as the worker's last failure. Where the database itself is away, the log line is all there is."""
    try:
        with database.connect(name="caretrail failure") as connection:
            connection.execute(_NOTE, (worker, reason(error)))
    except TROUBLE as trouble:
        _log.warning("failure_not_kept", worker=worker, cause=type(trouble).__name__)


def last_failures(connection: Connection) -> dict[str, Failure]:
    """The last failure of each worker that ever had one."""
    return {worker: Failure(*told) for worker, *told in connection.execute(_LAST)}
