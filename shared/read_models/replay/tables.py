"""Two stored copies of a model's rows, compared column by column in SQL, whatever definitions they were made by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from shared.read_models.tables import quoted

if TYPE_CHECKING:
    from shared.postgres import Connection

_COLUMNS = """
select attname, format_type(atttypid, atttypmod),
    coalesce((
        select array_position(indkey::int2[], attnum) from pg_index where indrelid = attrelid and indisprimary
    ), -1)
from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum
"""


class NotComparable(ValueError):
    """Two tables have no rows in common that could be compared: their keys are of other columns."""

    def __init__(self, one: tuple[str, ...], other: tuple[str, ...]) -> None:
        super().__init__(
            f"the rows of one are found by {', '.join(one)}, those of the other by {', '.join(other)}:"
            " look at each by itself"
        )


class Stored(NamedTuple):
    """A table with a model's rows: where it is, and the columns of which no value is shown."""

    schema: str
    name: str
    hidden: frozenset[str]

    @property
    def sql(self) -> str:
        """Its name in a statement."""
        return f'"{self.schema}"."{self.name}"'


class Shape(NamedTuple):
    """What two tables have in common, the columns of the key and the others, each with its type; and what not."""

    key: dict[str, str]
    types: dict[str, str]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def shape_of(connection: Connection, before: Stored, after: Stored) -> Shape:
    """How two tables can be compared; raises `NotComparable`. Columns of one name and two types are on either side."""
    (key, columns), (other_key, others) = (_described(connection, table) for table in (before, after))
    if key != other_key or any(columns[name] != others[name] for name in key):
        raise NotComparable(key, other_key)
    shared = {name: kind for name, kind in columns.items() if others.get(name) == kind and name not in key}
    return Shape(
        {name: columns[name] for name in key},
        shared,
        tuple(name for name in columns if name not in shared and name not in key),
        tuple(name for name in others if name not in shared and name not in key),
    )


def _described(connection: Connection, table: Stored) -> tuple[tuple[str, ...], dict[str, str]]:
    found = connection.execute(_COLUMNS, (table.sql,)).fetchall()
    key = sorted((place, name) for name, _, place in found if place >= 0)
    return tuple(name for _, name in key), {name: kind for name, kind, _ in found}


def comparison(shape: Shape, before: Stored, after: Stored) -> bytes:
    """Selects what differs: the key, whether each side lacks the row, and three arrays with an element a column.

    They say whether it differs, and both values as text, of hidden columns none.
    """
    hidden = before.hidden | after.hidden
    differs = {
        name: f'before."{name}"{cast} is distinct from after."{name}"{cast}'
        for name, kind in shape.types.items()
        for cast in ["::text" if kind == "json" else ""]  # JSON has no equality
    }
    missing = [f'{side}."{next(iter(shape.key))}" is null' for side in ("before", "after")]
    columns = [
        ", ".join(
            f'case when {condition} then {side}."{name}"::text end' if name not in hidden else "null"
            for name, condition in differs.items()
        )
        for side in ("before", "after")
    ]
    changed = ", ".join(f"({condition})" for condition in differs.values())
    keys = quoted(shape.key)
    arrays = ", ".join([f"array[{changed}]::boolean[]", *(f"array[{values}]::text[]" for values in columns)])
    return (
        f"select {keys}, {missing[0]}, {missing[1]}, {arrays}"
        f" from {before.sql} before full join {after.sql} after using ({keys})"
        f" where {' or '.join([*missing, *differs.values()])} order by {keys}"
    ).encode()
