"""Lists of the API as CSV: a column for each field, those of inner objects too."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from services.gateway.web.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask import Response


def as_csv(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """The rows with these columns, dotted into inner objects, as a file of this name."""
    cells = ([_at(row, column) for column in columns] for row in rows)
    return sheet(f"{name}.csv", chain((columns,), cells))


def _at(row: Mapping[str, Any], column: str) -> object:
    value: Any = row
    for name in column.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
