"""Files of the register (個案管理資訊系統) as rows of text: CSV in UTF-8 or, where it can be told, Big5; JSON.

A CSV file's first line names its columns. UTF-8 may begin with a byte order mark. Where the first line is not UTF-8 but
names known columns in Big5, the whole file is read as Big5 and the report says so. Where single rows hold other bytes
than the file's encoding, these rows are refused and the others taken.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UTF_8 = "utf-8"
BIG5 = "cp950"
"""Big5 as Windows writes it."""

_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_FIRST_LINE = 64 * 1024
_CHUNK = 1024 * 1024


class FileEmpty(Refusal):
    """The file holds nothing; it needs a line of column names and a line a row."""


class FileNotUtf8(Refusal):
    """The file's text is `found`; save it as CSV in UTF-8 and import it again."""


class FileNotJson(Refusal):
    """The file is not a JSON list of flat objects; `problem` says where it breaks."""


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

    @property
    def _names(self) -> dict[str, str]:
        known = {_plain(heading): name for name, heading in self.headings.items()}
        known |= {_plain(heading): name for heading, name in self.alternatives.items()}
        return known | {name: name for name in self.headings}


@dataclass(frozen=True)
class FileRow:
    """One row below the headings, numbered from 1: its cells by column, or why it cannot be read."""

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

    Raises FileEmpty, FileNotUtf8, FileNotJson, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated.
    """
    file.seek(0)
    beginning = file.readline(_LONGEST_FIRST_LINE)
    file.seek(0)
    if not beginning.strip():
        raise FileEmpty("file")
    if beginning.startswith(_UTF_16_MARKS):
        raise FileNotUtf8("file", found="UTF-16")
    if beginning.removeprefix(_UTF_8_MARK).lstrip().startswith(b"["):
        return RegisterFile(UTF_8, _json_rows(file.read(), columns))
    encoding = _encoding_of(beginning, columns)
    file.seek(len(_UTF_8_MARK) if beginning.startswith(_UTF_8_MARK) else 0)
    # Bytes that are not of the encoding become surrogates, by which their row is told apart. Lines can be told before
    # decoding: neither encoding uses a line feed's byte for anything else.
    lines = csv.reader((line.decode(encoding, "surrogateescape") for line in file), strict=True)
    try:
        headings = next(lines)
    except csv.Error as error:
        raise HeadingsMalformed("file", problem=str(error)) from error
    names = _names(headings, columns)
    return RegisterFile(encoding, _csv_rows(lines, names, encoding))


def _encoding_of(beginning: bytes, columns: Columns) -> str:
    try:
        beginning.decode(UTF_8)
    except UnicodeDecodeError:
        headings = next(csv.reader([beginning.decode(BIG5, "replace")]))
        if any(columns.name_of(heading) for heading in headings):
            return BIG5
        raise FileNotUtf8("file", found="neither UTF-8 nor Big5") from None
    return UTF_8


def _names(headings: Sequence[str], columns: Columns) -> list[str]:
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


def _csv_rows(lines: Iterator[list[str]], names: Sequence[str], encoding: str) -> Iterator[FileRow]:
    number = 0
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield FileRow(number, {}, RowMalformed("row", problem=str(error)))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        yield _csv_row(number, cells, names, encoding)


def _csv_row(number: int, cells: Sequence[str], names: Sequence[str], encoding: str) -> FileRow:
    if any("\ud800" <= character <= "\udfff" for cell in cells for character in cell):
        shown = "UTF-8" if encoding == UTF_8 else "Big5"
        return FileRow(number, {}, RowNotInEncoding("row", encoding=shown))
    if len(cells) != len(names):
        problem = f"{len(cells)} cells under {len(names)} columns"
        return FileRow(number, {}, RowMalformed("row", problem=problem))
    return FileRow(number, {name: _unguarded(cell) for name, cell in zip(names, cells, strict=True)})


def _json_rows(content: bytes, columns: Columns) -> Iterator[FileRow]:
    try:
        objects = msgspec.json.decode(content.removeprefix(_UTF_8_MARK), type=list[dict[str, str | int | None]])
    except ValueError as error:
        raise FileNotJson("file", problem=str(error)) from error
    if not objects:
        raise FileEmpty("file")
    _names(list(dict.fromkeys(heading for row in objects for heading in row)), columns)
    return (
        FileRow(number, {columns.name_of(heading) or heading: str(cell or "") for heading, cell in row.items()})
        for number, row in enumerate(objects, start=1)
    )


def _unguarded(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    cell = cell.strip()
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@" else cell


def _plain(heading: str) -> str:
    return "".join(heading.split())
