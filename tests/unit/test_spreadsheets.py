"""Files for spreadsheets: known as UTF-8, and nothing in them is taken for a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.spreadsheets import csv_file, csv_lines, safe_cell

FORMULA_BEGINNINGS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@pytest.mark.parametrize("beginning", FORMULA_BEGINNINGS)
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(beginning):
    assert safe_cell(f"{beginning}HYPERLINK(1)") == f"'{beginning}HYPERLINK(1)"


@pytest.mark.parametrize("cell", ["-3", "2.5", "-0.25", "林小禾", ""])
def test_numbers_and_words_are_left_as_they_are(cell):
    assert safe_cell(cell) == cell


@pytest.mark.parametrize("cell", ["-1+1", "-", "-.", "+886912345678", "-１"])
def test_what_only_looks_like_a_number_is_guarded(cell):
    assert safe_cell(cell) == f"'{cell}"


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1)))
def test_every_cell_comes_back_as_it_was_but_for_the_apostrophe(rows):
    text = csv_file(rows).decode("utf-8-sig")

    back = list(csv.reader(io.StringIO(text, newline="")))

    assert back == [[safe_cell(cell) for cell in row] for row in rows]


def test_a_file_begins_with_the_mark_of_utf_8_once():
    lines = list(csv_lines([("案件編號", "孩子"), ("260309P1021014", None)]))
    assert lines[0].startswith("\ufeff案件編號")
    assert lines[1] == "260309P1021014,\r\n"
