"""How the read models and processes of a context are doing: what an operator looks at first."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the named tuple's annotations are part of it
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.read_models import standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.postgres import Database
    from shared.read_models.model import ReadModel
    from shared.store.log import Log

_STATUS = """
select name, position, fingerprint, rebuilt_at, moved_at,
    (select count(*) from parked where model = name and dropped_at is null)
from read_model
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
