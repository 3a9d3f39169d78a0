"""How far rebuilds have come, told to other processes: a row for each that is at work, or that ended half-way."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import datetime  # noqa: TC003 - the named tuple's annotations are part of it
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.postgres import Connection
    from shared.read_models.filling import Progress

_EVERY_SECONDS = 1.0
"""No row is written more often, however fast a rebuild gets on."""

_BEGIN = """
insert into rebuilding (model, pid, stage, done, total) values (%s, pg_backend_pid(), 'folding', 0, 0)
on conflict (model) do update
set pid = excluded.pid, stage = excluded.stage, done = 0, total = 0, began_at = now(), told_at = now()
"""
_TELL = "update rebuilding set stage = %s, done = %s, total = %s, told_at = now() where model = %s"
_END = "delete from rebuilding where model = %s"
# The lock of `rebuild.alone`; object ids have no sign, hashes have.
_LIST = """
select model, stage, done, total, began_at, told_at, exists (
    select from pg_locks
    where locktype = 'advisory' and granted and pg_locks.pid = rebuilding.pid
        and database = (select oid from pg_database where datname = current_database())
        and classid = (hashtext('rebuild in ' || current_schema())::int8 & 4294967295)::oid
        and objid = (hashtext(model)::int8 & 4294967295)::oid
)
from rebuilding order by model
"""


class Rebuilding(NamedTuple):
    """One rebuild: `done` of `total` steps of its stage; where nobody is at work any more, it ended half-way."""

    model: str
    stage: str
    done: int
    total: int
    began_at: datetime
    told_at: datetime
    at_work: bool


@contextmanager
def told(connection: Connection, model: str, progress: Progress) -> Iterator[Progress]:
    """The same progress, told to other processes too. What raises leaves its row: that is where it ended.

    `connection` is the one that holds the model's lock, and is in no transaction while progress is told.
    """
    connection.execute(_BEGIN, (model,))
    last_told, last_stage = time.monotonic(), "folding"

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last_told, last_stage
        progress(stage, done, total)
        if stage != last_stage or time.monotonic() - last_told >= _EVERY_SECONDS:
            connection.execute(_TELL, (stage, done, total, model))
            last_told, last_stage = time.monotonic(), stage

    yield tell
    connection.execute(_END, (model,))


def rebuildings(connection: Connection) -> dict[str, Rebuilding]:
    """The rebuilds at work, and those that ended half-way, by model."""
    return {row[0]: Rebuilding(*row) for row in connection.execute(_LIST)}
