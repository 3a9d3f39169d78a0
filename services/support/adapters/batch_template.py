"""範本檔: the workbook that people fill in for 整批申請, made from the columns by which it is read again.

Its first sheet has the headings and cells of text, so that 0900 and 0401180014 keep their zeros; the second,
上傳格式說明, tells of every column what is wanted, with an example that can be taken as it stands.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from services.support.adapters.batch_rows import COLUMNS, PATTERNS, TITLES
from services.support.events import BatchKind

if TYPE_CHECKING:
    from collections.abc import Mapping

INSTRUCTIONS = "上傳格式說明"
_TEXT = "@"
_ROW_WORDS = ("欄位", "必填", "說明", "範例", "Column", "Format")

EXAMPLES: Mapping[str, str] = {
    "practitioner": "DR-000001",
    "place_code": "3501200000",
    "place_name": "",
    "purposes": "一般支援、預防針接種",
    "department": "04",
    "first": "1130805",
    "starts": "0900",
    "last": "1130805",
    "ends": "1200",
    "pattern": "每月第幾週",
    "number": "2",
    "weekdays": "一、三",
    "window": "0900~1200",
    "exceptions": "1130814",
    "without_holidays": "是",
    "remarks": "",
}
_ENDS_OF_RULES = {"last": "1131231"}
_SAID: Mapping[str, tuple[str, str]] = {
    "practitioner": ("本機構醫事人員之代號", "practitioner number of the registry, of your own staff"),
    "place_code": ("機構代碼；非醫事機構請一併填寫名稱", "the code; of a non-medical place its name too"),
    "place_name": ("非醫事機構必填", "needed for a non-medical place"),
    "purposes": (
        "一般支援、負責人、糖尿病共同照護網、整合式健康檢查、預防針接種；可填多項，以頓號分隔",
        "one or several of the five, separated by 、",
    ),
    "department": ("2 碼診療科別，例如 04 小兒科", "two characters, 04 for paediatrics"),
    "first": ("民國或西元日期，整份檔案請一致", "ROC or Western date, the same kind throughout the file"),
    "starts": ("24 小時制，0000 至 2359", "0000 to 2359"),
    "last": ("民國或西元日期，整份檔案請一致", "ROC or Western date, the same kind throughout the file"),
    "ends": ("24 小時制，晚於開始時間", "0000 to 2359, after the start"),
    "pattern": ("、".join(PATTERNS), "one of the five: " + ", ".join(PATTERNS.values())),
    "number": ("樣式中的「幾」；每週免填", "the number in the pattern; left empty for every_week"),
    "weekdays": ("一至日，可填多項；每月第幾日、每隔幾日免填", "一 to 日; left empty for day_of_month and every_days"),
    "window": (
        "起訖時間以 ~ 連接，迄晚於起；跨日者請改用一般整批",
        "two times of one day; over midnight use the other template",
    ),
    "exceptions": ("不支援的日期，可填多項", "days without support, several separated by 、"),
    "without_holidays": ("是或否", "是 leaves out public holidays"),
    "remarks": ("{limit} 字以內", "{limit} characters at most"),
}


def template(kind: BatchKind, rows: int, remarks_limit: int) -> bytes:
    """The workbook of this kind with room for so many rows, empty but for its headings and what it explains."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = TITLES[kind]
    _fill_headings(sheet, kind, last=rows + 1)
    _fill_instructions(workbook.create_sheet(INSTRUCTIONS), kind, remarks_limit)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def examples(kind: BatchKind) -> dict[str, str]:
    """A row that can be taken, by column."""
    known = {**EXAMPLES, **(_ENDS_OF_RULES if kind == BatchKind.RULES else {})}
    return {name: known[name] for name in COLUMNS[kind].headings}


def _fill_headings(sheet: Any, kind: BatchKind, last: int) -> None:
    columns = COLUMNS[kind]
    for place, (name, heading) in enumerate(columns.headings.items(), start=1):
        cell = sheet.cell(1, place, heading)
        cell.font = Font(bold=name in columns.required)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 18
        sheet.column_dimensions[letter].number_format = _TEXT
        for row in range(2, last + 1):
            sheet.cell(row, place).number_format = _TEXT
        if name == "pattern":
            choices = DataValidation(type="list", formula1=f'"{",".join(PATTERNS)}"', allow_blank=True)
            sheet.add_data_validation(choices)
            choices.add(f"{letter}2:{letter}{last}")
    sheet.freeze_panes = "A2"


def _fill_instructions(sheet: Any, kind: BatchKind, remarks_limit: int) -> None:
    columns, example = COLUMNS[kind], examples(kind)
    sheet.append(_ROW_WORDS)
    for name, heading in columns.headings.items():
        chinese, english = (said.format(limit=remarks_limit) for said in _SAID[name])
        sheet.append([heading, "是" if name in columns.required else "", chinese, example[name], name, english])
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format = _TEXT
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEF", (18, 8, 50, 24, 18, 50), strict=True):
        sheet.column_dimensions[letter].width = width
