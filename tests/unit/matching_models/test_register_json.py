"""Rows of the register as JSON: lists and objects by lines, an object at a time however long the file is."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest

from services.matching.adapters.register_rows import CLOSURES
from shared.imports.files import ColumnsMissing, ColumnsUnknown, FileEmpty, FileNotUtf8
from shared.imports.json_files import FileNotJson, is_json, open_json

CELLS = {"institution": "0291010010", "closed_on": "1140301", "reason": "遷出", "child_identifier": "A123456789"}
OBJECT = {"結案醫事機構代碼": "0291010010", "closed_on": 1140301, "結案原因": "遷出", "幼兒身分證字號": "A123456789"}
TEXT = json.dumps(OBJECT, ensure_ascii=False)
FORMS = {"list": "[%s]", "lines": "%s\n"}


def read(content: str | bytes) -> list[tuple[int, dict[str, str], str | None]]:
    """Every row: number, cells, code of the objection."""
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    assert is_json(file)
    rows = open_json(file, CLOSURES).rows
    return [(row.number, dict(row.cells), row.objection and row.objection.code) for row in rows]


@pytest.mark.parametrize("mark", ["", "\ufeff", "\n\r\n"])
@pytest.mark.parametrize("content", [f"[{TEXT}]", f" [ {TEXT}\n]\n\n", f"{TEXT}\n", TEXT])
def test_a_flat_object_is_a_row_by_the_same_names_as_in_csv(mark, content):
    [(_, cells, objection)] = read(mark + content)
    assert (cells, objection) == (CELLS, None)


def test_rows_of_a_list_are_numbered_by_their_place_and_others_by_their_line():
    assert [number for number, _, _ in read(f"[{TEXT},{TEXT} ,\n{TEXT}]")] == [1, 2, 3]
    assert [number for number, _, _ in read(f"{TEXT}\n\n{TEXT}\r\n{TEXT}")] == [1, 3, 4]


@pytest.mark.parametrize("text", ['} , { "a": ]', 'back\\slash"', "[{", '\\"}', "\u2028遷"])
@pytest.mark.parametrize("form", FORMS)
def test_text_that_looks_like_json_stays_text(form, text):
    written = json.dumps({**OBJECT, "結案原因": text}, ensure_ascii=False)
    assert read(FORMS[form] % written)[0][1]["reason"] == text


def test_nothing_is_empty_and_a_zero_is_not():
    written = json.dumps({**OBJECT, "幼兒身分證字號": None, "birth_order": 0}, ensure_ascii=False)
    [(_, cells, _)] = read(written)
    assert (cells["child_identifier"], cells["birth_order"]) == ("", "0")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("[]", FileEmpty),
        ("[ \n]", FileEmpty),
        ("[{]", FileNotJson),
        ("[", FileNotJson),
        ("{", FileNotJson),
        ("[]]", FileNotJson),
        ("[1]", FileNotJson),
        (f"[{TEXT}", FileNotJson),
        (f"[{TEXT},]", FileNotJson),
        (f"[{TEXT} {TEXT}]", FileNotJson),
        (f"[{TEXT}] {TEXT}", FileNotJson),
        (f'[{TEXT},{{"closed_on": ["1140301"]}}]', FileNotJson),
        (f'[{TEXT},{{"closed_on": {{}}}}]', FileNotJson),
        (f"[{TEXT},{TEXT[:-1]}", FileNotJson),
        (TEXT.encode("cp950"), FileNotJson),
        (f"[{TEXT},".encode() + b'{"closed_on": "\xff"}]', FileNotJson),
        ('[{"closed_on": "1140301"}]', ColumnsMissing),
        ('{"closed_on": "1140301"}\n', ColumnsMissing),
        (f'[{TEXT},{{"備註": ""}}]', ColumnsUnknown),
        (f'{TEXT}\n{{"備註": ""}}', ColumnsUnknown),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_before_any_row(content, refusal):
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(refusal):
        open_json(file, CLOSURES)


def test_a_file_of_another_kind_is_named():
    with pytest.raises(FileNotUtf8):
        is_json(io.BytesIO(b"PK\x03\x04"))
    assert not is_json(io.BytesIO("結案日期\n".encode()))


@pytest.mark.parametrize(
    "broken", ['{"closed_on": }', '{"closed_on": ["1140301"]}', "1", '{"closed_on": "' + "x" * 200_000 + '"}']
)
def test_a_broken_line_costs_its_own_row_only(broken):
    rows = read(f"{TEXT}\n{broken}\n{TEXT}\n")
    assert [(number, code) for number, _, code in rows] == [(1, None), (2, "row-malformed"), (3, None)]


def test_a_fault_quotes_nothing_of_the_file():
    for content in ('[{"王小明": ["A123456789"]}]', '{"王小明": "A123456789"'):
        with pytest.raises(FileNotJson) as refused:
            open_json(io.BytesIO(content.encode()), CLOSURES)
        assert "王小明" not in str(refused.value.params)
        assert "A123456789" not in str(refused.value.params)


class Endless(io.RawIOBase):
    """A file of so many rows, made as they are read."""

    def __init__(self, form: str, rows: int) -> None:
        self._form, self._rows = form, rows
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:  # noqa: ARG002 - only its beginning is asked for
        self._left, self._held = self._rows, b"[" if self._form == "list" else b""
        return 0

    def readinto(self, buffer) -> int:
        while len(self._held) < len(buffer) and self._left:
            self._left -= 1
            end = "\n" if self._form == "lines" else "," if self._left else "]"
            self._held += f"{TEXT}{end}".encode()
        taken, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.mark.parametrize("form", FORMS)
def test_a_long_file_is_never_held_whole(form):
    rows = 20_000
    file = io.BufferedReader(Endless(form, rows), 64 * 1024)
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_json(file, CLOSURES).rows) == rows
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < rows * len(TEXT.encode())
