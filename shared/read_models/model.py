"""A read model is a table and a fold: `keys(event)` says which rows an event touches, `evolve` what becomes of each.

Both are pure, so that the same two functions serve the live projection, the rebuild, the replay as of a position or a
time, and the row-by-row difference between any two of them.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NewType, TypeVar, Union, get_args, get_origin, get_type_hints
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
    sql_type: str
    nullable: bool
    json: Any = None
    """The Python type to decode a `json` column into, or None for a native column."""
    enum: type[StrEnum] | None = None
    """The enum whose values a text column holds, or None."""


def _column(name: str, hint: Any) -> Column:
    nullable = False
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        nullable = True
        hint = Union[tuple(arg for arg in get_args(hint) if arg is not type(None))]  # noqa: UP007 - built from a tuple
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    if (native := _COLUMN_TYPES.get(hint)) is not None:
        return Column(name, native, nullable)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Column(name, "text", nullable, enum=hint)
    if hint == tuple[str, ...]:
        return Column(name, "text[]", nullable)
    return Column(name, "json", nullable, json=hint)


@cache
def columns_of(row: type[msgspec.Struct]) -> tuple[Column, ...]:
    """The columns that rows of this class fill, in the order of its fields."""
    hints = get_type_hints(row)
    return tuple(_column(name, hints[name]) for name in row.__struct_fields__)


@dataclass(frozen=True)
class Table(Generic[Row]):
    """Where a read model's rows live: columns follow the row's annotations, `key` is the primary key.

    `indexes` are column lists. `subjects` names the columns that hold a person's `SubjectId` or a `Sealed` value, and
    `personal` those with opened personal data of these people, None when it is not known. When one of a row's subjects
    is forgotten the engine empties its `personal` columns, as a rebuild without the key finds them. So a person of
    whom the table opens nothing is not named in `subjects`.
    """

    name: str
    row: type[Row]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    subjects: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        columns = {column.name: column for column in self.columns}
        named = {*self.key, *self.subjects, *self.personal, *(name for index in self.indexes for name in index)}
        if unknown := named - columns.keys():
            raise TypeError(f"{self.name}: {self.row.__name__} has no {', '.join(sorted(unknown))}")
        for name in self.key:
            if columns[name].nullable or columns[name].sql_type in ("json", "text[]"):
                raise TypeError(
                    f"{self.name}: {name} cannot be part of a key, it is {columns[name].sql_type} or optional"
                )
        for name in self.subjects:
            if columns[name].sql_type not in ("uuid", "json"):
                raise TypeError(f"{self.name}: {name} holds neither a SubjectId nor a Sealed value")
        for name in self.personal:
            if not columns[name].nullable or name in self.key:
                raise TypeError(f"{self.name}: {name} is personal, so it must be able to become None")
        if self.personal and not self.subjects:
            raise TypeError(f"{self.name}: personal columns need the subjects they are about")

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the row's fields."""
        return columns_of(self.row)


class ReadModel(Generic[Row]):
    """The answer to one question, as rows folded from one context's log.

    A subclass gives `context`, `table`, `folds` (the published events it looks at; the rest pass by), `keys` and
    `evolve`, and holds its queries in the same file. `opener` opens sealed fields while folding and answers None for
    people who have been forgotten; a model that opens names them in `subjects` so that keys come in one round trip.
    Whoever changes what `keys` or `evolve` answer raises `version`, and the table is rebuilt at the next start.
    """

    context: ClassVar[str]
    table: ClassVar[Table[Any]]
    folds: ClassVar[tuple[type[Event], ...]]
    version: ClassVar[int] = 1
    reacts: ClassVar[bool] = False
    """Whether commands follow from the events, as in a process: then the rows must not run ahead of the commands."""

    def __init__(self, opener: Opener | None = None) -> None:
        self._opener = opener

    @classmethod
    def fingerprint(cls) -> str:
        """Names the definition that rows were made by; rows of another fingerprint have to be rebuilt."""
        return _fingerprint(cls)  # type: ignore[arg-type]  # classes are hashable

    @property
    def opener(self) -> Opener:
        """The opener given at the composition root; a model that opens cannot do without."""
        if self._opener is None:
            msg = f"{type(self).__name__} opens sealed fields: give it an opener"
            raise RuntimeError(msg)
        return self._opener

    @property
    def opens(self) -> bool:
        """Whether the fold opens sealed fields."""
        return type(self).subjects is not ReadModel.subjects

    def subjects(self, event: Event) -> Iterable[SubjectId]:  # noqa: ARG002 - most models open nothing
        """The people whose keys folding this event needs."""
        return ()

    def keys(self, event: Event) -> Iterable[Key]:
        """The rows this event touches."""
        raise NotImplementedError

    def evolve(self, key: Key, row: Row | None, event: Event) -> Row | None:
        """The row after the event; None where there is none, or where it goes."""
        raise NotImplementedError


@cache
def _fingerprint(model: type[ReadModel[Any]]) -> str:
    table = model.table
    shapes = [msgspec.inspect.type_info(column.json) for column in table.columns if column.json is not None]
    facts = [event.TOPIC for event in model.folds]  # type: ignore[attr-defined]
    definition = (table.columns, shapes, table.key, table.indexes, table.subjects, table.personal, facts)
    return sha256(repr((definition, model.version)).encode()).hexdigest()[:16]
