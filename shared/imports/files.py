"""Files of a register as rows of text: CSV in UTF-8 or, where it can be told, Big5.

A CSV file's first line that is not blank names its columns, and every line below it is a row: no cell holds a line
break, so that a quotation mark too many spoils its own row only. UTF-8 may begin with a byte order mark. Where the
headings are not UTF-8 but name known columns in Big5, the whole file is read as Big5 and the report says so. Where
single rows hold other bytes than the file's encoding, these rows are refused and the others taken.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UTF_8 = "utf-8"
BIG5 = "cp950"
"""Big5 as Windows writes it."""

_UTF_8_MARK = b"\xef\xbb\xbf"
_OTHER_KINDS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "Excel (.xlsx)",
    b"\xd0\xcf\x11\xe0": "Excel (.xls)",
    b"%PDF": "PDF",
}
"""What else people hand in, by its first bytes."""
_LONGEST_FIRST_LINE = 64 * 1024
_CHUNK = 1024 * 1024


class Purpose(StrEnum):
    """What a file is read for."""

    TAKE = "take"
    """匯入"""
    TRY = "try"
    """試匯: nothing is stored; rows that need an earlier row of the same file are told so"""


class FileEmpty(Refusal):
    """The file holds nothing; it needs a line of column names and a line a row."""


class FileNotUtf8(Refusal):
    """The file is `found`; save it as CSV in UTF-8 and import it again."""


class HeadingsMalformed(Refusal):
    """The line of column names is no line of CSV: `problem`; nothing of the file was taken."""


class ColumnsMissing(Refusal):
    """The file lacks these `columns`; nothing of it was taken."""


class ColumnsUnknown(Refusal):
    """Nobody knows these `columns`; rename or remove them. Nothing of the file was taken."""


class ColumnsRepeated(Refusal):
    """These `columns` are there twice; nothing of the file was taken."""


class RowNotInEncoding(Refusal):
    """The row holds bytes that are not `encoding`; save the file as UTF-8, or mend the row."""


class RowMalformed(Refusal):
    """The row does not fit the columns: `problem`."""


@dataclass(frozen=True)
class Columns:
    """The columns of one kind of file: a name, by which the code and English files call it, and its Chinese heading.

    `alternatives` are other headings in use. A heading is matched without spaces, and also as the name itself.
    """

    headings: Mapping[str, str]
    required: frozenset[str]
    alternatives: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, heading: str) -> str | None:
        """The column that a heading means; None for one that nobody knows."""
        return self._names.get(_plain(heading))

    @cached_property
    def _names(self) -> dict[str, str]:
        known = {_plain(heading): name for name, heading in self.headings.items()}
        known |= {_plain(heading): name for heading, name in self.alternatives.items()}
        return known | {name: name for name in self.headings}


@dataclass(frozen=True)
class FileRow:
    """One row: its cells by column, or why it cannot be read.

    Its number is that of its line below the headings, blank ones counted, or its place in a list of JSON, from 1.
    """

    number: int
    cells: Mapping[str, str]
    objection: Refusal | None = None


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of the whole file, in hex; the file is back at its beginning afterwards."""
    file.seek(0)
    digest = sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


@dataclass(frozen=True)
class RegisterFile:
    """An opened file: how its text was read, and its rows, to be gone through once."""

    encoding: str
    rows: Iterator[FileRow]


def open_register(file: BinaryIO, columns: Columns) -> RegisterFile:
    """Read the beginning of a CSV or JSON file, and promise its rows.

    Raises FileEmpty, FileNotUtf8, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated.
    """
    file.seek(0)
    beginning = first_line(file)
    encoding = _encoding_of(beginning, columns)
    try:
        headings = _cells(beginning, encoding)
    except csv.Error as error:
        raise HeadingsMalformed("file", problem=str(error)) from error
    return RegisterFile(encoding, _csv_rows(file, names_of(headings, columns), encoding))


def first_line(file: BinaryIO) -> bytes:
    """The first line that is not blank, without the mark of UTF-8; the file is behind it afterwards."""
    line = file.readline(_LONGEST_FIRST_LINE)
    for signature, kind in _OTHER_KINDS.items():
        if line.startswith(signature):
            raise FileNotUtf8("file", found=kind)
    line = line.removeprefix(_UTF_8_MARK)
    while line and not line.strip():
        line = file.readline(_LONGEST_FIRST_LINE)
    if not line:
        raise FileEmpty("file")
    if b"\0" in line:
        raise FileNotUtf8("file", found="UTF-16 or binary")
    return line.lstrip()


def _encoding_of(beginning: bytes, columns: Columns) -> str:
    try:
        beginning.decode(UTF_8)
    except UnicodeDecodeError:
        if any(columns.name_of(heading) for heading in beginning.decode(BIG5, "replace").strip().split(",")):
            return BIG5
        raise FileNotUtf8("file", found="neither UTF-8 nor Big5") from None
    return UTF_8


def names_of(headings: Sequence[str], columns: Columns) -> list[str]:
    """The columns in the order of the headings."""
    unknown = [heading for heading in headings if columns.name_of(heading) is None]
    if unknown:
        raise ColumnsUnknown("file", columns=tuple(unknown))
    names = [name for heading in headings if (name := columns.name_of(heading))]
    if missing := [columns.headings[name] for name in columns.headings if name in columns.required - set(names)]:
        raise ColumnsMissing("file", columns=tuple(missing))
    if repeated := sorted({columns.headings[name] for name in names if names.count(name) > 1}):
        raise ColumnsRepeated("file", columns=tuple(repeated))
    return names


def _csv_rows(lines: BinaryIO, names: Sequence[str], encoding: str) -> Iterator[FileRow]:
    for number, line in enumerate(lines, start=1):
        try:
            cells = _cells(line, encoding)
        except csv.Error as error:
            yield FileRow(number, {}, RowMalformed("row", problem=str(error)))
            continue
        if any(cell.strip() for cell in cells):
            yield _csv_row(number, cells, names, encoding)


def _cells(line: bytes, encoding: str) -> list[str]:
    """The cells of one line; raises csv.Error, as where a quotation mark is not closed.

    Bytes that are not of the encoding become surrogates, by which their row is told apart. Lines can be told before
    decoding: neither encoding uses a line feed's byte for anything else.
    """
    return next(csv.reader([line.decode(encoding, "surrogateescape")], strict=True))


def _csv_row(number: int, cells: Sequence[str], names: Sequence[str], encoding: str) -> FileRow:
    if any("\ud800" <= character <= "\udfff" for cell in cells for character in cell):
        shown = "UTF-8" if encoding == UTF_8 else "Big5"
        return FileRow(number, {}, RowNotInEncoding("row", encoding=shown))
    if len(cells) != len(names):
        problem = f"{len(cells)} cells under {len(names)} columns"
        return FileRow(number, {}, RowMalformed("row", problem=problem))
    return FileRow(number, {name: _unguarded(cell) for name, cell in zip(names, cells, strict=True)})


def _unguarded(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    cell = cell.strip()
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@" else cell


def _plain(heading: str) -> str:
    return "".join(heading.split())
