"""One row's events, folded one after the other by the model itself: what each of them made of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from shared.events import Forgetting
from shared.inspection.cells import Cell, cell_of
from shared.inspection.events import Fact, fact_of
from shared.read_models.digest import Digest, Rejected, Run
from shared.read_models.fold import fold_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.read_models.digest import Ready
    from shared.read_models.fold import Fold
    from shared.read_models.model import Key, ReadModel
    from shared.store.log import LogRow


class Effect(StrEnum):
    """What became of a row with an event that touches it."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    PARKED = "parked"
    """The model could not take the event, which waits to be tried again."""
    DROPPED = "dropped"
    """An operator has decided that the model never takes it."""
    REJECTED = "rejected"
    """It could not be taken now; when the live rows were made, it could."""


class Change(msgspec.Struct, frozen=True):
    """A column that an event changed. Of what is hidden only that it changed can be told.

    Of a list that only grew, or shrank, at its end, the first `kept` entries are left out of both.
    """

    before: Cell
    after: Cell
    kept: int = 0


class Episode(msgspec.Struct, frozen=True):
    """An event, what became of the row with it, and why it was not taken, where it was not."""

    fact: Fact
    effect: Effect
    changes: tuple[Change, ...] = ()
    error: str = ""

    def is_about(self, column: str | None) -> bool:
        """Whether it decided this column, or anything of the row where no column is asked about."""
        if column is None or self.effect in _NOT_TAKEN:
            return self.effect is not Effect.UNCHANGED
        return any(change.after.column == column for change in self.changes)


_NOT_TAKEN = frozenset({Effect.PARKED, Effect.DROPPED, Effect.REJECTED})


class Story:
    """One row's events, folded one after the other."""

    def __init__(
        self,
        model: ReadModel[Any],
        key: Key,
        rows: Sequence[tuple[int, LogRow]],
        not_taken: Mapping[int, tuple[str, Effect]],
    ) -> None:
        self.episodes: list[Episode] = []
        self._model = model
        self._key = key
        self._rows = rows
        self._not_taken = not_taken
        self._fold: Fold[Any] = fold_of(model)

    def run(self) -> msgspec.Struct | None:
        """Fold them all; answers the row that comes out."""
        digest = Digest(self._model, mine=self._key.__eq__)
        # What `ready` takes for positions are places among these events.
        for one in digest.ready(Run(0, [row for _, row in self._rows])):
            _, event, keys = one
            if keys or isinstance(event, Rejected | Forgetting):  # or the index has taken it for another
                position, row = self._rows[one[0]]
                self.episodes.append(self._episode(one, fact_of(self._model.context, position, row)))
        return self._row

    @property
    def _row(self) -> msgspec.Struct | None:
        row: msgspec.Struct | None = self._fold.rows.get(self._key)
        return row

    def _episode(self, ready: Ready, fact: Fact) -> Episode:
        if fact.position in self._not_taken:
            error, effect = self._not_taken[fact.position]
            return Episode(fact, effect, error=error)
        before, rejected = self._row, len(self._fold.rejected)
        self._fold.take([ready])
        if len(self._fold.rejected) > rejected:
            return Episode(fact, Effect.REJECTED, error=self._fold.rejected[-1].error)
        return Episode(fact, _effect(before, self._row), tuple(self._changes(before, self._row)))

    def _changes(self, before: msgspec.Struct | None, after: msgspec.Struct | None) -> Iterator[Change]:
        table = self._model.table
        for column in table.columns:
            old, new = getattr(before, column.name, None), getattr(after, column.name, None)
            if old != new:
                kept = _kept(old, new)
                yield Change(
                    cell_of(table, column.name, _rest(old, kept)),
                    cell_of(table, column.name, _rest(new, kept)),
                    kept,
                )


def _kept(old: Any, new: Any) -> int:
    """How many entries two lists begin with, where one is the beginning of the other."""
    if not isinstance(old, tuple) or not isinstance(new, tuple):
        return 0
    shorter = min(len(old), len(new))
    return shorter if old[:shorter] == new[:shorter] else 0


def _effect(before: msgspec.Struct | None, after: msgspec.Struct | None) -> Effect:
    if before is None:
        return Effect.UNCHANGED if after is None else Effect.MADE
    if after is None:
        return Effect.REMOVED
    return Effect.UNCHANGED if before == after else Effect.CHANGED


def _rest(value: Any, kept: int) -> Any:
    return value[kept:] if kept else value
