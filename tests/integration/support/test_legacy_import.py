"""新舊系統銜接: supports of the system before are brought over once, and are changed and cancelled here."""

from dataclasses import replace
from io import BytesIO

import pytest

from services.support.adapters.legacy_import import COLUMNS, import_legacy
from services.support.application.cutover import legacy_id
from services.support.commands import (
    ApproveApplication,
    DraftApplication,
    NameCancellations,
    SubmitForReview,
)
from services.support.domain.states import SupportState
from services.support.events import ApplicationKind, DepartureCause, RecordedBy
from shared.access import SHELL
from shared.imports.files import Purpose as For
from shared.principal import Assurance, Principal, Role
from shared.refusals import ProofNotAccepted, RoleNotAllowed
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.controls.registry import PLACE_CODE, PLACE_NAME
from tests.controls.support import DAAN, STATION
from tests.controls.supporters import BUREAU, COLLEAGUE, DOCTOR, HOME, PRACTITIONER

pytestmark = pytest.mark.postgres

AT_THE_SHELL = Principal("shell/root", Role.OPERATOR, SHELL.proofs)
ROW = {
    "case_no": "11307180001",
    "row": "1",
    "recorded_by": "人員",
    "practitioner": BANQIAO_DOCTOR,
    "institution": BANQIAO_CLINIC,
    "place_code": DAAN_CLINIC,
    "place_name": "",
    "purposes": "一般支援、預防針接種",
    "department": "01",
    "first": "1140304",
    "starts": "900",
    "last": "1140304",
    "ends": "1200",
}


def file(*rows):
    lines = [",".join(COLUMNS.headings.values()), *(",".join({**ROW, **row}.values()) for row in rows)]
    return BytesIO("\n".join(lines).encode())


def imported(office, *rows, purpose=For.TAKE, caller=AT_THE_SHELL):
    results = []
    summary = import_legacy(office.supporting, file(*rows), caller, office.now, purpose=purpose, tell=results.append)
    return summary, results


def stored(office):
    return office.supporting.recorder.connections.fetch("select count(*) from event")[0][0]


def test_a_support_of_the_system_before_is_brought_over_under_its_number(office):
    summary, [result] = imported(office, {})
    assert (summary.taken, result.entry) == (1, "11307180001")
    support_id = legacy_id("11307180001", 1)
    support = office.support(support_id)
    assert (support.held.place, support.case_no, support.recorded_by) == (DAAN, "11307180001", RecordedBy.PRACTITIONER)
    assert office.told(support_id) == ["SupportBroughtOver"]
    [told] = office.supporting.events.get(support_id)
    assert (told.source, told.attachments) == ("legacy", ())


def test_the_same_file_again_changes_nothing_and_one_cut_short_is_finished(office):
    imported(office, {})
    before = stored(office)
    summary, _ = imported(office, {})
    assert (summary.taken, summary.unchanged, stored(office)) == (0, 1, before)
    summary, _ = imported(office, {}, {"row": "2", "first": "1140305", "last": "1140305"})
    assert (summary.taken, summary.unchanged) == (1, 1)


def test_a_trial_tells_the_same_and_stores_nothing(office):
    summary, _ = imported(office, {}, {"row": "2", "practitioner": "DR-0"}, purpose=For.TRY)
    assert (summary.taken, summary.refused, stored(office)) == (1, 1, 0)


def test_it_can_be_cancelled_here(office):
    imported(office, {})
    support_id = legacy_id("11307180001", 1)
    case = office.ask(DraftApplication(ApplicationKind.CANCEL), PRACTITIONER)
    office.ask(NameCancellations(case.id, (support_id,)), PRACTITIONER)
    office.ask(SubmitForReview(case.id, 1), PRACTITIONER)
    office.ask(ApproveApplication(case.id), BUREAU)
    assert office.support(support_id).state is SupportState.CANCELLED


def test_it_can_be_changed_here(office):
    imported(office, {})
    case = office.amending(legacy_id("11307180001", 1))
    office.ask(ApproveApplication(case.id), BUREAU)
    assert office.told(legacy_id("11307180001", 1)) == ["SupportBroughtOver", "AmendRequested", "SupportAmended"]


def test_of_whoever_practises_elsewhere_by_now_it_is_noted_once_that_they_have_left(office):
    rows = ({}, {"row": "2", "first": "1140305", "last": "1140305"})
    moved = (BANQIAO_CLINIC, BANQIAO_DOCTOR, DepartureCause.PRACTITIONER_MOVED)
    imported(office, {"case_no": "11307180002", "practitioner": COLLEAGUE.number})
    office.register.practitioners[BANQIAO_DOCTOR] = replace(DOCTOR, institution=DAAN_CLINIC)
    summary, _ = imported(office, *rows)
    assert summary.taken == len(rows)
    noted = office.supporting.desk.departure(*moved)
    assert office.told(noted.id) == ["DepartureNoted"]
    assert not office.supporting.desk.has_departed(COLLEAGUE.number, BANQIAO_CLINIC)


def test_a_non_medical_place_and_a_row_without_a_number_are_taken(office):
    _, [result] = imported(office, {"row": "", "place_code": PLACE_CODE, "place_name": PLACE_NAME, "department": ""})
    assert result.entry == "11307180001"
    assert office.support(legacy_id("11307180001", 1)).held.place == STATION


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"practitioner": "DR-0"}, "practitioner-unknown", "醫事人員代號"),
        ({"institution": "3501200000"}, "home-unknown", "執業機構代碼"),
        ({"place_code": "3501200000"}, "place-unknown", "被支援機構代碼"),
        ({"place_code": BANQIAO_CLINIC}, "place-is-home", "被支援機構代碼"),
        ({"first": "1130304", "last": "1130304"}, "schedule-in-the-past", "結束日期"),
        ({"starts": "2460"}, "malformed-time", "開始時間"),
        ({"purposes": "門診"}, "choice-unknown", "支援目的"),
        ({"row": "0"}, "row-number-unreadable", "序號"),
        ({"case_no": ""}, "field-missing", "案件編號"),
        ({"recorded_by": "衛生局"}, "choice-unknown", "建檔身份"),
    ],
)
def test_a_row_at_fault_is_told_at_its_column_and_spares_the_others(office, cells, code, column):
    other = {"case_no": "11307180002", "practitioner": COLLEAGUE.number}
    summary, [refused, taken] = imported(office, cells, other)
    [remark] = refused.remarks
    assert (remark.code, remark.column) == (code, column)
    assert (summary.taken, summary.refused) == (1, 1)
    assert taken.remarks == ()


def test_two_rows_of_one_number_are_not_both_taken(office):
    summary, results = imported(office, {}, {"place_code": PLACE_CODE, "place_name": PLACE_NAME, "department": ""})
    assert (summary.taken, summary.refused) == (1, 1)
    assert [remark.code for remark in results[1].remarks] == ["row-repeated"]


@pytest.mark.parametrize(
    ("caller", "fault"),
    [
        (HOME, RoleNotAllowed),
        (BUREAU, RoleNotAllowed),
        (replace(AT_THE_SHELL, assurances=frozenset({Assurance.PASSWORD})), ProofNotAccepted),
    ],
    ids=["institution", "bureau", "operator from afar"],
)
def test_nobody_brings_anything_over_but_at_the_machine(office, caller, fault):
    summary, [result] = imported(office, {}, caller=caller)
    assert summary.refused == 1
    assert [remark.code for remark in result.remarks] == [fault.code]
    assert stored(office) == 0
