"""Workbooks as people hand them in, and as nobody should."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook, load_workbook

from services.support.adapters.batch_rows import COLUMNS, TITLES, BatchRules, read_batch
from services.support.adapters.batch_template import examples, template
from services.support.adapters.workbook import WorkbookLimits
from services.support.domain.policies import POLICIES
from services.support.events import BatchKind
from shared.calendar import working_calendar

POLICY = POLICIES[0]
LIMITS = WorkbookLimits(POLICY.batch_bytes, POLICY.batch_unpacked_bytes, POLICY.batch_rows)
RULES = BatchRules(POLICY.schedule_limits, POLICY.remarks_limit, POLICY.purposes, working_calendar())


def saved(workbook):
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def sheet_of(*rows, title="一般整批"):
    """A workbook with one sheet of these rows."""
    workbook = Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    return workbook


def row_of(kind=BatchKind.GENERAL, **cells):
    """The cells of the example, with these in their places."""
    return {**examples(kind), **cells}


def filled(*rows, kind=BatchKind.GENERAL):
    """The template with these rows filled in."""
    workbook = load_workbook(io.BytesIO(template(kind, POLICY.batch_rows, POLICY.remarks_limit)))
    sheet = workbook[TITLES[kind]]
    for number, row in enumerate(rows, start=2):
        for place, name in enumerate(COLUMNS[kind].headings, start=1):
            sheet.cell(number, place).value = row[name]
    return workbook


def read(*rows, kind=BatchKind.GENERAL):
    """What a sheet with the headings and these rows says."""
    columns = COLUMNS[kind].headings
    cells = [[row[name] for name in columns] for row in rows]
    workbook = sheet_of(list(columns.values()), *cells, title=TITLES[kind])
    return read_batch(saved(workbook), kind, LIMITS, RULES)


def repacked(content, **parts):
    """The workbook with parts replaced or added; a part is named by its path."""
    packed = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


def part_of(content, name):
    with ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name).decode()
