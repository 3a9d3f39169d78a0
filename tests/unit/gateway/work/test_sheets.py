"""Files for spreadsheets: known as UTF-8, and nothing in them is taken for a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.web.work.sheets import guarded, lines_of


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(beginning):
    assert guarded(f"{beginning}HYPERLINK(1)") == f"'{beginning}HYPERLINK(1)"


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1)))
def test_every_cell_comes_back_as_it_was_but_for_the_apostrophe(rows):
    text = "".join(lines_of(rows))
    back = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert back == [[guarded(cell) for cell in row] for row in rows]
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in back for cell in row)


def test_a_file_begins_with_the_mark_of_utf_8_once():
    lines = list(lines_of([("案件編號", "孩子"), ("260309P1021014", None)]))
    assert lines[0].startswith("\ufeff案件編號")
    assert lines[1] == "260309P1021014,\r\n"
