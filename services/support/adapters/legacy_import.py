"""新舊系統銜接: supports that the system before has approved, brought over from a file row by row, or tried out.

A row is known again by its case number and its place in that case, so that a file imported twice, or once more after
it was cut short, changes nothing. Remarks stay behind: their time ends by the submission there.
The format is in docs/formats/support-legacy.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from services.support.adapters.batch_rows import PURPOSES, RowRepeated, parts_of, time_of
from services.support.commands import BringSupportOver, PlaceEntry, ScheduleEntry, ScheduleKind
from services.support.events import Purpose, RecordedBy
from services.support.messages import WORDING
from shared.imports.cells import Cells, choice_of
from shared.imports.files import Columns
from shared.imports.files import Purpose as For
from shared.imports.taking import read_file, take_in
from shared.refusals import InvalidForm, Refusal
from shared.taiwan.dates import time_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from services.support.application import Supporting
    from shared.application import Outcome
    from shared.imports.files import FileRow
    from shared.imports.results import ImportSummary, RowResult
    from shared.principal import Principal

COLUMNS = Columns(
    headings={
        "case_no": "案件編號",
        "row": "序號",
        "recorded_by": "建檔身份",
        "practitioner": "醫事人員代號",
        "institution": "執業機構代碼",
        "place_code": "被支援機構代碼",
        "place_name": "被支援機構名稱",
        "purposes": "支援目的",
        "department": "支援科別",
        "first": "開始日期",
        "starts": "開始時間",
        "last": "結束日期",
        "ends": "結束時間",
    },
    required=frozenset(
        {
            "case_no",
            "practitioner",
            "institution",
            "place_code",
            "purposes",
            "first",
            "starts",
            "last",
            "ends",
        }
    ),
)
_RECORDED_BY = {"人員": RecordedBy.PRACTITIONER, "機構": RecordedBy.INSTITUTION}
_COLUMN_OF = {
    "place.name": "place_name",
    "place": "place_code",
    "purposes": "purposes",
    "schedule.starts": "starts",
    "schedule.ends": "ends",
    "schedule.first": "first",
    "schedule": "last",
}
"""At which column what is wrong with a field of the command is told."""


class RowNumberUnreadable(Refusal):
    """序號 is a whole number from 1."""


def import_legacy(  # noqa: PLR0913 - what is imported, by whom, when, what for, and who hears of each row
    supporting: Supporting,
    file: BinaryIO,
    principal: Principal,
    now: datetime,
    *,
    purpose: For,
    tell: Callable[[RowResult], None],
) -> ImportSummary:
    """Bring over, or try out, a file at `now` (aware), and `tell` the result of each row as soon as it is known.

    Raises FileEmpty, FileNotUtf8, FileNotJson, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated with
    nothing taken; and StoreUnavailable, after which the same file can be imported again.
    """
    run = _Import(supporting, principal, now, purpose)
    return take_in(read_file(file, COLUMNS), COLUMNS, WORDING, run.take, tell)


class _Import:
    """One file being read for one operator."""

    def __init__(self, supporting: Supporting, principal: Principal, now: datetime, purpose: For) -> None:
        self._supporting = supporting
        self._principal = principal
        self._now = now
        self._purpose = purpose
        self._key = f"import/{uuid4()}"
        self._rows: dict[tuple[str, int], int] = {}

    def take(self, row: FileRow) -> Outcome:
        """What becomes of one row."""
        command = support_of(row.cells)
        before = self._rows.setdefault((command.case_no, command.row), row.number)
        if before != row.number:
            raise RowRepeated("case_no", row=before)
        try:
            if self._purpose == For.TRY:
                return self._supporting.consider(command, self._principal, self._now)
            return self._supporting.handle(command, self._principal, f"{self._key}/{row.number}", self._now)
        except InvalidForm as form:
            for fault in form.refusals:
                fault.field = _column_of(fault.field)
            raise


def support_of(cells: Mapping[str, str]) -> BringSupportOver:
    """The command that a row means; refuses with every fault of it."""
    row = Cells(cells)
    command = BringSupportOver(
        case_no=row.needed("case_no"),
        row=row.read("row", _row_number) or 1,
        recorded_by=row.choice("recorded_by", _RECORDED_BY) or RecordedBy.INSTITUTION,
        practitioner=row.needed("practitioner"),
        institution=row.needed("institution"),
        place=PlaceEntry(row.needed("place_code"), row.text("place_name")),
        purposes=_purposes(row),
        schedule=ScheduleEntry(
            ScheduleKind.CONTINUOUS,
            starts=_time(row, "starts"),
            ends=_time(row, "ends"),
            first=row.needed_day("first"),
            last=row.needed_day("last"),
        ),
        department=row.text("department"),
    )
    row.refuse_faults()
    return command


def _row_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise RowNumberUnreadable("row")
    return int(text)


def _purposes(row: Cells) -> tuple[Purpose, ...]:
    row.needed("purposes")
    read = row.read("purposes", lambda text: [choice_of(part.strip(), PURPOSES, "purposes") for part in parts_of(text)])
    return tuple(dict.fromkeys(read or ()))


def _time(row: Cells, name: str) -> str:
    row.needed(name)
    read = row.read(name, lambda text: time_of(text, name))
    return time_digits(read) if read else ""


def _column_of(field: str) -> str:
    return next((column for beginning, column in _COLUMN_OF.items() if field.startswith(beginning)), field)
