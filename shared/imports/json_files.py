"""Files of the register as JSON: a list of flat objects, or an object a line; read through twice, an object at a time.

The first time tells whether the file can be taken at all, so that nothing of it is where a column is unknown. Nor is a
list that breaks off anywhere; of objects by lines a broken one costs its own row only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from shared.decoding import json_decoder
from shared.imports.files import (
    UTF_8,
    FileEmpty,
    FileRow,
    RegisterFile,
    RowMalformed,
    first_line,
    names_of,
)
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.imports.files import Columns

    Cells = dict[str, str | int | None]
    Found = tuple[int, Cells | str]
    """The number of a row, and its cells or what is wrong with it."""

_LONGEST_OBJECT = 64 * 1024
_CHUNK = 256 * 1024
_OBJECT = re.compile(rb'\s*+(\{(?:[^"{}]++|"(?:[^"\\]++|\\.)*+")*+\})\s*+([,\]])', re.DOTALL)
_decode = json_decoder(dict[str, str | int | None]).decode


class FileNotJson(Refusal):
    """The file is neither a JSON list of flat objects nor such an object a line; `problem` says where it breaks."""


def is_json(file: BinaryIO) -> bool:
    """Whether the file begins as JSON does; it is at its beginning afterwards. Raises as `first_line`."""
    file.seek(0)
    beginning = first_line(file)
    file.seek(0)
    return beginning.startswith((b"[", b"{"))


def open_json(file: BinaryIO, columns: Columns) -> RegisterFile:
    """Go through the file once to see that it can be taken, and promise its rows.

    Raises FileEmpty, FileNotJson, ColumnsMissing, ColumnsUnknown.
    """
    file.seek(0)
    found = _in_list if first_line(file).startswith(b"[") else _in_lines
    headings: dict[str, None] = {}
    objects = 0
    for _, cells in found(file):
        if isinstance(cells, dict):
            objects += 1
            headings |= dict.fromkeys(cells)
            if unknown := [heading for heading in cells if columns.name_of(heading) is None]:
                names_of(unknown, columns)
        elif not objects:
            raise FileNotJson("file", problem=cells)
    if not objects:
        raise FileEmpty("file")
    names_of(list(headings), columns)
    return RegisterFile(UTF_8, _rows(file, found, columns))


def _rows(file: BinaryIO, found: Callable[[BinaryIO], Iterator[Found]], columns: Columns) -> Iterator[FileRow]:
    for number, cells in found(file):
        if isinstance(cells, str):
            yield FileRow(number, {}, RowMalformed("row", problem=cells))
            continue
        named = {columns.name_of(heading) or heading: cell for heading, cell in cells.items()}
        yield FileRow(number, {name: "" if cell is None else str(cell) for name, cell in named.items()})


def _in_lines(file: BinaryIO) -> Iterator[Found]:
    """An object a line, blank lines counted; a line that is none is told."""
    file.seek(0)
    number = 0
    while line := file.readline(_LONGEST_OBJECT):
        number += 1
        while not line.endswith(b"\n") and (more := file.readline(_LONGEST_OBJECT)):
            line = line[-1:] + more  # too long to be a row: what is left of it cannot be read as one
        if text := line.removeprefix(b"\xef\xbb\xbf").strip():
            try:
                yield number, _decode(text)
            except (msgspec.MsgspecError, ValueError) as error:
                yield number, str(error)


def _in_list(file: BinaryIO) -> Iterator[Found]:
    """The objects of a list, numbered from 1; raises FileNotJson where it breaks."""
    file.seek(0)
    rest = file.read(_CHUNK)
    place, number, ended = rest.index(b"[") + 1, 0, False
    while not ended:
        match = _OBJECT.match(rest, place)
        if match is None:
            more = file.read(_CHUNK) if len(rest) - place < _LONGEST_OBJECT else b""
            if not more:
                break
            rest, place = rest[place:] + more, 0
            continue
        number += 1
        try:
            yield number, _decode(match[1])
        except (msgspec.MsgspecError, ValueError) as error:
            raise FileNotJson("file", problem=f"object {number}: {error}") from error
        place, ended = match.end(), match[2] == b"]"
    behind = rest[place:].strip()
    if (not ended and (number or behind != b"]")) or (ended and (behind or file.read().strip())):
        raise FileNotJson("file", problem=f"the list breaks behind object {number}")
