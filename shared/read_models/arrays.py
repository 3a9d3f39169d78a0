"""Rows on their way to PostgreSQL: an array for each column, in the server's binary format.

psycopg would look at every value anew, which took half the time of storing a batch.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from types import NoneType
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
from psycopg.adapt import Dumper
from psycopg.errors import NumericValueOutOfRange
from psycopg.pq import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from psycopg.abc import Buffer

    from shared.postgres import Connection, Cursor
    from shared.read_models.model import Column

    Element = Callable[[Any], bytes]
    """Makes of a value its length and its bytes, as they stand in an array."""

encode_json = msgspec.json.Encoder(order="deterministic").encode
"""Equal values give equal text: that is how a comparison finds rows that differ."""

_head = Struct("!iiIii").pack
"""Dimensions (one), whether there may be nulls, the type of the elements, how many there are, the first one's index."""

_length = Struct("!i").pack
_NULL = _length(-1)
_REPEATED = frozenset({"text", "int8", "boolean", "date", "timestamptz"})
"""Types of which a table has few values again and again: counties, institutions, statuses, days.

An id comes once, and equal numbers may differ in their bytes: 4.7 and 4.70.
"""
_REMEMBERED = 5_000


class Array(bytes):
    """An array as the server takes it, whose type the statement names by a cast."""


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer:
        return obj


class Arrays:
    """What turns tuples, of one value for each of these columns, into arrays."""

    def __init__(self, columns: Sequence[Column]) -> None:
        types = ["json" if _travels_as_json(column) else column.sql_type for column in columns]
        self.placeholders = ", ".join(f"%b::{name}[]" for name in types)
        """The arrays as parameters of a statement."""
        self._makers = [(psycopg.postgres.types.get_oid(name), _element(name)) for name in types]

    def of(self, rows: Iterable[Sequence[Any]]) -> list[Array]:
        """An array for each column; none at all where there are no rows."""
        return [
            Array(_head(1, 1, oid, len(values), 1) + b"".join(map(element, values)))
            for (oid, element), values in zip(self._makers, zip(*rows, strict=True), strict=False)
        ]


def execute(connection: Connection, statement: bytes, parameters: Sequence[object]) -> Cursor:
    """Execute a statement with these parameters, arrays among them; what it answers comes in binary."""
    cursor = connection.cursor(binary=True)
    cursor.adapters.register_dumper(Array, _ArrayDumper)
    return cursor.execute(statement, parameters)


def _travels_as_json(column: Column) -> bool:
    # A list of lists would be flattened by unnest.
    return column.json is not None or column.sql_type == "text[]"


def _element(sql_type: str) -> Element:
    if sql_type == "json":
        return _element_of(encode_json)
    dumper = psycopg.adapters.get_dumper_by_oid(psycopg.postgres.types.get_oid(sql_type), Format.BINARY)
    element = _element_of(dumper(NoneType).dump)
    return lru_cache(_REMEMBERED)(element) if sql_type in _REPEATED else element


def _element_of(dump: Callable[[Any], Buffer | None]) -> Element:
    def element(value: Any) -> bytes:
        if value is None:
            return _NULL
        try:
            dumped = bytes(dump(value) or b"")
        except OverflowError:
            raise NumericValueOutOfRange("the number does not fit its column") from None
        return _length(len(dumped)) + dumped

    return element
