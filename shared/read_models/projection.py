"""A read model's stored rows, moved forward by events: load what they touch, fold, write what changed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, NamedTuple

from shared.events import Forgetting
from shared.read_models.digest import Digest, Rejected, Run, rejection
from shared.read_models.fold import fold_of
from shared.read_models.model import Row
from shared.read_models.tables import UNSTORABLE, Rows
from shared.trouble import reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from uuid import UUID

    from shared.postgres import Connection
    from shared.read_models.digest import Ready
    from shared.read_models.model import Key, ReadModel
    from shared.read_models.source import Source
    from shared.read_models.standing import Standing

_BATCH = 500
_REMEMBERED = 10_000


class Changes(NamedTuple, Generic[Row]):
    """What events made of the rows that they touch; None where one goes. `rejected` are those that were left."""

    before: Mapping[Key, Row]
    after: Mapping[Key, Row | None]
    rejected: list[Rejected]

    @property
    def are_saved_alone(self) -> bool:
        """Whether there are rows to be written, and nothing is to be removed or parked beside them."""
        return bool(self.saved) and not self.gone and not self.rejected

    @property
    def saved(self) -> list[Row]:
        """The rows to be written."""
        return [row for key, row in self.after.items() if row is not None and row is not self.before.get(key)]

    @property
    def gone(self) -> list[Key]:
        """The keys of the rows to be removed."""
        return [key for key, row in self.after.items() if row is None and key in self.before]


class Projection(Generic[Row]):
    """One model's fold over one stored copy of its rows.

    `apply` remembers rows that it has written, because a case that moves is likely to move again. It is for whoever
    knows that nobody else writes, or else calls `forget` in time.
    """

    def __init__(self, model: ReadModel[Row], rows: Rows[Row]) -> None:
        self._model = model
        self._rows = rows
        self._recent: dict[Key, Row] = {}

    def forget(self) -> None:
        """Remember no rows: somebody else has changed them, or what was written was not kept."""
        self._recent.clear()

    def apply(self, connection: Connection, ready: list[Ready], held: AbstractSet[UUID]) -> list[Rejected]:
        """Fold these events into the stored rows, in the caller's transaction; answers those that it had to leave.

        `held` are aggregates whose events have to wait. Raises one of `UNSTORABLE` where PostgreSQL refuses a row that
        the fold has made, and then the transaction is lost: begin anew and `apply_by_halves`.
        """
        before = self.load(connection, ready)
        changes = self._folded(before, ready, held)
        self.save(connection, before, changes.after)
        self._remember(changes.after)
        return changes.rejected

    def apply_by_halves(self, connection: Connection, ready: list[Ready], held: AbstractSet[UUID]) -> list[Rejected]:
        """The same; an event that makes a row that PostgreSQL refuses is found by halving, and left."""
        try:
            with connection.transaction():
                return self.apply(connection, ready, held)
        except UNSTORABLE as error:
            if len(ready) == 1:
                [(position, event, _)] = ready
                return [rejection(position, event, reason(error))]
        middle = len(ready) // 2
        left = self.apply_by_halves(connection, ready[:middle], held)
        held_now = held | {event.originator_id for event in left}
        return left + self.apply_by_halves(connection, ready[middle:], held_now)

    def fold_remembered(self, ready: list[Ready], held: AbstractSet[UUID]) -> Changes[Row] | None:
        """What these events make of the rows that they touch, with nothing stored.

        None where one is not remembered: it is to be read once nobody else can put other rows in its place.
        """
        if any(isinstance(event, Forgetting) for _, event, _ in ready):
            return None
        keys = {key for _, _, keys in ready for key in keys}
        before = {key: row for key in keys if (row := self._recent.get(key)) is not None}
        return self._folded(before, ready, held) if len(before) == len(keys) else None

    def save_moving(
        self, connection: Connection, changes: Changes[Row], known: Standing, position: int
    ) -> Standing | None:
        """Store rows and the model's new position by one statement, see `Rows.save_moving`."""
        moved = self._rows.save_moving(connection, changes.saved, known, position)
        self._remember(changes.after)
        return moved

    def _folded(self, before: Mapping[Key, Row], ready: list[Ready], held: AbstractSet[UUID]) -> Changes[Row]:
        fold = fold_of(self._model, before, held)
        fold.take(ready)
        return Changes(before, fold.rows, fold.rejected)

    def load(self, connection: Connection, ready: list[Ready]) -> dict[Key, Row]:
        """The stored rows that these events touch."""
        keys = {key for _, _, keys in ready for key in keys}
        recent = self._recent
        rows = {key: row for key in keys if (row := recent.get(key)) is not None}
        if len(rows) < len(keys):
            rows |= self._rows.load(connection, keys - rows.keys())
        if self._model.table.personal:
            events = [event for _, event, _ in ready if not isinstance(event, Rejected)]
            forgotten = {event.subject for event in events if isinstance(event, Forgetting)}
            rows |= self._rows.load_people(connection, forgotten)
        return rows

    def save(self, connection: Connection, before: Mapping[Key, Row], after: Mapping[Key, Row | None]) -> None:
        """Store what a fold made of the rows that were loaded."""
        changes = Changes(before, after, [])
        self._rows.save(connection, changes.saved)
        self._rows.delete(connection, changes.gone)

    def _remember(self, rows: Mapping[Key, Row | None]) -> None:
        for key, row in rows.items():
            self._recent.pop(key, None)
            if row is not None:
                self._recent[key] = row
        for key in list(islice(self._recent, max(0, len(self._recent) - _REMEMBERED))):
            del self._recent[key]


def catch_up(  # noqa: PLR0913 - where from, where to, and what to leave out are all needed
    model: ReadModel[Row],
    connection: Connection,
    log: Source,
    rows: Rows[Row],
    *,
    after: int,
    until: int,
    skipped: frozenset[int],
    rejected: list[Rejected],
) -> None:
    """Bring a stored copy from one position to another in short transactions; what it had to leave joins `rejected`."""
    digest = Digest(model, skipped)
    projection = Projection(model, rows)
    held = {event.originator_id for event in rejected}
    for page in log.read(after, until, size=_BATCH):
        with connection.transaction():
            left = projection.apply_by_halves(connection, digest.ready(Run(*page)), held)
        rejected += left
        held |= {event.originator_id for event in left}
