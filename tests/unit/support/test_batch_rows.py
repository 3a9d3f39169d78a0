"""整批申請: each row becomes a line or is told all its faults, by row and column; a template is read as it is made."""

import io
from datetime import date, datetime, time
from hashlib import sha256

import pytest
from openpyxl import load_workbook

from services.support.adapters.batch_rows import (
    COLUMNS,
    TITLES,
    CalendarsMixed,
    CellNotForPattern,
    NumberOutOfRange,
    RowRepeated,
    WeekdaysUnreadable,
    read_batch,
)
from services.support.adapters.batch_template import INSTRUCTIONS, template
from services.support.adapters.workbook import CellHoldsFormula, CellInError
from services.support.commands import Choice
from services.support.domain.batch import BatchLine
from services.support.domain.schedules import ScheduleEmpty, ScheduleTooLong
from services.support.events.entries import BatchKind, Purpose
from services.support.events.schedules import Continuous, Recurring
from shared.imports.files import ColumnsMissing, ColumnsRepeated, ColumnsUnknown
from shared.imports.taking import RowsTooMany
from shared.refusals import ChoiceUnknown, FieldMissing, TextTooLong
from shared.taiwan.codes import UnknownDepartment
from shared.taiwan.dates import (
    EndNotAfterStart,
    ImpossibleDate,
    MalformedRocDate,
    MalformedTime,
    MalformedTimeRange,
)
from tests.unit.support.workbooks import LIMITS, POLICY, RULES, filled, read, row_of, saved, sheet_of

GENERAL, RULE_BASED = BatchKind.GENERAL, BatchKind.RULES
AUGUST_5 = date(2024, 8, 5)
SPREADSHEET_DAY = datetime(2024, 8, 5)  # noqa: DTZ001 - as spreadsheets keep days, in no time zone


def faults(*rows, kind=GENERAL):
    """What is wrong with the last of these rows: the kind of refusal by column."""
    return {fault.field: type(fault) for fault in read(*rows, kind=kind).rows[-1].faults}


def line(kind=GENERAL, **cells):
    [row] = read(row_of(kind, **cells), kind=kind).rows
    assert row.faults == ()
    return row.line


def rule(**cells):
    return line(RULE_BASED, **cells).schedule


# Templates


@pytest.mark.parametrize("kind", BatchKind)
def test_the_example_of_a_template_can_be_taken_as_it_stands(kind):
    batch = read_batch(saved(filled(row_of(kind), kind=kind)), kind, LIMITS, RULES)
    assert [(row.number, row.line is None) for row in batch.rows] == [(2, False)]


@pytest.mark.parametrize("kind", BatchKind)
def test_a_template_has_every_column_and_explains_it_in_both_languages(kind):
    workbook = load_workbook(io.BytesIO(template(kind, POLICY.batch_rows, POLICY.remarks_limit)))
    headings = [cell.value for cell in workbook[TITLES[kind]][1]]
    assert headings == list(COLUMNS[kind].headings.values())
    _, *explained = workbook[INSTRUCTIONS].iter_rows(values_only=True)
    assert [row[0] for row in explained] == headings
    assert all(chinese and english for _, _, chinese, _, _, english in explained)
    assert f"{POLICY.remarks_limit}" in explained[-1][2]


@pytest.mark.parametrize("kind", BatchKind)
def test_a_templates_cells_are_text_to_the_last_row_so_that_zeros_stay(kind):
    sheet = load_workbook(io.BytesIO(template(kind, POLICY.batch_rows, POLICY.remarks_limit)))[TITLES[kind]]
    formats = {cell.number_format for row in sheet.iter_rows(min_row=2, max_row=POLICY.batch_rows + 1) for cell in row}
    assert formats == {"@"}


# What rows say


def test_a_row_of_the_general_template_is_one_unbroken_time():
    assert line(department="", last="1130806", ends="0130", remarks="夜診") == BatchLine(
        practitioner="DR-000001",
        place_code="3501200000",
        place_name="",
        purposes=(Purpose.GENERAL, Purpose.VACCINATION),
        department="",
        schedule=Continuous(AUGUST_5, time(9), date(2024, 8, 6), time(1, 30)),
        remarks="夜診",
    )


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        ({"pattern": "每週", "number": "", "weekdays": "一、三"}, "FREQ=WEEKLY;BYDAY=MO,WE"),
        ({"pattern": "每週", "number": "", "weekdays": "星期日六"}, "FREQ=WEEKLY;BYDAY=SA,SU"),
        ({"pattern": "每週", "number": "", "weekdays": "mo,tu"}, "FREQ=WEEKLY;BYDAY=MO,TU"),
        ({"pattern": "每月第幾週", "number": "2", "weekdays": "一三"}, "FREQ=MONTHLY;BYDAY=2MO,2WE"),
        ({"pattern": "每月第幾日", "number": 15, "weekdays": ""}, "FREQ=MONTHLY;BYMONTHDAY=15"),
        ({"pattern": "每隔幾週", "number": "２", "weekdays": "週五"}, "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=FR"),
        ({"pattern": "every_days", "number": "10", "weekdays": ""}, "FREQ=DAILY;INTERVAL=10"),
    ],
)
def test_each_pattern_is_read_as_its_rule(cells, written):
    schedule = rule(**cells, without_holidays="否", exceptions="")
    assert schedule == Recurring(written, AUGUST_5, date(2024, 12, 31), time(9), time(12))


def test_excepted_days_and_holidays_are_left_out():
    every_day = {"pattern": "每隔幾日", "number": "1", "weekdays": "", "first": "1130916", "last": "1130920"}
    schedule = rule(**every_day, exceptions="1130919、113/09/18", without_holidays="是")
    assert schedule.exceptions == (date(2024, 9, 17), date(2024, 9, 18), date(2024, 9, 19))  # the 17th is 中秋節


@pytest.mark.parametrize(
    "cells",
    [
        {"first": "113/8/5", "last": "113-08-05"},
        {"first": "20240805", "last": "2024/8/5"},
        {"first": SPREADSHEET_DAY, "last": "1130805"},
        {"first": SPREADSHEET_DAY, "last": "2024-08-05"},
        {"first": 1130805, "last": 1130805},
    ],
)
def test_days_are_read_as_the_roc_the_west_and_spreadsheets_write_them(cells):
    schedule = line(**cells).schedule
    assert (schedule.first, schedule.last) == (AUGUST_5, AUGUST_5)


@pytest.mark.parametrize("starts", ["0900", "09:00", "9:00", 900, "900", time(9)])
def test_times_are_read_also_where_a_spreadsheet_took_their_zeros(starts):
    assert line(starts=starts).schedule.starts == time(9)


def test_purposes_are_known_by_the_portals_words_short_and_long_and_by_code_each_once():
    words = "報備為糖尿病共同照護網;負責人，general,一般支援"
    assert line(purposes=words).purposes == (Purpose.DIABETES_NETWORK, Purpose.RESPONSIBLE_PERSON, Purpose.GENERAL)


# Faults, by row and column


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"practitioner": ""}, {"practitioner": FieldMissing}),
        ({"practitioner": "D" * 21}, {"practitioner": TextTooLong}),
        ({"place_code": "1" * 21}, {"place_code": TextTooLong}),
        ({"purposes": "散步"}, {"purposes": ChoiceUnknown}),
        ({"purposes": "、"}, {"purposes": FieldMissing}),
        ({"department": "ZZ"}, {"department": UnknownDepartment}),
        ({"first": "1130230"}, {"first": ImpossibleDate}),
        ({"first": "8月5日"}, {"first": MalformedRocDate}),
        ({"starts": "2460"}, {"starts": MalformedTime}),
        ({"ends": 2400}, {"ends": MalformedTime}),
        ({"ends": "0900"}, {"ends": EndNotAfterStart}),
        ({"last": "1150805"}, {"first": ScheduleTooLong}),
        ({"remarks": "長" * 501}, {"remarks": TextTooLong}),
        ({"ends": "=G2+1"}, {"ends": CellHoldsFormula}),
        ({"department": "#REF!"}, {"department": CellInError}),
        (
            {"starts": "", "first": "x", "remarks": "=1"},
            {"first": MalformedRocDate, "starts": FieldMissing, "remarks": CellHoldsFormula},
        ),
    ],
)
def test_a_row_is_told_what_is_wrong_in_each_of_its_columns(cells, expected):
    assert faults(row_of(**cells)) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"window": "0200~0130"}, {"window": EndNotAfterStart}),
        ({"window": "2460~2500"}, {"window": MalformedTime}),
        ({"window": "0900"}, {"window": MalformedTimeRange}),
        ({"pattern": "偶爾"}, {"pattern": ChoiceUnknown}),
        ({"pattern": ""}, {"pattern": FieldMissing}),
        ({"pattern": "每週"}, {"number": CellNotForPattern}),
        ({"pattern": "每月第幾日"}, {"weekdays": CellNotForPattern}),
        ({"number": "6"}, {"number": NumberOutOfRange}),
        ({"number": "二"}, {"number": NumberOutOfRange}),
        ({"number": "0" * 5000}, {"number": NumberOutOfRange}),
        ({"number": ""}, {"number": FieldMissing}),
        ({"weekdays": "八"}, {"weekdays": WeekdaysUnreadable}),
        ({"weekdays": "、"}, {"weekdays": WeekdaysUnreadable}),
        ({"exceptions": "1130814、昨天"}, {"exceptions": MalformedRocDate}),
        ({"without_holidays": "也許"}, {"without_holidays": ChoiceUnknown}),
        ({"last": "1130801"}, {"last": EndNotAfterStart}),
        ({"last": "1130812", "exceptions": "1130812"}, {"first": ScheduleEmpty}),
    ],
)
def test_a_rule_is_told_what_is_wrong_in_each_of_its_columns(cells, expected):
    assert faults(row_of(RULE_BASED, **cells), kind=RULE_BASED) == expected


def test_dates_of_another_calendar_than_the_first_are_told_by_the_row_that_says_it():
    batch = read(row_of(first=SPREADSHEET_DAY), row_of(practitioner="DR-2", first="2024/08/05"))
    [fault] = batch.rows[1].faults
    assert isinstance(fault, CalendarsMixed)
    assert (fault.field, fault.params) == ("first", {"row": 2, "expected": "roc_calendar"})


def test_what_is_no_date_says_nothing_of_the_calendar():
    rows = row_of(first="明天", last=""), row_of(practitioner="DR-2", first="2024/08/05", last="20240805")
    assert read(*rows).rows[1].faults == ()


def test_the_first_of_several_days_in_a_cell_can_be_the_one_that_says_the_calendar():
    western = {"first": SPREADSHEET_DAY, "last": SPREADSHEET_DAY.replace(month=12), "exceptions": "20240812、20240814"}
    rows = row_of(RULE_BASED, **western), row_of(RULE_BASED, practitioner="DR-2")
    batch = read(*rows, kind=RULE_BASED)
    assert batch.rows[0].faults == ()
    assert {type(fault) for fault in batch.rows[1].faults} == {CalendarsMixed}


def test_a_row_that_asks_for_the_same_again_is_told_which_row_did():
    batch = read(row_of(), row_of(practitioner="DR-2"), row_of())
    [fault] = batch.rows[2].faults
    assert isinstance(fault, RowRepeated)
    assert fault.params == {"row": 2}
    assert [row.number for row in batch.rows] == [2, 3, 4]


def test_the_letter_of_each_column_is_known_whatever_their_order():
    headings = list(COLUMNS[GENERAL].headings.values())[::-1]
    cells = [row_of()[name] for name in COLUMNS[GENERAL].headings][::-1]
    batch = read_batch(saved(sheet_of(headings, cells)), GENERAL, LIMITS, RULES)
    assert (batch.letters["remarks"], batch.letters["practitioner"]) == ("A", "J")
    assert batch.rows[0].line is not None


# Whole files


def test_columns_that_nobody_knows_that_lack_or_come_twice_stop_the_file():
    headings = list(COLUMNS[GENERAL].headings.values())
    for changed, refusal in (
        ([*headings, "心情"], ColumnsUnknown),
        (headings[1:], ColumnsMissing),
        ([*headings, headings[0]], ColumnsRepeated),
    ):
        with pytest.raises(refusal):
            read_batch(saved(sheet_of(changed, ["x"])), GENERAL, LIMITS, RULES)


def test_a_value_under_no_heading_stops_the_file_and_is_told_by_its_letter():
    workbook = filled(row_of())
    workbook[TITLES[GENERAL]]["L2"] = "x"
    with pytest.raises(ColumnsUnknown) as refused:
        read_batch(saved(workbook), GENERAL, LIMITS, RULES)
    assert refused.value.params == {"columns": ("K", "L")}


def test_three_hundred_rows_are_taken_and_one_more_stops_the_file():
    rows = [row_of(practitioner=f"DR-{number}") for number in range(301)]
    assert len(read(*rows[:300]).taken(Choice.ALL_OR_NOTHING)) == 300
    with pytest.raises(RowsTooMany):
        read(*rows)


def test_all_rows_or_the_good_ones_are_taken_as_was_chosen():
    batch = read(row_of(), row_of(practitioner=""))
    assert batch.taken(Choice.ALL_OR_NOTHING) == ()
    assert [row.number for row in batch.taken(Choice.GOOD_ROWS)] == [2]
    assert len(read(row_of()).taken(Choice.ALL_OR_NOTHING)) == 1


def test_a_file_is_known_again_by_its_digest():
    content = saved(filled(row_of()))
    first, again = (read_batch(content, GENERAL, LIMITS, RULES) for _ in range(2))
    assert first == again
    assert first.digest == sha256(content).hexdigest()
