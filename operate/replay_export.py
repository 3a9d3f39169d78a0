"""All rows in which a replay differs, written to a file: a line a row as JSON, or a line a column as CSV."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from operate.failures import Mistake
from shared.inspection.keys import written
from shared.read_models.replay.differences import Change
from shared.spreadsheets import csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from shared.read_models.replay.causes import Caused

_HEADINGS = ("kind", "key", "position", "column", "before", "after")
_HIDDEN = "***"
"""In place of what is about people."""
_NO_COLUMN = Change("", is_hidden=False, before=None, after=None)
"""Of a row with nothing in it but its key."""


def check(path: Path) -> None:
    """Refuse a file that is there already, or whose name tells no format; raises `Mistake`."""
    if path.suffix not in _WRITERS:
        raise Mistake("mistakes.no-export-format", path=path, known=", ".join(_WRITERS))
    if path.exists():
        raise Mistake("mistakes.export-exists", path=path)


def export(path: Path, rows: Iterable[Caused]) -> None:
    """Write all of these; the file is there once it is complete and on disk."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.writelines(_WRITERS[path.suffix](rows))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(path)) from fault
    finally:
        unfinished.unlink(missing_ok=True)


def _csv(rows: Iterable[Caused]) -> Iterator[str]:
    return csv_lines(chain([_HEADINGS], _cells(rows)))


def _cells(rows: Iterable[Caused]) -> Iterator[tuple[object, ...]]:
    for (kind, key, changes), position in rows:
        for column, is_hidden, before, after in changes or (_NO_COLUMN,):
            values = (_HIDDEN, _HIDDEN) if is_hidden else (before, after)
            yield (kind, written(key), position, column, *values)


def _ndjson(rows: Iterable[Caused]) -> Iterator[str]:
    encode = msgspec.json.Encoder().encode
    for (kind, key, changes), position in rows:
        columns = {
            column: {"hidden": True} if is_hidden else {"before": before, "after": after}
            for column, is_hidden, before, after in changes
        }
        yield encode({"kind": kind, "key": key, "position": position, "columns": columns}).decode() + "\n"


_WRITERS: dict[str, Callable[[Iterable[Caused]], Iterator[str]]] = {".csv": _csv, ".ndjson": _ndjson}
