"""Values of rows as auditors may see them: what is sealed, or was opened from it, is told of and never shown."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from shared.sealing import Sealed

if TYPE_CHECKING:
    from shared.read_models.model import Table

_SHOWN_DIGITS = 8
_PLAIN = frozenset({str, int, bool, type(None), datetime, date, Decimal, UUID})
"""What holds no box, looked at first: most values are."""


class Hidden(StrEnum):
    """Why a value is not shown."""

    SEALED = "sealed"
    """It lies in the row under a person's own key."""
    PERSONAL = "personal"
    """It was opened from what is sealed, so that rows can be found by it."""


class Cell(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of a row. `value` is what JSON has for it; there is none of what is hidden, and `whose` it is then."""

    column: str
    value: Any = None
    hidden: Hidden | None = None
    whose: str = ""


def cells_of(table: Table[Any], row: msgspec.Struct | None) -> tuple[Cell, ...]:
    """Every column of a row as it may be shown; empty columns where there is no row."""
    return tuple(cell_of(table, column.name, getattr(row, column.name, None)) for column in table.columns)


def cell_of(table: Table[Any], column: str, value: Any) -> Cell:
    """A value of one column as it may be shown."""
    if value is None:
        return Cell(column)
    if isinstance(value, Sealed):
        return Cell(column, hidden=Hidden.SEALED, whose=pseudonym(value))
    if column in table.personal:
        return Cell(column, hidden=Hidden.PERSONAL)
    return Cell(column, msgspec.to_builtins(_closed(value)))


def pseudonym(sealed: Sealed[Any]) -> str:
    """Enough of a subject's pseudonym to tell one person of a row from another: `s-7f3a21c4`."""
    return f"s-{str(sealed.subject)[:_SHOWN_DIGITS]}"


def _closed(value: Any) -> Any:
    """The same, with `{"sealed": pseudonym}` in the place of every box, however deep it lies."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Sealed):
        return {"sealed": pseudonym(value)}
    if isinstance(value, msgspec.Struct):
        return {name: _closed(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {name: _closed(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_closed(one) for one in value]
    return value
