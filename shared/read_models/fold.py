"""The fold, in memory: events in, changed rows out. An event that fails is set aside, and so is what follows it."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Generic

from msgspec.structs import replace

from shared.events import Forgetting
from shared.read_models.digest import Rejected, rejection
from shared.read_models.model import Key, Row
from shared.sealing import Sealed
from shared.trouble import TROUBLE, reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from uuid import UUID

    from shared.events import Event
    from shared.read_models.digest import Ready
    from shared.read_models.model import ReadModel
    from shared.sealing import SubjectId

_WAITS = "waits for an earlier event of its aggregate"


class Fold(Generic[Row]):
    """Rows in memory, changed by one event after the other; a key without a row has None.

    `rows` is what exists so far. Once an event is rejected, later ones of its aggregate are too, and so are those of
    `held`, aggregates that have events parked.
    """

    def __init__(self, model: ReadModel[Row], rows: Mapping[Key, Row] | None = None, held: Iterable[UUID] = ()) -> None:
        self.rows: dict[Key, Row | None] = dict(rows or {})
        self.rejected: list[Rejected] = []
        self._model = model
        self._evolve = model.evolve
        self._held = set(held)

    def take(self, ready: Iterable[Ready]) -> None:
        """Fold these events in order."""
        held, changes, rows = self._held, self.changes, self.rows
        for position, event, keys in ready:
            if type(event) is Rejected:
                self._reject(event)
            elif held and event.originator_id in held:
                self._reject(rejection(position, event, _WAITS))
            else:
                try:
                    changed = changes(position, event, keys)
                except TROUBLE:
                    raise
                except Exception as error:  # noqa: BLE001 - whatever it is, this event is at fault: it is parked
                    self._reject(rejection(position, event, reason(error)))
                else:
                    for key, row in changed:
                        rows[key] = row

    def changes(self, position: int, event: Event, keys: Iterable[Key]) -> list[tuple[Key, Row | None]]:  # noqa: ARG002 - for those that act on it
        """The rows as they are after the event: all that it touches, or an exception."""
        get, evolve = self.rows.get, self._evolve
        return [(key, evolve(key, get(key), event)) for key in keys]

    def touched(self, event: Event, keys: Collection[Key]) -> Collection[Key]:  # noqa: ARG002 - as above
        """The rows that the event is about to change."""
        return keys

    def _reject(self, rejected: Rejected) -> None:
        self.rejected.append(rejected)
        self._held.add(rejected.originator_id)


class ForgettingFold(Fold[Row]):
    """The same over a table with personal columns, which it empties in the rows of a person who is forgotten."""

    def __init__(self, model: ReadModel[Row], rows: Mapping[Key, Row] | None = None, held: Iterable[UUID] = ()) -> None:
        super().__init__(model, rows, held)
        self._nothing = dict.fromkeys(model.table.personal)
        self._subjects = [attrgetter(name) for name in model.table.subjects]
        self._keys_by_person: dict[SubjectId, set[Key]] = {}
        for key, row in (rows or {}).items():
            self._note(key, row)

    def changes(self, position: int, event: Event, keys: Iterable[Key]) -> list[tuple[Key, Row | None]]:
        """The rows as they are after the event; after a `Forgetting`, the emptied ones too."""
        if isinstance(event, Forgetting):
            return self._forget(event, event.subject, keys)
        changed = super().changes(position, event, keys)
        for key, row in changed:
            self._note(key, row)
        return changed

    def touched(self, event: Event, keys: Collection[Key]) -> Collection[Key]:
        """The rows that the event is about to change; those of a person who is forgotten as well."""
        if isinstance(event, Forgetting):
            return {*keys, *self._keys_by_person.get(event.subject, ())}
        return keys

    def _forget(self, event: Event, person: SubjectId, keys: Iterable[Key]) -> list[tuple[Key, Row | None]]:
        # Rows that were about the person once are listed too, so look again.
        rows = {key: self.rows.get(key) for key in self._keys_by_person.get(person, ())}
        changed: dict[Key, Row | None] = {
            key: replace(row, **self._nothing)
            for key, row in rows.items()
            if row is not None and person in self._people_of(row)
        }
        for key in keys:
            changed[key] = self._evolve(key, changed.get(key, self.rows.get(key)), event)
        return list(changed.items())

    def _note(self, key: Key, row: Row | None) -> None:
        if row is not None:
            for person in self._people_of(row):
                self._keys_by_person.setdefault(person, set()).add(key)

    def _people_of(self, row: Row) -> list[SubjectId]:
        values = [subject_in(row) for subject_in in self._subjects]
        return [value.subject if isinstance(value, Sealed) else value for value in values if value is not None]


def fold_of(model: ReadModel[Row], rows: Mapping[Key, Row] | None = None, held: Iterable[UUID] = ()) -> Fold[Row]:
    """The fold that a model's table needs."""
    kind = ForgettingFold if model.table.personal else Fold
    return kind(model, rows, held)
