"""A read model is a table and a fold: `keys(event)` says which rows an event touches, `evolve` what becomes of each.

Both are pure, so that the same two functions serve the live projection, the rebuild, the replay as of a position or a
time, and the row-by-row difference between any two of them.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.sealing import Opener, SubjectId

Row = TypeVar("Row", bound=msgspec.Struct)
Key = tuple[Any, ...]
"""Values of the table's key columns, in their order."""

_COLUMN_TYPES: dict[Any, str] = {
    UUID: "uuid",
    str: "text",
    int: "int8",
    bool: "boolean",
    date: "date",
    datetime: "timestamptz",
    Decimal: "numeric",
}


@dataclass(frozen=True)
class Column:
    """One column, derived from the row's annotation. `json` columns hold what is neither a scalar nor a text list."""

    name: str
    type: str
    nullable: bool
    json: Any = None
    """The Python type to decode a `json` column into, or None for a native column."""


def _column(name: str, hint: Any) -> Column:
    nullable = False
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        nullable = True
        hint = Union[tuple(arg for arg in get_args(hint) if arg is not type(None))]  # noqa: UP007 - built from a tuple
    if (native := _COLUMN_TYPES.get(hint)) is not None:
        return Column(name, native, nullable)
    if isinstance(hint, type) and issubclass(hint, str):
        return Column(name, "text", nullable, json=None)
    if hint == tuple[str, ...]:
        return Column(name, "text[]", nullable)
    return Column(name, "json", nullable, json=hint)


@dataclass(frozen=True)
class Table(Generic[Row]):
    """Where a read model's rows live: columns follow the row's annotations, `key` is the primary key.

    `indexes` are column lists. `subjects` names the columns that hold a person's `SubjectId` or a `Sealed` value, and
    `personal` those with opened personal data: when a subject is forgotten the engine empties the `personal` columns
    of that subject's rows, live, as a rebuild without the key would find them.
    """

    name: str
    row: type[Row]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    subjects: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the row's fields."""
        hints = get_type_hints(self.row)
        return tuple(_column(name, hints[name]) for name in self.row.__struct_fields__)


class ReadModel(Generic[Row]):
    """The answer to one question, as rows folded from one context's log.

    A subclass gives `context`, `table`, `folds` (the published events it looks at; the rest pass by), `keys` and
    `evolve`, and holds its queries in the same file. `opener` opens sealed fields while folding and answers None for
    people who have been forgotten; a model that opens names them in `subjects` so that keys come in one round trip.
    """

    context: ClassVar[str]
    table: ClassVar[Table[Any]]
    folds: ClassVar[tuple[type[Event], ...]]

    def __init__(self, opener: Opener | None = None) -> None:
        self._opener = opener

    @property
    def opener(self) -> Opener:
        """The opener given at the composition root; a model that opens cannot do without."""
        if self._opener is None:
            msg = f"{type(self).__name__} opens sealed fields: give it an opener"
            raise RuntimeError(msg)
        return self._opener

    def subjects(self, event: Event) -> Iterable[SubjectId]:  # noqa: ARG002 - most models open nothing
        """The people whose keys folding this event needs."""
        return ()

    def keys(self, event: Event) -> Iterable[Key]:
        """The rows this event touches."""
        raise NotImplementedError

    def evolve(self, key: Key, row: Row | None, event: Event) -> Row | None:
        """The row after the event; None where there is none, or where it goes."""
        raise NotImplementedError
