"""What comes in as a file of the register, and what is told when it cannot be read."""

from __future__ import annotations

import io

import pytest

from services.matching.adapters.register_rows import CLOSURES
from shared.imports.files import (
    ColumnsMissing,
    ColumnsRepeated,
    ColumnsUnknown,
    FileEmpty,
    FileNotUtf8,
    HeadingsMalformed,
    digest_of,
    open_register,
)

HEADINGS = "結案醫事機構代碼,結案日期,結案原因,幼兒身分證字號"
ROW = "0291010010,1140301,遷出,A123456789"
CELLS = {
    "institution": "0291010010",
    "closed_on": "1140301",
    "reason": "遷出",
    "child_identifier": "A123456789",
}


def read(content: bytes) -> list[tuple[int, dict[str, str], str | None]]:
    """Every row: number, cells, code of the objection."""
    rows = open_register(io.BytesIO(content), CLOSURES).rows
    return [(row.number, dict(row.cells), row.objection and row.objection.code) for row in rows]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_utf_8_is_read_with_or_without_its_mark(mark: bytes, end: str):
    assert read(mark + f"{HEADINGS}{end}{ROW}{end}".encode()) == [(1, CELLS, None)]


def test_big5_that_names_its_columns_is_read_and_told():
    content = io.BytesIO(f"{HEADINGS}\n{ROW}\n".encode("cp950"))

    register = open_register(content, CLOSURES)

    assert register.encoding == "cp950"
    assert [dict(row.cells) for row in register.rows] == [CELLS]


def test_big5_rows_under_english_headings_are_refused_one_by_one():
    lines = [
        b"institution,closed_on,reason",
        "0291010010,1140301,遷出".encode("cp950"),
        "0291010010,1140301,遷出".encode(),
    ]

    rows = read(b"\n".join(lines))

    assert [(number, code) for number, _, code in rows] == [(1, "row-not-in-encoding"), (2, None)]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (b"\n\n", FileEmpty),
        (f"{HEADINGS}\n{ROW}".encode("utf-16"), FileNotUtf8),
        (b"\x00\xff\x9f\x81\n", FileNotUtf8),
        (f"{HEADINGS}\n{ROW}".encode("utf-16-le"), FileNotUtf8),
        ("institution,closed_on,reason\n".encode("utf-16-le"), FileNotUtf8),
        ("institution,closed_on,reason\n".encode("utf-16-be"), FileNotUtf8),
        (b'PK\x03\x04\x14\x00\x06\r\x00"\n', FileNotUtf8),
        (b'\x9f\r"\xff\n', FileNotUtf8),
        ('"結案"醫事機構代碼,結案日期,結案原因\n'.encode(), HeadingsMalformed),
        ('"結案醫事機構代碼,結案日期,結案原因\n'.encode(), HeadingsMalformed),
        ("結案日期,結案原因\n".encode(), ColumnsMissing),
        (f"{HEADINGS},備註\n".encode(), ColumnsUnknown),
        (f"{HEADINGS},結案日期\n".encode(), ColumnsRepeated),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(content: bytes, refusal: type[Exception]):
    with pytest.raises(refusal):
        open_register(io.BytesIO(content), CLOSURES)


def test_the_missing_and_the_unknown_columns_are_named():
    with pytest.raises(ColumnsMissing) as missing:
        open_register(io.BytesIO("結案日期\n".encode()), CLOSURES)
    with pytest.raises(ColumnsUnknown) as unknown:
        open_register(io.BytesIO(f"{HEADINGS},備註,電話\n".encode()), CLOSURES)

    assert missing.value.params == {"columns": ("結案醫事機構代碼", "結案原因")}
    assert unknown.value.params == {"columns": ("備註", "電話")}


def test_headings_may_be_the_english_names_or_other_chinese_ones_and_hold_spaces():
    content = "醫事機構代碼, closed_on ,結案 原因,幼兒身分證字號\n" + ROW

    assert read(content.encode()) == [(1, CELLS, None)]


def test_rows_that_do_not_fit_the_columns_are_refused_one_by_one():
    content = f'{HEADINGS}\n0291010010,1140301\n"0291010010"x,1140301,遷出,\n\n{ROW}\n'

    rows = read(content.encode())

    assert [(number, code) for number, _, code in rows] == [(1, "row-malformed"), (2, "row-malformed"), (4, None)]


def test_a_stray_quotation_mark_spoils_its_own_row_only():
    content = f'{HEADINGS}\n0291010010,1140301,"遷出,\n{ROW}\n{ROW}\n"0291010010,1140301,遷出,\n'

    rows = read(content.encode())

    assert [(number, code) for number, _, code in rows] == [
        (1, "row-malformed"),
        (2, None),
        (3, None),
        (4, "row-malformed"),
    ]


@pytest.mark.parametrize("blank", [b"\n", b"\r\n \r\n", b"\xef\xbb\xbf\n"])
def test_blank_lines_before_the_headings_are_passed_over(blank: bytes):
    assert read(blank + f"{HEADINGS}\n{ROW}\n".encode()) == [(1, CELLS, None)]


def test_a_file_of_another_kind_is_named():
    with pytest.raises(FileNotUtf8) as refused:
        open_register(io.BytesIO(b"PK\x03\x04\x14\x00\x06"), CLOSURES)

    assert refused.value.params == {"found": "Excel (.xlsx)"}


def test_a_cell_may_hold_commas_and_quotes():
    content = f'{HEADINGS}\n0291010010,1140301,"遷""出",\n0291010010,1140301,"遷,出",\n'

    rows = read(content.encode())

    assert [cells["reason"] for _, cells, _ in rows] == ['遷"出', "遷,出"]


def test_the_apostrophe_that_guards_a_formula_is_taken_off():
    content = f"{HEADINGS}\n'0291010010,1140301,'=遷出,'\n"

    (_, cells, _) = read(content.encode())[0]

    assert (cells["institution"], cells["reason"], cells["child_identifier"]) == ("'0291010010", "=遷出", "'")


def test_the_digest_is_that_of_the_bytes_and_leaves_the_file_at_its_beginning():
    file = io.BytesIO(b"abc")

    assert digest_of(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file.read() == b"abc"
