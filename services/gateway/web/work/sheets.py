"""Lists as CSV files: streamed, and safe to open with a spreadsheet."""

from __future__ import annotations

import csv
import io
from itertools import chain, islice
from typing import TYPE_CHECKING

from flask import Response, stream_with_context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula."""
_MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""


def sheet(name: str, rows: Iterator[Sequence[object]]) -> Response:
    """A file to be saved under this name; `rows` begin with the headings, and are fetched while they are sent.

    The first rows are fetched before anything is sent, so that a refusal still becomes a page.
    """
    first = list(islice(rows, 2))
    lines = stream_with_context(lines_of(chain(first, rows)))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, content_type="text/csv; charset=utf-8", headers=headers)


def lines_of(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as lines of CSV, the first with the mark of UTF-8."""
    mark = _MARK
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([guarded("" if cell is None else str(cell)) for cell in row])
        yield mark + line.getvalue()
        mark = ""


def guarded(cell: str) -> str:
    """The cell with an apostrophe before it, where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_BEGINNINGS) else cell
