"""Workbooks (.xlsx) that people hand in, read as rows of text once nothing in them can do harm.

Nothing is unpacked before its size is known; no part may declare a document type, so that no entity grows; what a cell
shows is taken and never calculated. Parts are gone through once by a plain parser before openpyxl sees them: it would
make a cell of every place in a merged range.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

from shared.imports.files import UTF_8, FileEmpty
from shared.imports.taking import RowsTooMany
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    OnElement = Callable[[str, Mapping[str, str]], None]

_ZIP = b"PK\x03\x04"
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "Excel 97 (.xls)",
    b"%PDF": "PDF",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK": "ZIP",
}
"""What else people hand in, by its first bytes."""
_MOST_PARTS = 300
_MOST_COLUMNS = 100
_MOST_NAMED = 5
_LAST_ROW = 1 << 20
_MOST_ELEMENTS = 200_000
"""Of all parts together; three hundred rows take some twenty thousand."""
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_CONTENT_TYPES = "[Content_Types].xml"
_BROKEN = (
    BadZipFile,
    EOFError,
    AttributeError,
    CellCoordinatesException,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the libraries raise over a file that is not what it says: it is the file's fault, whichever it is."""


class FileNotWorkbook(Refusal):
    """The file is no workbook (.xlsx) but looks like `found`."""


class WorkbookTooLarge(Refusal):
    """The file has `given` bytes, packed or unpacked, and may have `limit`."""


class CellsTooMany(Refusal):
    """The workbook has more than `limit` cells, texts and formats, most of them perhaps empty."""


class WorkbookUnreadable(Refusal):
    """The workbook is damaged, protected by a password, or not made as spreadsheets make them."""


class WorkbookWithMacros(Refusal):
    """The workbook holds macros, which are never taken."""


class SheetMissing(Refusal):
    """The workbook has no sheet named `expected`; it has `found`."""


class CellsMerged(Refusal):
    """Cells of the sheet are merged: `ranges`."""


class CellHoldsFormula(Refusal):
    """The cell calculates its value; it has to hold the value itself."""


class CellInError(Refusal):
    """The cell shows an error, `shown`."""


@dataclass(frozen=True)
class WorkbookLimits:
    """How large a workbook may be, in bytes `packed` as it is sent and `unpacked`, and how many `rows` it may hold."""

    packed: int
    unpacked: int
    rows: int


@dataclass(frozen=True)
class SheetRow:
    """A row by its number in the sheet: the text of each cell; by place, from 0, what is wrong with cells.

    `days` are the places of cells that the spreadsheet keeps as days, whatever calendar it shows them in.
    """

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, Refusal]
    days: frozenset[int]


@dataclass(frozen=True)
class Sheet:
    """The first row of a sheet, a heading left out told by its letter, and every row below it that holds something."""

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def read_sheet(content: bytes, title: str, limits: WorkbookLimits) -> Sheet:
    """The sheet of this title, or the only one there is.

    Raises FileEmpty, FileNotWorkbook, WorkbookTooLarge, CellsTooMany, WorkbookUnreadable, WorkbookWithMacros,
    SheetMissing, CellsMerged, RowsTooMany.
    """
    _refuse_other_than_workbook(content, limits)
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            parts = _unpacked(packed, limits)
        outline = _outline(parts, title)
        if outline.merged:
            raise CellsMerged("file", ranges=tuple(outline.merged[:_MOST_NAMED]))
        if not outline.rows:
            raise FileEmpty("file")
        if len(outline.rows - {1}) > limits.rows:
            raise RowsTooMany("file", limit=limits.rows)
        return _sheet(content, outline)
    except _BROKEN as error:
        raise WorkbookUnreadable("file") from error


def _refuse_other_than_workbook(content: bytes, limits: WorkbookLimits) -> None:
    if not content.strip():
        raise FileEmpty("file")
    if len(content) > limits.packed:
        raise WorkbookTooLarge("file", given=len(content), limit=limits.packed)
    if not content.startswith(_ZIP):
        kinds = (kind for signature, kind in _OTHER_KINDS.items() if content.startswith(signature))
        raise FileNotWorkbook("file", found=next(kinds, None) or _kind_of_text(content))


def _kind_of_text(content: bytes) -> str:
    for encoding, kind in ((UTF_8, "CSV (UTF-8)"), ("cp950", "CSV (Big5)")):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return kind
    return "binary"


# Before it is opened ----------------------------------------------------------------------------------------------


@dataclass
class _Outline:
    """What a sheet holds where: the numbers of its rows with something in them, its width, its merged ranges."""

    title: str
    rows: set[int] = field(default_factory=set)
    width: int = 0
    merged: list[str] = field(default_factory=list)


def _unpacked(packed: ZipFile, limits: WorkbookLimits) -> dict[str, bytes]:
    """Every part by its name; the sizes that are declared are what is ever unpacked, or the part is broken."""
    parts = packed.infolist()
    size = sum(part.file_size for part in parts)
    if size > limits.unpacked:
        raise WorkbookTooLarge("file", given=size, limit=limits.unpacked)
    names = {part.filename for part in parts}
    if len(parts) > _MOST_PARTS or len(names) < len(parts) or not {_CONTENT_TYPES, _WORKBOOK, _RELATIONS} <= names:
        raise WorkbookUnreadable("file")
    content = {part.filename: packed.read(part) for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names) or b"macroEnabled" in content[_CONTENT_TYPES]:
        raise WorkbookWithMacros("file")
    return content


def _outline(parts: Mapping[str, bytes], title: str) -> _Outline:
    """Go through every part that is XML, and tell of the sheet that is asked for."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}
    readers: dict[str, OnElement] = {_WORKBOOK: _sheets_into(sheets), _RELATIONS: _targets_into(targets)}
    if sum(_walk(part, readers.get(name, _pass_by)) for name, part in parts.items()) > _MOST_ELEMENTS:
        raise CellsTooMany("file", limit=_MOST_ELEMENTS)
    if not sheets:
        raise WorkbookUnreadable("file")
    chosen = title if title in sheets or len(sheets) != 1 else next(iter(sheets))
    if chosen not in sheets:
        raise SheetMissing("file", expected=title, found=tuple(sheets))
    target = targets[sheets[chosen]]
    outline = _Outline(chosen)
    _walk(parts[target.removeprefix("/") if target.startswith("/") else f"xl/{target}"], _cells_into(outline))
    return outline


def _walk(part: bytes, on_element: OnElement) -> int:
    """Tell of each element by its local name; answers how many there are up to where the part is no XML any more.

    Raises WorkbookUnreadable for a part with a DOCTYPE.
    """
    elements = 0

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal elements
        elements += 1
        on_element(name.rpartition(" ")[2], attributes)

    def refuse(*_: object) -> None:
        raise WorkbookUnreadable("file")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    with suppress(expat.ExpatError):  # a picture, or XML that breaks off, of which openpyxl will say so
        parser.Parse(part, True)
    return elements


def _pass_by(name: str, attributes: Mapping[str, str]) -> None:
    """Of most parts nothing has to be known but that they declare no document type."""


def _sheets_into(sheets: dict[str, str]) -> OnElement:
    def on_element(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            [sheets[attributes["name"]]] = [value for key, value in attributes.items() if key.endswith(" id")]

    return on_element


def _targets_into(targets: dict[str, str]) -> OnElement:
    def on_element(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    return on_element


def _cells_into(outline: _Outline) -> OnElement:
    """Note where values and formulas stand; a row or a cell that does not say where it is follows the one before."""
    row = column = 0

    def on_element(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, column
        match name:
            case "row":
                above, row, column = row, int(attributes.get("r", row + 1)), 0
                if not above < row <= _LAST_ROW:
                    raise WorkbookUnreadable("file")
            case "c":
                place = attributes.get("r")
                column = column_index_from_string(coordinate_from_string(place)[0]) if place else column + 1
            case "v" | "is" | "f":
                outline.rows.add(row)
                outline.width = max(outline.width, column)
            case "mergeCell":
                outline.merged.append(attributes["ref"])

    return on_element


# Once it is opened ------------------------------------------------------------------------------------------------


def _sheet(content: bytes, outline: _Outline) -> Sheet:
    width = min(outline.width, _MOST_COLUMNS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, about what it leaves out: none of it is in cells
        workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            rows = list(_rows(workbook[outline.title], outline, width))
        finally:
            workbook.close()
    first = next((row.cells for row in rows if row.number == 1), ("",) * width)
    headings = tuple(heading or get_column_letter(place) for place, heading in enumerate(first, start=1))
    return Sheet(headings, tuple(row for row in rows if row.number > 1 and (row.faults or any(row.cells))))


def _rows(sheet: Any, outline: _Outline, width: int) -> Iterator[SheetRow]:
    for number, cells in enumerate(sheet.iter_rows(max_row=max(outline.rows), max_col=width), start=1):
        if number in outline.rows:
            faults = {place: fault for place, cell in enumerate(cells) if (fault := _fault(cell)) is not None}
            days = frozenset(place for place, cell in enumerate(cells) if isinstance(cell.value, datetime))
            yield SheetRow(number, tuple(_text(cell.value) for cell in cells), faults, days)


def _fault(cell: Any) -> Refusal | None:
    if cell.data_type == "f":
        return CellHoldsFormula()
    return CellInError(shown=str(cell.value)) if cell.data_type == "e" else None


def _text(value: object) -> str:
    """What a cell says, as people would have typed it: days and times of a spreadsheet in the forms of ISO 8601."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "minutes")
        case time():
            return value.isoformat("minutes") if value == value.replace(second=0, microsecond=0) else value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value).strip()
