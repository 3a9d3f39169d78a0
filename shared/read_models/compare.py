"""Is a read model what its fold makes of the log? A replay beside it, compared row by row, and dropped again."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.read_models import parking, standing
from shared.read_models.filling import unreported
from shared.read_models.replay.differences import Differences, Kind
from shared.read_models.replay.folding import OwnCode
from shared.read_models.replay.replaying import live_rows, replay_beside_live, replayed_rows
from shared.read_models.replay.scratch import Origin, Scratch

if TYPE_CHECKING:
    from shared.postgres import Database
    from shared.read_models.filling import Progress
    from shared.read_models.model import Key, ReadModel
    from shared.read_models.source import Source

_LISTED = 100


class Changed(NamedTuple):
    """A row that both have, and the columns in which they differ."""

    key: Key
    columns: tuple[str, ...]


class Difference(NamedTuple):
    """How the live rows differ from rebuilt ones as of one position; the first 100 that differ are listed."""

    position: int
    is_none: bool
    only_live: tuple[Key, ...]
    only_rebuilt: tuple[Key, ...]
    changed: tuple[Changed, ...]


def compare(model: ReadModel[Any], database: Database, log: Source, progress: Progress = unreported) -> Difference:
    """Rebuild beside the live rows and tell how the two differ, at one and the same position. Raises `NotBuilt`."""
    standing.install(database)
    scratch = Scratch(database)
    folder = OwnCode(model, log, skipped_by(model, database))
    with replay_beside_live(database, scratch, folder, Origin(log.context, log.incarnation()), progress) as beside:
        live, rebuilt = live_rows(database, folder.definition), replayed_rows(scratch, beside.replay)
        with Differences.between(beside.connection, live, rebuilt) as found:
            difference = _listed(found, beside.live_position)
    scratch.drop(beside.replay)
    return difference


def skipped_by(model: ReadModel[Any], database: Database) -> frozenset[int]:
    """The positions that a replay leaves out, as a rebuild does."""
    with database.connect() as connection:
        return parking.passed_by(connection, model, model.table.name)


def _listed(found: Differences, position: int) -> Difference:
    first = list(islice(found, _LISTED))
    return Difference(
        position,
        found.all_equal,
        only_live=tuple(row.key for row in first if row.kind is Kind.REMOVED),
        only_rebuilt=tuple(row.key for row in first if row.kind is Kind.ADDED),
        changed=tuple(
            Changed(row.key, tuple(change.column for change in row.changes))
            for row in first
            if row.kind is Kind.CHANGED
        ),
    )
