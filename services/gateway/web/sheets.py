"""Lists as CSV files: streamed, and safe to open with a spreadsheet."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from flask import Response, stream_with_context

from shared.spreadsheets import csv_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def sheet(name: str, rows: Iterator[Sequence[object]]) -> Response:
    """A file to be saved under this name; `rows` begin with the headings, and are fetched while they are sent.

    The first rows are fetched before anything is sent, so that a refusal still becomes a page.
    """
    first = list(islice(rows, 2))
    lines = stream_with_context(csv_lines(chain(first, rows)))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, content_type="text/csv; charset=utf-8", headers=headers)
