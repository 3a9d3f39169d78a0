"""CSV files as spreadsheets open them: known as UTF-8, and with no cell that is taken for a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a spreadsheet takes for a formula (OWASP, CSV injection); in East Asia the full-width marks too."""


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as lines (RFC 4180), the first with the mark of UTF-8; an empty cell stands for None."""
    text = io.StringIO()
    text.write(_MARK)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([safe_cell("" if cell is None else str(cell)) for cell in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """The rows as a whole file."""
    return "".join(csv_lines(rows)).encode()


def safe_cell(text: str) -> str:
    """The cell with an apostrophe before it, where a spreadsheet would calculate with it; a number stays one."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINNINGS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit()
