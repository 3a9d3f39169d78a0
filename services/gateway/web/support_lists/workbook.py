"""匯出: a list of supports as a workbook whose cells are all text, written while the hub answers others."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from services.gateway.web.asking import caller
from services.gateway.web.rendering import label, language, t
from services.gateway.web.shown import as_moment, table_day
from services.gateway.web.support.schedules_told import schedule_told
from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from services.gateway.web.support.shapes import SupportListed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    "case_no",
    "state",
    "recorded_by",
    "practitioner",
    "name",
    "home_code",
    "home",
    "place_code",
    "place",
    "department",
    "purposes",
    "starts",
    "ends",
    "schedule",
    "overlaps",
)
_WIDTHS = {"name": 12, "home": 28, "place": 28, "purposes": 32, "schedule": 48}
_WIDTH = 16


def sheet_of(side: str, supports: Sequence[SupportListed]) -> bytes:
    """The workbook, with headings and dates as the reader's language writes them."""
    headings = [t(f"support_lists.columns.{name}") for name in COLUMNS]
    rows = [headings, *(_row(support) for support in supports)]
    return caller().front.elsewhere(partial(write, t(f"support_lists.{side}.title"), rows))


def write(title: str, rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet with the headings held in place; no cell is a formula, however its text begins."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, name in enumerate(COLUMNS):
        sheet.column_dimensions[chr(ord("A") + number)].width = _WIDTHS.get(name, _WIDTH)
    for row in rows:
        sheet.append([_text_cell(sheet, text) for text in row])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _row(support: SupportListed) -> list[str]:
    cells = {
        "case_no": support.case_no,
        "state": label(support.state),
        "recorded_by": t(f"support_lists.recorded-by.{support.recorded_by}"),
        "practitioner": support.practitioner,
        "name": support.practitioner_name,
        "home_code": support.institution,
        "home": support.institution_name,
        "place_code": support.place.code,
        "place": support.place.name,
        "department": support.department,
        "purposes": t("support_lists.comma").join(label(one) for one in support.terms.purposes),
        "starts": _moment(support.starts_at),
        "ends": _moment(support.ends_at),
        "schedule": schedule_told(support.terms.schedule),
        "overlaps": str(support.overlaps) if support.overlaps else "",
    }
    return [ILLEGAL_CHARACTERS_RE.sub("", cells[name]) for name in COLUMNS]


def _moment(given: datetime) -> str:
    shown = as_moment(given).astimezone(TAIPEI)
    return f"{table_day(shown.date(), language())} {shown:%H:%M}"


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
