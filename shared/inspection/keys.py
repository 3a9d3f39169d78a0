"""Which row is meant: its key as people write it, columns separated by `/`, or a case number where rows have one."""

from __future__ import annotations

import difflib
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.errors import UndefinedColumn, UndefinedTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shared.postgres import Connection
    from shared.read_models.model import Column, Key, Table

CASE_NO = "case_no"
"""The column by which people know a row, where a model has it."""

_NOT_BUILT = (UndefinedTable, UndefinedColumn)
"""There are no rows to look at, or they are of another release."""

_MOST_ROWS = 20
_NEAR = 3
_COMPARED = 1_000

_READERS: Mapping[str, Callable[[str], Any]] = {
    "uuid": UUID,
    "text": str,
    "int8": int,
    "date": date.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "numeric": Decimal,
}


class KeyUnknown(LookupError):
    """No row of this model has ever had this key; `near` are keys or case numbers that look like it."""

    def __init__(self, given: str, form: str, near: Sequence[str] = ()) -> None:
        super().__init__(f"there is no row {given!r} of the form {form}")
        self.given = given
        self.form = form
        self.near = tuple(near)


class KeyAmbiguous(LookupError):
    """Several rows belong to this case; `rows` are their keys."""

    def __init__(self, given: str, rows: Sequence[str]) -> None:
        super().__init__(f"{given!r} has several rows: {', '.join(rows)}")
        self.given = given
        self.rows = tuple(rows)


def form_of(table: Table[Any]) -> str:
    """How a key of this table is written: `case_id/rank`."""
    return "/".join(table.key)


def written(key: Sequence[object]) -> str:
    """A key as people write it, `key_in` reads it, and everything that names a row shows it."""
    return "/".join(str(value) for value in key)


def key_in(table: Table[Any], text: str, connection: Connection) -> Key:
    """The key that was written; a case number stands for the row of its case, or for the first column of its key.

    Raises `KeyUnknown` for what is no key of this table, and `KeyAmbiguous`.
    """
    parts = text.split("/")
    columns = {column.name: column for column in table.columns}
    if len(parts) == len(table.key):
        try:
            return tuple(_read(columns[name], part) for name, part in zip(table.key, parts, strict=True))
        except (ValueError, InvalidOperation):
            pass
    if CASE_NO in columns and len(parts) <= len(table.key):
        return _of_case(table, parts, connection)
    raise KeyUnknown(text, form_of(table), near(table, text, connection))


def near(table: Table[Any], text: str, connection: Connection) -> tuple[str, ...]:
    """Case numbers, or the first columns of keys, that begin as this text does and look most like it."""
    column = CASE_NO if any(column.name == CASE_NO for column in table.columns) else table.key[0]
    beginning = text.partition("/")[0][:4]
    query = (
        f'select distinct "{column}"::text from "{table.name}"'
        f' where starts_with("{column}"::text, %s) limit {_COMPARED}'
    ).encode()
    try:
        found = [value for (value,) in connection.execute(query, (beginning,))]
    except _NOT_BUILT:
        return ()
    return tuple(difflib.get_close_matches(text.partition("/")[0], found, _NEAR))


def _of_case(table: Table[Any], parts: Sequence[str], connection: Connection) -> Key:
    keys = ", ".join(f'"{name}"' for name in table.key)
    query = f'select {keys} from "{table.name}" where "{CASE_NO}" = %s order by {keys} limit {_MOST_ROWS}'.encode()
    case_no = parts[0].strip().upper()
    try:
        rows = connection.execute(query, (case_no,)).fetchall()
    except _NOT_BUILT:
        rows = []
    chosen = [key for key in rows if [str(value) for value in key[1:]][: len(parts) - 1] == list(parts[1:])]
    if len(chosen) == 1:
        return tuple(chosen[0])
    text = "/".join(parts)
    if not chosen:
        raise KeyUnknown(text, form_of(table), near(table, text, connection))
    by_case = len({key[0] for key in chosen}) == 1
    raise KeyAmbiguous(text, [written((case_no, *key[1:]) if by_case else key) for key in chosen])


def _read(column: Column, text: str) -> Any:
    if column.sql_type == "text" and "\0" in text:
        raise ValueError(text)
    return _READERS[column.sql_type](text)
