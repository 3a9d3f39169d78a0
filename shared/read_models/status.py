"""How the read models and processes of a context are doing: what an operator looks at first."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the named tuple's annotations are part of it
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.read_models import standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from shared.postgres import Connection, Database
    from shared.read_models.model import ReadModel
    from shared.store.log import Log

_STATUS = """
select name, position, fingerprint, rebuilt_at, moved_at,
    (select count(*) from parked where model = name and dropped_at is null)
from read_model
"""
# In one statement, so that nothing moves between the looks: no event without a position, nobody behind the last one.
# The next event is asked for by its order, or PostgreSQL would look through all of them.
_ALL_CAUGHT_UP = """
with head as (
    (select position_to, epoch, xid, id from page order by position_to desc limit 1)
    union all
    select 0, 0, '0', 0
    order by position_to desc limit 1
)
select
    (
        select id from event
        where (epoch, xid, id) > ((select epoch from head), (select xid from head), (select id from head))
        order by epoch, xid, id limit 1
    ) is null
    and count(*) filter (where position >= (select position_to from head)) = %s
from read_model where name = any(%s)
"""


class Status(NamedTuple):
    """One model: how far it is behind the log, whether its rows are of this release, what waits in its parking.

    A model that was never built stands at 0, is not current, and has no times.
    """

    name: str
    position: int
    behind: int
    is_current: bool
    parked: int
    rebuilt_at: datetime | None
    moved_at: datetime | None


def status(models: Iterable[ReadModel[Any]], database: Database, log: Log) -> list[Status]:
    """The status of each of these models, in their order."""
    standing.install(database)
    with database.connect(name="caretrail status") as connection:
        built = {row[0]: row[1:] for row in connection.execute(_STATUS)}
    head = log.head().position
    found = []
    for model in models:
        name = model.table.name
        position, fingerprint, rebuilt_at, moved_at, parked = built.get(name, (0, "", None, None, 0))
        current = fingerprint == model.fingerprint()
        found.append(Status(name, position, max(0, head - position), current, parked, rebuilt_at, moved_at))
    return found


def all_caught_up(connection: Connection, names: Collection[str]) -> bool:
    """Whether every stored event has its position and all these models and processes have got there."""
    [(caught_up,)] = connection.execute(_ALL_CAUGHT_UP, (len(names), list(names))).fetchall()
    return bool(caught_up)
