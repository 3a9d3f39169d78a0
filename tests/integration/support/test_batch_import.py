"""整批匯入 into a store: all rows or the good ones, tried first, and the same file twice changes nothing."""

from dataclasses import replace
from datetime import date

import pytest

from services.support.adapters.batch_import import import_batch
from services.support.adapters.batch_rows import COLUMNS, TITLES, BatchRules, read_batch
from services.support.adapters.workbook import WorkbookLimits
from services.support.commands import Choice, DiscardDraft, SubmitForReview
from services.support.domain.policies import POLICIES
from services.support.events import ApplicationKind, BatchImported, BatchKind, Continuous, Purpose, Recurring
from shared.calendar import WorkingCalendar
from shared.imports.files import Purpose as For
from shared.imports.results import RowOutcome
from shared.refusals import RoleNotAllowed
from shared.words import Language
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR
from tests.controls.registry import PLACE_CODE, PLACE_NAME
from tests.controls.support import DAAN, STATION
from tests.controls.supporters import BUREAU, COLLEAGUE, HOME, OTHER_INSTITUTION, PRACTITIONER
from tests.unit.support.workbooks import row_of, saved, sheet_of

pytestmark = pytest.mark.postgres

POLICY = POLICIES[0]
LIMITS = WorkbookLimits(POLICY.batch_bytes, POLICY.batch_unpacked_bytes, POLICY.batch_rows)
RULES = BatchRules(
    POLICY.schedule_limits, POLICY.remarks_limit, POLICY.purposes, WorkingCalendar(frozenset(), frozenset())
)
NEXT_WEEK = {"first": "1140304", "last": "1140304", "department": "01", "remarks": "夜診支援"}
TUESDAYS = {"pattern": "每週", "number": "", "weekdays": "二", "exceptions": "", "first": "1140304", "last": "1140527"}


def row(practitioner=BANQIAO_DOCTOR, place_code=DAAN_CLINIC, kind=BatchKind.GENERAL, **cells):
    days = NEXT_WEEK if kind == BatchKind.GENERAL else TUESDAYS
    return row_of(kind, **{**days, "practitioner": practitioner, "place_code": place_code, **cells})


def workbook(*rows, kind=BatchKind.GENERAL):
    headings = COLUMNS[kind].headings
    cells = [[one[name] for name in headings] for one in rows]
    return read_batch(saved(sheet_of(list(headings.values()), *cells, title=TITLES[kind])), kind, LIMITS, RULES)


def imported(office, batch, caller=HOME, choice=Choice.ALL_OR_NOTHING, purpose=For.TAKE):
    return import_batch(office.supporting, batch, caller, office.now, purpose=purpose, choice=choice)


def outcomes(report):
    return {result.number: result.outcome.value for result in report.results}


def stored(office):
    return office.supporting.recorder.connections.fetch("select count(*) from event")[0][0]


def test_the_rows_of_a_workbook_become_the_lines_of_one_draft(office):
    report = imported(office, workbook(row(), row(COLLEAGUE.number, purposes="預防針接種", remarks="")))
    assert outcomes(report) == {2: "taken", 3: "taken"}
    assert {result.entry for result in report.results} == {report.case_no}
    application = office.application(report.application_id)
    assert application.kind is ApplicationKind.NEW
    first, second = application.lines.values()
    assert (first.practitioner, first.place, first.department) == (BANQIAO_DOCTOR, DAAN, "01")
    assert isinstance(first.terms.schedule, Continuous)
    assert first.terms.schedule.first == date(2025, 3, 4)
    assert first.terms.remarks is not None
    assert (second.practitioner, second.terms.purposes) == (COLLEAGUE.number, (Purpose.VACCINATION,))


def test_a_rule_and_a_non_medical_place_are_taken_as_they_are_written(office):
    rows = row(kind=BatchKind.RULES), row(COLLEAGUE.number, PLACE_CODE, BatchKind.RULES, place_name=PLACE_NAME)
    report = imported(office, workbook(*rows, kind=BatchKind.RULES))
    assert outcomes(report) == {2: "taken", 3: "taken"}, report
    first, second = office.application(report.application_id).lines.values()
    assert isinstance(first.terms.schedule, Recurring)
    assert first.terms.schedule.rule == "FREQ=WEEKLY;BYDAY=TU"
    assert second.place == STATION


def test_a_trial_tells_what_would_become_of_each_row_and_stores_nothing(office):
    report = imported(office, workbook(row(), row("DR-0")), choice=Choice.GOOD_ROWS, purpose=For.TRY)
    assert outcomes(report) == {2: "taken", 3: "refused"}
    assert (report.application_id, report.case_no) == (None, "")
    assert stored(office) == 0


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"practitioner": DAAN_DOCTOR}, "not-your-staff", "A 醫事人員代號"),
        ({"practitioner": "DR-0"}, "practitioner-unknown", "A 醫事人員代號"),
        ({"place_code": "3501200000"}, "place-unknown", "B 被支援機構代碼"),
        ({"place_code": BANQIAO_CLINIC}, "place-is-home", "B 被支援機構代碼"),
        ({"first": "1140101", "last": "1140101"}, "schedule-in-the-past", "H 結束日期"),
        ({"starts": "2460"}, "malformed-time", "G 開始時間"),
    ],
)
def test_a_row_at_fault_is_told_by_row_and_column_and_nothing_is_stored(office, cells, code, column):
    report = imported(office, workbook(row(COLLEAGUE.number), row(**cells)))
    fine, at_fault = report.results
    [remark] = at_fault.remarks
    assert (at_fault.number, remark.code, remark.column) == (3, code, column)
    assert all(remark.words[language] for language in Language)
    assert [remark.code for remark in fine.remarks] == ["other-rows-at-fault"]
    assert outcomes(report) == {2: "refused", 3: "refused"}
    assert stored(office) == 0


def test_the_good_rows_alone_are_taken_where_that_was_chosen(office):
    report = imported(office, workbook(row(), row("DR-0"), row(COLLEAGUE.number)), choice=Choice.GOOD_ROWS)
    assert outcomes(report) == {2: "taken", 3: "refused", 4: "taken"}
    assert report.count(RowOutcome.TAKEN) == 2
    assert len(office.application(report.application_id).lines) == 2


def test_the_same_file_twice_changes_nothing(office):
    batch = workbook(row())
    first = imported(office, batch)
    before = stored(office)
    again = imported(office, batch)
    assert outcomes(again) == {2: "unchanged"}
    assert (again.application_id, again.case_no) == (first.application_id, first.case_no)
    assert stored(office) == before


def test_the_same_file_changes_nothing_after_its_draft_was_submitted(office):
    batch = workbook(row())
    first = imported(office, batch)
    office.ask(SubmitForReview(first.application_id, 1), HOME)
    again = imported(office, batch)
    assert (outcomes(again), again.application_id) == ({2: "unchanged"}, first.application_id)


def test_what_is_taken_of_a_file_is_stored_at_once_or_not_at_all(office):
    report = imported(office, workbook(row(), row("DR-0")), choice=Choice.GOOD_ROWS)
    assert office.told(report.application_id) == ["SupportDrafted", "ScheduleSet", "BatchImported"]
    [told] = [one for one in office.supporting.events.get(report.application_id) if isinstance(one, BatchImported)]
    assert (told.taken, told.refused, told.institution) == ((2,), (3,), BANQIAO_CLINIC)
    assert told.digest != workbook(row(), row("DR-0")).digest
    assert office.supporting.recorder.connections.fetch("select count(distinct xid) from event") == [(1,)]


def test_rows_that_a_file_was_taken_without_stay_left_out_and_are_told_so(office):
    rows = workbook(row(), row("DR-0"))
    first = imported(office, rows, choice=Choice.GOOD_ROWS)
    office.register.practitioners["DR-0"] = replace(COLLEAGUE, number="DR-0")
    again = imported(office, rows, choice=Choice.GOOD_ROWS)
    assert (outcomes(again), again.application_id) == ({2: "unchanged", 3: "refused"}, first.application_id)
    assert [remark.code for remark in again.results[1].remarks] == ["row-left-out"]


def test_a_file_whose_draft_was_thrown_away_begins_another(office):
    batch = workbook(row())
    first = imported(office, batch)
    office.ask(DiscardDraft(first.application_id), HOME)
    again = imported(office, batch)
    assert outcomes(again) == {2: "taken"}
    assert again.application_id != first.application_id
    assert outcomes(imported(office, batch)) == {2: "unchanged"}


def test_the_same_file_of_somebody_else_is_another_matter(office):
    batch = workbook(row())
    imported(office, batch)
    [result] = imported(office, batch, caller=OTHER_INSTITUTION).results
    assert [remark.code for remark in result.remarks] == ["not-your-staff", "place-is-home"]


def test_a_practitioner_imports_their_own_rows_only(office):
    report = imported(office, workbook(row(), row(COLLEAGUE.number)), PRACTITIONER, Choice.GOOD_ROWS)
    assert outcomes(report) == {2: "taken", 3: "refused"}
    assert [remark.code for remark in report.results[1].remarks] == ["not-yourself"]


def test_nobody_else_imports_anything(office):
    with pytest.raises(RoleNotAllowed):
        imported(office, workbook(row()), replace(BUREAU))
