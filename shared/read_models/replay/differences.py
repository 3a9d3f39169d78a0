"""What differs between two stored copies of a model's rows: counted, put aside on disk, and read as often as needed."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from uuid import UUID

import msgspec

from shared.decoding import msgpack_decoder
from shared.read_models.replay.tables import comparison, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.postgres import Connection
    from shared.read_models.model import Key
    from shared.read_models.replay.tables import Shape, Stored

_AT_A_TIME = 500
_LENGTH = 4
_KEYS = {
    "uuid": UUID,
    "text": str,
    "bigint": int,
    "boolean": bool,
    "date": date,
    "timestamp with time zone": datetime,
    "numeric": Decimal,
}
_encode = msgspec.msgpack.Encoder().encode


class Kind(StrEnum):
    """How a row differs, seen from the first copy."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(NamedTuple):
    """One column of a row, before and after, as PostgreSQL writes them; of a hidden one nothing is said."""

    column: str
    is_hidden: bool
    before: str | None
    after: str | None


class Difference(NamedTuple):
    """One row that differs. A row that only one side has names all columns in which it has something."""

    kind: Kind
    key: Key
    changes: tuple[Change, ...]


class Counts(NamedTuple):
    """How many rows are in both and equal, and how many are not; the changed ones by column as well."""

    equal: int
    added: int
    removed: int
    changed: int
    columns: dict[str, int]

    @property
    def all_equal(self) -> bool:
        """Whether no row differs."""
        return not (self.added or self.removed or self.changed)


class Differences:
    """What differs between two tables, as they were when it was made; in the order of their keys.

    `digest` stands for all of it: equal differences have equal ones.
    """

    def __init__(self, shape: Shape, hidden: frozenset[str]) -> None:
        self.shape = shape
        self.counts = Counts(0, 0, 0, 0, {})
        self._columns = [(name, name in hidden) for name in shape.types]
        self._file = tempfile.TemporaryFile(prefix="caretrail-")  # noqa: SIM115 - `close` does
        self._decode = _decoder(shape)
        self._digest = sha256(_encode((shape.key, shape.types, shape.only_before, shape.only_after)))

    @classmethod
    def between(cls, connection: Connection, before: Stored, after: Stored) -> Self:
        """Compare two tables, in the caller's transaction; raises `NotComparable`. Close it, or use it in a `with`."""
        shape = shape_of(connection, before, after)
        found = cls(shape, before.hidden | after.hidden)
        try:
            found._take(connection, before, after)
        except BaseException:
            found.close()
            raise
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Difference]:
        """The rows that differ."""
        self._file.seek(0)
        while head := self._file.read(_LENGTH):
            yield self._difference(self._decode(self._file.read(int.from_bytes(head))))

    @property
    def digest(self) -> str:
        """Stands for everything that differs, in hex."""
        return self._digest.hexdigest()

    @property
    def all_equal(self) -> bool:
        """Whether the two tables are equal, in their columns and in their rows."""
        return self.counts.all_equal and not (self.shape.only_before or self.shape.only_after)

    def close(self) -> None:
        """Let go of the disk."""
        self._file.close()

    def _take(self, connection: Connection, before: Stored, after: Stored) -> None:
        kinds: Counter[Kind] = Counter()
        columns: Counter[str] = Counter()
        names = list(self.shape.types)
        with connection.cursor(binary=True) as cursor:
            for row in cursor.stream(comparison(self.shape, before, after), size=_AT_A_TIME):
                kind = _kind(row, len(self.shape.key))
                kinds[kind] += 1
                if kind is Kind.CHANGED:
                    columns.update(name for name, differs in zip(names, row[-3], strict=True) if differs)
                self._put(row)
        [(in_after,)] = connection.execute(f"select count(*) from {after.sql}".encode(), prepare=False).fetchall()
        self.counts = Counts(
            equal=in_after - kinds[Kind.ADDED] - kinds[Kind.CHANGED],
            added=kinds[Kind.ADDED],
            removed=kinds[Kind.REMOVED],
            changed=kinds[Kind.CHANGED],
            columns={name: columns[name] for name in names if columns[name]},
        )

    def _put(self, row: tuple[Any, ...]) -> None:
        packed = _encode(row)
        self._digest.update(packed)
        self._file.write(len(packed).to_bytes(_LENGTH) + packed)

    def _difference(self, row: tuple[Any, ...]) -> Difference:
        width = len(self.shape.key)
        changes = zip(self._columns, *row[-3:], strict=True)
        return Difference(
            _kind(row, width),
            tuple(row[:width]),
            tuple(Change(*column, *values) for column, differs, *values in changes if differs),
        )


def _kind(row: tuple[Any, ...], width: int) -> Kind:
    if row[width]:
        return Kind.ADDED
    return Kind.REMOVED if row[width + 1] else Kind.CHANGED


def _decoder(shape: Shape) -> Callable[[bytes], tuple[Any, ...]]:
    keys = tuple(_KEYS[kind] for kind in shape.key.values())
    row = (*keys, bool, bool, list[bool], list[str | None], list[str | None])
    return msgpack_decoder(tuple[row]).decode  # type: ignore[valid-type]
