"""Faults of a workbook's rows are told by row and column, in both languages, and with what to do."""

from services.support.adapters.batch_results import remarks_of
from services.support.events import BatchKind
from services.support.messages import WORDING
from shared.words import Language
from tests.unit.support.workbooks import read, row_of


def told(*rows, kind=BatchKind.GENERAL):
    batch = read(*rows, kind=kind)
    return {row.number: remarks_of(batch, row, WORDING) for row in batch.rows}


def test_a_fault_names_the_column_by_letter_and_heading_in_both_languages():
    [remark] = told(row_of(), row_of(practitioner="DR-2", starts="2460"))[3]
    assert (remark.code, remark.column) == ("malformed-time", "G 開始時間")
    assert "0000" in remark.words[Language.CHINESE]
    assert "from 0000 to 2359" in remark.words[Language.ENGLISH]


def test_a_row_that_can_be_taken_has_no_remarks():
    assert told(row_of()) == {2: ()}


def test_several_faults_of_a_row_are_told_in_the_order_of_its_columns():
    remarks = told(row_of(BatchKind.RULES, purposes="", number="6", window="0200~0130"), kind=BatchKind.RULES)[2]
    assert [remark.column for remark in remarks] == ["D 支援目的", "G 數字", "K 支援時間"]
    assert all(text and "{" not in text for remark in remarks for text in remark.words.values())


def test_dates_of_two_calendars_are_told_with_the_row_that_came_first():
    [remark] = told(row_of(last=1130805), row_of(practitioner="DR-2", first="1130805", last="2024/08/05"))[3]
    assert "第 2 列（民國年）" in remark.words[Language.CHINESE]
    assert "row 2 (years of the ROC)" in remark.words[Language.ENGLISH]
