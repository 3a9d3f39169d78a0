"""A workbook is read as text, or refused whole before anything in it can do harm."""

import io
from datetime import datetime, time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from services.support.adapters import workbook as reading
from services.support.adapters.workbook import WorkbookLimits, read_sheet
from shared.imports.files import FileEmpty
from shared.imports.taking import RowsTooMany
from tests.unit.support.workbooks import LIMITS, part_of, repacked, saved, sheet_of

SHEET = "xl/worksheets/sheet1.xml"
TWO_ROWS = saved(sheet_of(("甲", "乙"), ("1", "2")))
DAY = datetime(2024, 8, 2)  # noqa: DTZ001 - as spreadsheets keep days, in no time zone
BOMB = b'<!DOCTYPE a [<!ENTITY b "%s">]>' % (b"b" * 100)


def read(content, limits=LIMITS):
    return read_sheet(content, "一般整批", limits)


def texts(*row):
    """What one row says once it is read."""
    [found] = read(saved(sheet_of([str(place) for place in range(len(row))], row))).rows
    return list(found.cells)


A2 = '<c r="A2" t="inlineStr"><is><t>1</t></is></c>'


def without(old, new=""):
    """The sheet with something else in place of that."""
    sheet = part_of(TWO_ROWS, SHEET)
    assert old in sheet
    return sheet.replace(old, new)


# What is read


def test_headings_and_rows_are_read_by_their_numbers_in_the_sheet():
    sheet = read(saved(sheet_of(("甲", "乙"), ("1", "2"), (None, " "), ("3", None))))
    assert sheet.headings == ("甲", "乙")
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, ("1", "2")), (4, ("3", ""))]


def test_numbers_days_and_times_are_told_as_people_type_them():
    cells = [900, 40.0, 1.5, DAY, DAY.replace(hour=9), time(9, 30), " 甲 ", None]
    assert texts(*cells) == ["900", "40", "1.5", "2024-08-02", "2024-08-02 09:00", "09:30", "甲", ""]


def test_days_that_the_spreadsheet_keeps_are_told_apart_from_written_ones():
    [row] = read(saved(sheet_of(("甲", "乙"), (DAY, "2024-08-02")))).rows
    assert row.days == {0}


def test_a_heading_that_is_left_out_is_told_by_its_letter():
    assert read(saved(sheet_of(("甲", None), ("1", "2")))).headings == ("甲", "B")


def test_the_named_sheet_is_read_among_others_and_the_only_one_whatever_its_name():
    workbook = sheet_of(("甲",), ("1",))
    workbook.create_sheet("其他").append(["乙"])
    assert read(saved(workbook)).headings == ("甲",)
    assert read(saved(sheet_of(("甲",), ("1",), title="Sheet1"))).headings == ("甲",)


def test_rows_far_apart_are_read_and_those_between_are_none():
    workbook = sheet_of(("甲",))
    workbook.active["A5000"] = "1"
    assert [row.number for row in read(saved(workbook)).rows] == [5000]


def test_texts_that_cells_share_are_read():
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>丙</t></si></sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = part_of(TWO_ROWS, "[Content_Types].xml").replace(
        "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    )
    sheet = without(A2, '<c r="A2" t="s"><v>0</v></c>')
    parts = {"xl/sharedStrings.xml": shared, "[Content_Types].xml": types, SHEET: sheet}
    [row] = read(repacked(TWO_ROWS, **parts)).rows
    assert row.cells == ("丙", "2")


def test_a_formula_and_an_error_are_faults_of_their_cells():
    [row] = read(saved(sheet_of(("甲", "乙", "丙"), ("1", "=1+1", "#N/A")))).rows
    assert {place: type(fault) for place, fault in row.faults.items()} == {
        1: reading.CellHoldsFormula,
        2: reading.CellInError,
    }


def test_a_formula_whose_value_was_kept_is_a_formula():
    sheet = without(A2, '<c r="A2"><f>1+1</f><v>2</v></c>')
    [row] = read(repacked(TWO_ROWS, **{SHEET: sheet})).rows
    assert isinstance(row.faults[0], reading.CellHoldsFormula)


# What is refused


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("醫事人員代號,被支援機構代碼\n".encode("cp950"), "CSV (Big5)"),
        ("醫事人員代號,被支援機構代碼\n".encode(), "CSV (UTF-8)"),
        ("醫事人員代號".encode("utf-16"), "UTF-16"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel 97 (.xls)"),
        (b"PK\x05\x06" + bytes(18), "ZIP"),
        (b"\xff\x00\xff", "binary"),
    ],
)
def test_what_is_no_workbook_is_told_by_what_it_looks_like(content, found):
    with pytest.raises(reading.FileNotWorkbook) as refused:
        read(content)
    assert refused.value.params == {"found": found}


@pytest.mark.parametrize("content", [b"", b" \n", saved(Workbook())])
def test_an_empty_file_and_an_empty_sheet_are_refused(content):
    with pytest.raises(FileEmpty):
        read(content)


def test_a_workbook_larger_than_the_limit_is_refused_with_both():
    with pytest.raises(reading.WorkbookTooLarge) as refused:
        read(TWO_ROWS, WorkbookLimits(len(TWO_ROWS) - 1, LIMITS.unpacked, LIMITS.rows))
    assert refused.value.params == {"given": len(TWO_ROWS), "limit": len(TWO_ROWS) - 1}


def test_a_zip_bomb_is_refused_by_the_size_that_it_declares():
    with pytest.raises(reading.WorkbookTooLarge) as refused:
        read(repacked(TWO_ROWS, **{"xl/media/bomb": bytes(LIMITS.unpacked)}))
    assert refused.value.params["given"] > LIMITS.unpacked


def test_a_zip_bomb_that_declares_too_little_is_unpacked_no_further_than_that():
    bomb = repacked(TWO_ROWS, **{"xl/media/bomb": bytes(LIMITS.unpacked)})
    size = LIMITS.unpacked.to_bytes(4, "little")
    with pytest.raises(reading.WorkbookUnreadable):
        read(bomb.replace(size, (10).to_bytes(4, "little")))


def test_a_part_that_declares_a_document_type_is_refused_whatever_it_is_called():
    for name in (SHEET, "xl/sharedStrings.xml", "xl/strings.bin"):
        with pytest.raises(reading.WorkbookUnreadable):
            read(repacked(TWO_ROWS, **{name: BOMB + b"<worksheet/>"}))


def test_macros_are_refused_by_their_part_and_by_the_kind_of_workbook():
    types = part_of(TWO_ROWS, "[Content_Types].xml").replace("spreadsheetml.sheet.main", "sheet.macroEnabled.main")
    for parts in ({"xl/vbaProject.bin": b"\0"}, {"[Content_Types].xml": types}):
        with pytest.raises(reading.WorkbookWithMacros):
            read(repacked(TWO_ROWS, **parts))


def test_merged_cells_are_refused_with_their_ranges_however_many_cells_they_claim():
    merges = '<mergeCells><mergeCell ref="A2:B2"/><mergeCell ref="A3:XFD1048576"/></mergeCells></worksheet>'
    sheet = part_of(TWO_ROWS, SHEET).replace("</worksheet>", merges)
    with pytest.raises(reading.CellsMerged) as refused:
        read(repacked(TWO_ROWS, **{SHEET: sheet}))
    assert refused.value.params == {"ranges": ("A2:B2", "A3:XFD1048576")}


def test_three_hundred_rows_are_read_and_one_more_is_too_many():
    rows = [("甲",), *[(str(number),) for number in range(300)]]
    assert len(read(saved(sheet_of(*rows))).rows) == 300
    with pytest.raises(RowsTooMany) as refused:
        read(saved(sheet_of(*rows, ("301",))))
    assert refused.value.params == {"limit": 300}


def test_a_workbook_of_endless_empty_cells_is_refused():
    sheet = part_of(TWO_ROWS, SHEET).replace("</sheetData>", f"<row>{'<c/>' * 200_000}</row></sheetData>")
    with pytest.raises(reading.CellsTooMany):
        read(repacked(TWO_ROWS, **{SHEET: sheet}))


def test_a_workbook_without_the_sheet_is_told_which_it_has():
    workbook = sheet_of(("甲",), title="Sheet1")
    workbook.create_sheet("Sheet2")
    with pytest.raises(reading.SheetMissing) as refused:
        read(saved(workbook))
    assert refused.value.params == {"expected": "一般整批", "found": ("Sheet1", "Sheet2")}


def a_zip_of(**parts):
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        a_zip_of(readme="no workbook"),
        TWO_ROWS[: len(TWO_ROWS) // 2],
        TWO_ROWS[:4] + b"\0" * 100,
        repacked(TWO_ROWS, **{"xl/workbook.xml": "<workbook"}),
        repacked(TWO_ROWS, **{SHEET: "no sheet"}),
        repacked(TWO_ROWS, **{SHEET: without("</worksheet>")}),
        repacked(TWO_ROWS, **{SHEET: without('<row r="2"', '<row r="1"')}),
        repacked(TWO_ROWS, **{SHEET: without('<row r="2"', '<row r="99999999"')}),
        repacked(TWO_ROWS, **{SHEET: without('r="A2"', 'r="?"')}),
        repacked(TWO_ROWS, **{SHEET: without(A2, '<c r="A2" t="s"><v>99</v></c>')}),
        repacked(TWO_ROWS, **{"xl/_rels/workbook.xml.rels": "<Relationships/>"}),
        repacked(TWO_ROWS, **{"xl/styles.xml": "<styleSheet"}),
        repacked(TWO_ROWS, **{"[Content_Types].xml": "<Types/>"}),
        repacked(TWO_ROWS, **{f"part{number}": "" for number in range(300)}),
    ],
)
def test_a_damaged_workbook_is_unreadable_and_no_more(content):
    with pytest.raises((reading.WorkbookUnreadable, FileEmpty)):
        read(content)
