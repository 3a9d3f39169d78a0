"""What a workbook of 整批申請 says, row by row: lines to be applied for, or every fault of a row by its column.

Columns are named as on the portal's forms (docs/formats/support-batch.md). Dates may be of the ROC or Western, but in
one file of one kind: a file that mixes them was put together from several, and in one of them years may be mistaken.
Cells that a spreadsheet itself keeps as days belong to neither and stand beside both.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from openpyxl.utils import get_column_letter

from services.support.adapters.workbook import read_sheet
from services.support.domain.batch import Batch, BatchLine, BatchRow
from services.support.domain.schedules import (
    MOST_DAYS,
    MOST_DAYS_OF_MONTH,
    MOST_WEEKS,
    MOST_WEEKS_OF_MONTH,
    DayOfMonth,
    EveryDays,
    EveryWeek,
    EveryWeeks,
    Weekday,
    WeekOfMonth,
    objection_to_schedule,
    rule_of,
    without_holidays,
)
from services.support.events.entries import BatchKind, Purpose
from services.support.events.schedules import Continuous, Recurring
from shared.imports.cells import choice_of
from shared.imports.files import Columns, names_of
from shared.refusals import ChoiceUnknown, FieldMissing, Refusal, TextTooLong, heed
from shared.taiwan.codes import parse_department
from shared.taiwan.dates import parse_date, parse_time, parse_time_range
from shared.taiwan.text import folded, objection_to_line, objection_to_paragraphs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, time

    from services.support.adapters.workbook import Sheet, SheetRow, WorkbookLimits
    from services.support.domain.schedules import Pattern, ScheduleLimits
    from services.support.events.schedules import Schedule
    from shared.calendar import WorkingCalendar

    Value = TypeVar("Value")


class NumberOutOfRange(Refusal):
    """The number has to be a whole one from 1 to `most`."""


class WeekdaysUnreadable(Refusal):
    """Weekdays are 一 to 日, several separated: 一、三、五."""


class CalendarsMixed(Refusal):
    """The date is of another calendar than that of row `row`, the first that says one: `expected`."""


class CellNotForPattern(Refusal):
    """The pattern of the row has no use for this cell, which has to be empty."""


class RowRepeated(Refusal):
    """The row asks for the same as row `row`."""


class PatternWord(StrEnum):
    """重複樣式: how the five patterns are called in a cell."""

    EVERY_WEEK = "every_week"
    WEEK_OF_MONTH = "week_of_month"
    DAY_OF_MONTH = "day_of_month"
    EVERY_WEEKS = "every_weeks"
    EVERY_DAYS = "every_days"


class _Calendar(StrEnum):
    """In which calendar a date is written."""

    ROC = "roc_calendar"
    WESTERN = "western_calendar"


PATTERNS = {
    "每週": PatternWord.EVERY_WEEK,
    "每月第幾週": PatternWord.WEEK_OF_MONTH,
    "每月第幾日": PatternWord.DAY_OF_MONTH,
    "每隔幾週": PatternWord.EVERY_WEEKS,
    "每隔幾日": PatternWord.EVERY_DAYS,
}
PURPOSES = {
    "一般支援": Purpose.GENERAL,
    "報備為一般支援": Purpose.GENERAL,
    "負責人": Purpose.RESPONSIBLE_PERSON,
    "報備為負責人": Purpose.RESPONSIBLE_PERSON,
    "糖尿病共同照護網": Purpose.DIABETES_NETWORK,
    "報備為糖尿病共同照護網": Purpose.DIABETES_NETWORK,
    "整合式健康檢查": Purpose.HEALTH_EXAMINATION,
    "預防針接種": Purpose.VACCINATION,
}
YES_NO = {"是": True, "否": False, "Y": True, "N": False}

_WHO_AND_WHERE = {
    "practitioner": "醫事人員代號",
    "place_code": "被支援機構代碼",
    "place_name": "被支援機構名稱",
    "purposes": "支援目的",
    "department": "支援科別",
}
GENERAL = Columns(
    headings={
        **_WHO_AND_WHERE,
        "first": "開始日期",
        "starts": "開始時間",
        "last": "結束日期",
        "ends": "結束時間",
        "remarks": "備註",
    },
    required=frozenset({"practitioner", "place_code", "purposes", "first", "starts", "last", "ends"}),
)
RULES = Columns(
    headings={
        **_WHO_AND_WHERE,
        "pattern": "重複樣式",
        "number": "數字",
        "weekdays": "星期",
        "first": "開始日期",
        "last": "結束日期",
        "window": "支援時間",
        "exceptions": "排除日期",
        "without_holidays": "排除國定假日",
        "remarks": "備註",
    },
    required=frozenset({"practitioner", "place_code", "purposes", "pattern", "first", "last", "window"}),
)
COLUMNS: Mapping[BatchKind, Columns] = {BatchKind.GENERAL: GENERAL, BatchKind.RULES: RULES}
TITLES: Mapping[BatchKind, str] = {BatchKind.GENERAL: "一般整批", BatchKind.RULES: "規則整批"}
"""The sheet that is read."""

_WEEKDAYS = dict(zip("一二三四五六日", Weekday, strict=True)) | {"天": Weekday.SUNDAY}
_SEPARATORS = re.compile(r"[、,，;；\n]")
_CODE_LIMIT = 20
_NAME_LIMIT = 100
_WESTERN = re.compile(r"[0-9]{4}[/-]|[0-9]{8}$")
_WEEK = re.compile("星期|禮拜|[週周]")
_DATES = ("first", "last", "exceptions")
_SCHEDULE_COLUMNS = {
    "schedule.starts": "starts",
    "schedule.ends": "ends",
    "schedule.last": "last",
}
"""At which column a schedule's fault is told; any other at the day with which it begins."""


@dataclass(frozen=True)
class BatchRules:
    """What rows are held against: limits of schedules and remarks, purposes that can be chosen, days that are holidays.

    Whether there are such people and places, the register says once a row can be read.
    """

    schedules: ScheduleLimits
    remarks_limit: int
    purposes: tuple[Purpose, ...]
    calendar: WorkingCalendar


def read_batch(content: bytes, kind: BatchKind, limits: WorkbookLimits, rules: BatchRules) -> Batch:
    """Read a workbook of this kind whole; what is wrong with single rows is kept with them.

    Raises as `read_sheet`, and ColumnsUnknown, ColumnsMissing, ColumnsRepeated.
    """
    sheet = read_sheet(content, TITLES[kind], limits)
    names = names_of(sheet.headings, COLUMNS[kind])
    reader = _Reader(kind, names, rules, _first_calendar(sheet, names))
    letters = {name: get_column_letter(place) for place, name in enumerate(names, start=1)}
    return Batch(kind, sha256(content).hexdigest(), letters, tuple(map(reader.read, sheet.rows)))


class _Reader:
    """Reads rows one after the other; what one says may speak against a later one."""

    def __init__(self, kind: BatchKind, names: Sequence[str], rules: BatchRules, calendar: _WrittenIn | None) -> None:
        self._names = names
        self._rules = rules
        self._calendar = calendar
        self._schedule = self._continuous if kind == BatchKind.GENERAL else self._recurring
        self._known: dict[BatchLine, int] = {}

    def read(self, row: SheetRow) -> BatchRow:
        """The line of a row, or its faults in the order of the columns."""
        cells = _RowCells(row, self._names, self._calendar)
        line = self._line(cells)
        if line is not None and (first := self._known.setdefault(line, row.number)) != row.number:
            cells.fault("practitioner", RowRepeated(row=first))
        faults = tuple(cells.faults[name] for name in sorted(cells.faults, key=self._names.index))
        return BatchRow(row.number, None if faults else line, faults)

    def _line(self, cells: _RowCells) -> BatchLine | None:
        practitioner = cells.needed("practitioner", _line_of(_CODE_LIMIT))
        place_code = cells.needed("place_code", _line_of(_CODE_LIMIT))
        place_name = cells.read("place_name", _line_of(_NAME_LIMIT))
        purposes = cells.needed("purposes", self._purposes)
        department = cells.read("department", lambda text: parse_department(text).code)
        schedule = self._schedule(cells)
        remarks = cells.read("remarks", self._remarks)
        if practitioner is None or place_code is None or purposes is None or schedule is None or cells.faults:
            return None
        return BatchLine(
            practitioner, place_code, place_name or "", purposes, department or "", schedule, remarks or ""
        )

    def _purposes(self, text: str) -> tuple[Purpose, ...]:
        known = {word: purpose for word, purpose in PURPOSES.items() if purpose in self._rules.purposes}
        purposes = tuple(dict.fromkeys(choice_of(word.strip(), known, "purposes") for word in parts_of(text)))
        if not purposes:
            raise FieldMissing
        return purposes

    def _remarks(self, text: str) -> str:
        if len(text) > self._rules.remarks_limit:
            raise TextTooLong(given=len(text), limit=self._rules.remarks_limit)
        heed(objection_to_paragraphs(text, ""))
        return text

    def _continuous(self, cells: _RowCells) -> Schedule | None:
        first, starts = cells.needed("first", cells.day("first")), cells.needed("starts", time_of)
        last, ends = cells.needed("last", cells.day("last")), cells.needed("ends", time_of)
        if first is None or starts is None or last is None or ends is None:
            return None
        return self._unless_objected(cells, Continuous(first, starts, last, ends))

    def _recurring(self, cells: _RowCells) -> Schedule | None:
        pattern = _pattern(cells)
        first, last = cells.needed("first", cells.day("first")), cells.needed("last", cells.day("last"))
        window = cells.needed("window", parse_time_range)
        exceptions = cells.read("exceptions", cells.days("exceptions")) or ()
        without = cells.read("without_holidays", _yes_or_no)
        if pattern is None or first is None or last is None or window is None:
            return None
        schedule = Recurring(rule_of(pattern), first, last, window.start, window.end, exceptions)
        checked = self._unless_objected(cells, schedule)
        if checked is None or not without:
            return checked
        return self._unless_objected(cells, without_holidays(schedule, self._rules.calendar))

    def _unless_objected(self, cells: _RowCells, schedule: Schedule) -> Schedule | None:
        objection = objection_to_schedule(schedule, self._rules.schedules)
        if objection is None:
            return schedule
        cells.fault(_SCHEDULE_COLUMNS.get(objection.field, "first"), objection)
        return None


class _RowCells:
    """The cells of one row by their columns, and the first fault of each."""

    def __init__(self, row: SheetRow, names: Sequence[str], calendar: _WrittenIn | None) -> None:
        self._cells = dict(zip(names, row.cells, strict=False))
        self._calendar = calendar
        self._kept_as_days = {name for place, name in enumerate(names) if place in row.days}
        self.faults: dict[str, Refusal] = {}
        for place, fault in row.faults.items():
            self.fault(names[place], fault)

    def fault(self, name: str, refusal: Refusal) -> None:
        """Keep what is wrong with a column."""
        refusal.field = name
        self.faults.setdefault(name, refusal)

    def read(self, name: str, read: Callable[[str], Value]) -> Value | None:
        """What `read` makes of a cell; None where it is empty, or at fault, which is kept."""
        text = self._cells.get(name, "")
        if not text or name in self.faults:
            return None
        try:
            return read(text)
        except Refusal as refusal:
            self.fault(name, refusal)
            return None

    def needed(self, name: str, read: Callable[[str], Value]) -> Value | None:
        """As `read`, and not empty."""
        if not self._cells.get(name, ""):
            self.fault(name, FieldMissing())
        return self.read(name, read)

    def leave_out(self, name: str) -> None:
        """The cell has to be empty."""
        if self._cells.get(name, ""):
            self.fault(name, CellNotForPattern())

    def day(self, name: str) -> Callable[[str], date]:
        """Reads a date of that column, in the calendar of the file."""

        def read(text: str) -> date:
            day = parse_date(text)
            if self._calendar and name not in self._kept_as_days and _written_in(text) != self._calendar.calendar:
                raise CalendarsMixed(row=self._calendar.row, expected=self._calendar.calendar.value)
            return day

        return read

    def days(self, name: str) -> Callable[[str], tuple[date, ...]]:
        """Reads several dates of that column, each once, in order."""
        return lambda text: tuple(sorted(set(map(self.day(name), parts_of(text)))))


@dataclass(frozen=True)
class _WrittenIn:
    """In which calendar the file writes its dates, as the row of this number shows first."""

    calendar: _Calendar
    row: int


def _first_calendar(sheet: Sheet, names: Sequence[str]) -> _WrittenIn | None:
    """The calendar of the first date that is written out and can be read; None where there is none."""
    places = [place for place, name in enumerate(names) if name in _DATES]
    for row in sheet.rows:
        for place in places:
            if place not in row.days and place not in row.faults:
                for part in parts_of(row.cells[place]):
                    with suppress(Refusal):
                        parse_date(part)
                        return _WrittenIn(_written_in(part), row.number)
    return None


def _written_in(text: str) -> _Calendar:
    return _Calendar.WESTERN if _WESTERN.match(folded(text)) else _Calendar.ROC


def _pattern(cells: _RowCells) -> Pattern | None:
    """重複樣式 with 數字 and 星期, each where the pattern has it, and left out where it has not."""
    match cells.needed("pattern", lambda text: choice_of(text, PATTERNS, "pattern")):
        case PatternWord.EVERY_WEEK:
            cells.leave_out("number")
            weekdays = cells.needed("weekdays", _weekdays)
            return EveryWeek(weekdays) if weekdays else None
        case PatternWord.WEEK_OF_MONTH:
            number, weekdays = cells.needed("number", _number(MOST_WEEKS_OF_MONTH)), cells.needed("weekdays", _weekdays)
            return WeekOfMonth(number, weekdays) if number and weekdays else None
        case PatternWord.DAY_OF_MONTH:
            cells.leave_out("weekdays")
            number = cells.needed("number", _number(MOST_DAYS_OF_MONTH))
            return DayOfMonth(number) if number else None
        case PatternWord.EVERY_WEEKS:
            number, weekdays = cells.needed("number", _number(MOST_WEEKS)), cells.needed("weekdays", _weekdays)
            return EveryWeeks(number, weekdays) if number and weekdays else None
        case PatternWord.EVERY_DAYS:
            cells.leave_out("weekdays")
            number = cells.needed("number", _number(MOST_DAYS))
            return EveryDays(number) if number else None
    return None


def _number(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = folded(text)
        if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits[:4]) <= most or len(digits) > 3:
            raise NumberOutOfRange(most=most)
        return int(digits)

    return read


def _weekdays(text: str) -> frozenset[Weekday]:
    """星期一、三, 一三五 or MO,WE."""
    plain = _SEPARATORS.sub("", _WEEK.sub("", folded(text).upper()))
    codes = [plain[place : place + 2] for place in range(0, len(plain), 2)]
    if codes and all(code in set(Weekday) for code in codes):
        return frozenset(map(Weekday, codes))
    if not plain or not set(plain) <= _WEEKDAYS.keys():
        raise WeekdaysUnreadable
    return frozenset(_WEEKDAYS[character] for character in plain)


def time_of(text: str, field: str = "") -> time:
    """A time, also one that has lost its zeros where a spreadsheet took it for a number: 930, 0."""
    return parse_time(text.zfill(4) if text.isascii() and text.isdigit() else text, field=field)


def _yes_or_no(text: str) -> bool:
    if text.upper() not in YES_NO:
        raise ChoiceUnknown(choices=tuple(YES_NO))
    return YES_NO[text.upper()]


def _line_of(limit: int) -> Callable[[str], str]:
    """Reads text that stays on one line and has at most so many characters."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise TextTooLong(given=len(text), limit=limit)
        heed(objection_to_line(text, ""))
        return text

    return read


def parts_of(text: str) -> list[str]:
    """The parts of a cell that holds several, separated as people do."""
    return [part for part in _SEPARATORS.split(text) if part.strip()]
