"""Replays made: as of a position, or beside the live rows as of the very position that those are at."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from psycopg import IsolationLevel

from shared.read_models import standing
from shared.read_models.filling import unreported
from shared.read_models.rebuild import NEARLY_THERE
from shared.read_models.replay.tables import Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.postgres import Connection, Database
    from shared.read_models.filling import Progress
    from shared.read_models.replay.folding import Folder
    from shared.read_models.replay.scratch import Definition, Origin, Replay, Scratch
    from shared.read_models.standing import Standing

    Look = Callable[[Connection, str], Standing | None]


class NotBuilt(LookupError):
    """There is nothing to compare: the model has no rows yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"read model {name} has never been built: start its projector, or rebuild it")


class Beside(NamedTuple):
    """A replay and the live rows as of one moment; `connection` sees both as they were then, and may change nothing."""

    replay: Replay
    live_position: int
    connection: Connection


def replay(scratch: Scratch, folder: Folder, origin: Origin, until: int, progress: Progress = unreported) -> Replay:
    """Fold a log up to a position into a table of its own. No live row is read or touched."""
    with scratch.new(folder.definition, origin) as (connection, begun):
        folder.fill(connection, begun.table, until, progress)
        return scratch.stands(connection, begun, until, folder.parked)


@contextmanager
def replay_beside_live(
    live: Database, scratch: Scratch, folder: Folder, origin: Origin, progress: Progress = unreported
) -> Iterator[Beside]:
    """The same up to the position that the live rows are at, to be compared with them. Raises `NotBuilt`.

    Projection goes on, but for the moment in which the two are brought to one position.
    """
    name = folder.definition.model
    with scratch.new(folder.definition, origin) as (connection, begun), reading(live) as looking:
        position = live_position(looking, name)
        folder.fill(connection, begun.table, position, progress)
        while (goal := live_position(looking, name)) > position + NEARLY_THERE:
            folder.follow(connection, begun.table, position, goal)
            position = goal
        with ExitStack() as snapshot:
            with live.connect(name=f"caretrail replay {name}") as holder, holder.transaction():
                goal = live_position(holder, name, standing.lock)
                folder.follow(connection, begun.table, position, goal)
                made = scratch.stands(connection, begun, goal, folder.parked)
                snapshot.enter_context(frozen(looking))
            yield Beside(made, goal, looking)


@contextmanager
def reading(live: Database) -> Iterator[Connection]:
    """A connection that reads the live rows and all replays, for as long as it takes, and can change nothing."""
    with live.connect(statement_timeout="0", name="caretrail replay reader") as connection:
        connection.execute("set default_transaction_read_only = on")
        yield connection


def live_position(connection: Connection, name: str, look: Look = standing.standing_of) -> int:
    """The position that a model's live rows are at; raises `NotBuilt`."""
    found = look(connection, name)
    if found is None:
        raise NotBuilt(name)
    return found.position


@contextmanager
def frozen(connection: Connection) -> Iterator[None]:
    """See everything as it is now, without keeping anyone from changing it."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        connection.execute("select")
        yield


def live_rows(live: Database, definition: Definition) -> Stored:
    """The table of the live rows."""
    return Stored(live.schema, definition.model, frozenset(definition.hidden))


def replayed_rows(scratch: Scratch, replay: Replay) -> Stored:
    """The table of a replay's rows."""
    return Stored(scratch.database.schema, replay.table, frozenset(replay.hidden))
