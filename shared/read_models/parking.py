"""Events that a read model or a process could not take, kept with the reason until they are retried or dropped."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the named tuple's annotations are part of it
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID  # noqa: TC003 - as above

from shared.read_models import standing
from shared.read_models.digest import Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.postgres import Connection, Database
    from shared.read_models.digest import Rejected
    from shared.read_models.model import ReadModel
    from shared.store.log import Log

_COLUMNS = "model, position, originator_id, originator_version, type, error, attempts, parked_at, dropped_at"
_LIST = f"select {_COLUMNS} from parked where %s::text is null or model = %s order by model, position"
_WAITING = (
    "select position from parked where model = %s and originator_id = %s and dropped_at is null order by position"
)
_HELD = "select distinct originator_id from parked where model = %s and dropped_at is null"
_DROPPED = "select position from parked where model = %s and dropped_at is not null"
_PARKED = "select position from parked where model = %s"
_DROP = """
update parked set dropped_at = now() where model = %s and originator_id = %s and position = %s and dropped_at is null
"""
_NOTE = "insert into parking_deed (actor, deed, model, originator_id, positions) values (%s, %s, %s, %s, %s)"
_DEEDS = "select at, actor, deed, model, originator_id, positions from parking_deed order by at desc limit %s"
_TAKE_BACK = "delete from parked where model = %s and position = %s and dropped_at is null"
_CLEAR = "delete from parked where model = %s and dropped_at is null"
_COPY = """
insert into parked (model, position, originator_id, originator_version, type, error, attempts, parked_at, dropped_at)
select %s, position, originator_id, originator_version, type, error, attempts, parked_at, dropped_at
from parked where model = %s
on conflict do nothing
"""
_PARK = """
insert into parked (model, position, originator_id, originator_version, type, error)
select %s, * from unnest(%s::int8[], %s::uuid[], %s::int8[], %s::text[], %s::text[])
on conflict (model, position) do update set error = excluded.error, attempts = parked.attempts + 1
"""


class NotParked(LookupError):
    """There is no such parked event, or it has been dropped or taken since it was listed."""

    def __init__(self, model: str, position: int) -> None:
        super().__init__(f"{model} has no event parked at position {position}: list what is parked and choose again")


class ParkedEvent(NamedTuple):
    """One event that was set aside. `dropped_at` tells that nobody will try again, not even a rebuild."""

    model: str
    position: int
    originator_id: UUID
    originator_version: int
    type: str
    error: str
    attempts: int
    parked_at: datetime
    dropped_at: datetime | None


class Deed(NamedTuple):
    """Who has tried parked events again, or dropped them; `positions` are those that were taken, or dropped."""

    at: datetime
    actor: str
    deed: str
    model: str
    originator_id: UUID
    positions: list[int]


class Retried(NamedTuple):
    """What became of an aggregate's parked events: how many were taken, and how many wait on."""

    taken: int
    waiting: int


class Parking:
    """What operators see of parked events and drop for good; `Projector.retry` and `ProcessRunner.retry` try again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deeds(self, limit: int = 50) -> list[Deed]:
        """What was done last, the newest first."""
        with self._database.connect() as connection:
            return [Deed(*row) for row in connection.execute(_DEEDS, (limit,))]

    def list(self, model: str | None = None) -> list[ParkedEvent]:
        """All parked events, dropped ones included, or one model's, in the order of the log."""
        with self._database.connect() as connection:
            return [ParkedEvent(*row) for row in connection.execute(_LIST, (model, model))]

    def drop(self, model: str, originator_id: UUID, positions: Sequence[int], actor: str) -> None:
        """Never try these events of an aggregate again; later ones of it can then be retried. Kept with who did it.

        Raises `NotParked`, and then none is dropped.
        """
        with self._database.connect() as connection, connection.transaction():
            for position in positions:
                if connection.execute(_DROP, (model, originator_id, position)).rowcount == 0:
                    raise NotParked(model, position)
            connection.execute(_NOTE, (actor, "dropped", model, originator_id, list(positions)))
            standing.touch(connection, model)

    def note(self, actor: str, deed: str, model: str, originator_id: UUID, positions: Sequence[int]) -> None:
        """Keep who has done what with an aggregate's parked events."""
        with self._database.connect() as connection:
            connection.execute(_NOTE, (actor, deed, model, originator_id, list(positions)))


def park(connection: Connection, model: str, rejected: Iterable[Rejected]) -> None:
    """Keep these, or count one more attempt where they are kept already."""
    columns = [list(values) for values in zip(*rejected, strict=True)]
    if columns:
        connection.execute(_PARK, (model, *columns))


def copy(connection: Connection, model: str, other: str) -> None:
    """Keep what is parked of a model under another name too."""
    connection.execute(_COPY, (other, model))


def park_rebuilt(connection: Connection, model: ReadModel[Any], name: str, rejected: Iterable[Rejected]) -> None:
    """Keep what a rebuild rejected, instead of all that was waiting where it tried everything again."""
    if not model.reacts:
        connection.execute(_CLEAR, (name,))
    park(connection, name, rejected)


def take_back(connection: Connection, model: str, position: int) -> None:
    """Forget that this event was parked: it has been taken. Raises `NotParked`."""
    if connection.execute(_TAKE_BACK, (model, position)).rowcount == 0:
        raise NotParked(model, position)


def held(connection: Connection, model: str) -> set[UUID]:
    """The aggregates with events parked: later ones have to wait behind them."""
    return {originator_id for (originator_id,) in connection.execute(_HELD, (model,))}


def passed_by(connection: Connection, model: ReadModel[Any], name: str) -> frozenset[int]:
    """The positions that a rebuild leaves out: what was dropped, and for a process what waits to be retried.

    A parked event has had no effect of a process yet, so its state must not know it; a read model takes every new
    chance to fold it.
    """
    query = _PARKED if model.reacts else _DROPPED
    return frozenset(position for (position,) in connection.execute(query, (name,)))


def waiting(connection: Connection, log: Log, model: str, originator_id: UUID) -> list[Run]:
    """An aggregate's parked events as the log has them, each a run of its own, in their order."""
    positions = [position for (position,) in connection.execute(_WAITING, (model, originator_id))]
    return [Run(*page) for position in positions for page in log.read(after=position - 1, until=position, size=1)]
