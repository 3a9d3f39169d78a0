"""What one row of the register becomes, and every fault it can have."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.matching import commands
from services.matching.adapters.register_rows import CLOSURES, ENROLMENTS, closure_of, enrolment_of
from services.matching.domain.refusals import InvalidForm
from services.matching.events import ClosureReason, IdentifierKind, Relation, Sex
from shared.refusals import Refusal

if TYPE_CHECKING:
    from shared.imports.files import Columns

TODAY = date(2025, 3, 1)

ENROLMENT = {
    "case_no": "250218P1200001",
    "institution": "0291010010",
    "doctor": "D0000001",
    "enrolled_on": "114/02/21",
    "evidence": "ab" * 32,
    "contact.relation": "父親",
    "contact.name": "王試一",
    "contact.mobile": "0912345678",
    "contact.email": "father@example.tw",
    "mother.identifier": "A223456781",
    "child.name": "王小試",
    "child.sex": "女",
    "child.identifier": "A223456790",
    "child.birth_date": "2025-02-01",
    "child.birth_order": "0",
    "child.residence.county": "連江縣",
    "child.residence.district": "南竿鄉",
    "child.residence.street": "測試路1號",
    "child.household.county": "基隆市",
    "child.household.district": "信義區",
}
CLOSURE = {
    "institution": "0291010010",
    "closed_on": "1140301",
    "reason": "變更專責醫師",
    "child_identifier": "A223456790",
}


def test_a_full_row_becomes_an_enrolment():
    assert enrolment_of(ENROLMENT, TODAY) == commands.RecordEnrolment(
        institution="0291010010",
        doctor="D0000001",
        enrolled_on=date(2025, 2, 21),
        mother=commands.MotherEntry(IdentifierKind.NATIONAL_ID, "A223456781"),
        child=commands.ChildEntry(
            residence=commands.AddressEntry("連江縣", "南竿鄉", "測試路1號"),
            birth_date=date(2025, 2, 1),
            name="王小試",
            sex=Sex.FEMALE,
            identifier="A223456790",
            birth_order=0,
            household=commands.AddressEntry("基隆市", "信義區"),
        ),
        contact=commands.ContactEntry(Relation.FATHER, "王試一", "0912345678", "father@example.tw"),
        case_no="250218P1200001",
        evidence="ab" * 32,
    )


def test_a_row_without_contact_leaves_it_to_the_case():
    assert enrolment_of({**ENROLMENT, "contact.mobile": ""}, TODAY).contact is None


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("", "A223456781", IdentifierKind.NATIONAL_ID),
        ("", "A900000016", IdentifierKind.RESIDENT_CERTIFICATE),
        ("護照", "E12345678", IdentifierKind.PASSPORT),
        ("passport", "E12345678", IdentifierKind.PASSPORT),
        ("居留證", "A900000016", IdentifierKind.RESIDENT_CERTIFICATE),
    ],
)
def test_the_mothers_number_shows_its_kind_unless_it_is_a_passports(kind: str, number: str, expected: IdentifierKind):
    row = {**ENROLMENT, "mother.kind": kind, "mother.identifier": number}

    assert enrolment_of(row, TODAY).mother == commands.MotherEntry(expected, number)


@pytest.mark.parametrize(
    ("written", "birth_order"),
    [("", 0), ("0", 0), ("單胞胎", 0), ("單胞胎 0", 0), ("2", 2), ("第2胎", 2), ("多胞胎1", 1)],
)
def test_the_birth_order_is_read_as_the_portals_write_it(written: str, birth_order: int):
    assert enrolment_of({**ENROLMENT, "child.birth_order": written}, TODAY).child.birth_order == birth_order


def test_a_closure_finds_the_child_by_its_number_or_by_its_mother():
    by_number = closure_of(CLOSURE, TODAY)
    by_mother = closure_of(
        {
            **CLOSURE,
            "child_identifier": "",
            "mother.identifier": "A223456781",
            "birth_date": "1140201",
            "birth_order": "1",
        },
        TODAY,
    )

    assert by_number == commands.CloseEnrolment(
        "0291010010", date(2025, 3, 1), ClosureReason.CHANGE_OF_DOCTOR, child_identifier="A223456790"
    )
    assert (by_mother.mother, by_mother.birth_date, by_mother.birth_order) == (
        commands.MotherEntry(IdentifierKind.NATIONAL_ID, "A223456781"),
        date(2025, 2, 1),
        1,
    )


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("institution", "", "field-missing"),
        ("doctor", "", "field-missing"),
        ("enrolled_on", "", "field-missing"),
        ("enrolled_on", "114/13/01", "impossible-date"),
        ("enrolled_on", "二月", "malformed-roc-date"),
        ("mother.identifier", "", "field-missing"),
        ("mother.identifier", "A223456782", "wrong-checksum"),
        ("mother.kind", "駕照", "choice-unknown"),
        ("child.birth_date", "", "field-missing"),
        ("child.sex", "不詳", "choice-unknown"),
        ("child.birth_order", "三", "birth-order-unreadable"),
        ("child.birth_order", "多胞胎", "birth-order-unreadable"),
        ("child.residence.county", "", "field-missing"),
        ("contact.relation", "朋友", "choice-unknown"),
    ],
)
def test_one_fault_of_an_enrolment_is_told_with_its_column(column: str, cell: str, code: str):
    with pytest.raises(Refusal) as refused:
        enrolment_of({**ENROLMENT, column: cell}, TODAY)

    assert (refused.value.code, refused.value.field) == (code, column)


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("institution", "", "field-missing"),
        ("closed_on", "", "field-missing"),
        ("reason", "", "field-missing"),
        ("reason", "不想去", "choice-unknown"),
        ("birth_date", "1130231", "impossible-date"),
    ],
)
def test_one_fault_of_a_closure_is_told_with_its_column(column: str, cell: str, code: str):
    with pytest.raises(Refusal) as refused:
        closure_of({**CLOSURE, column: cell}, TODAY)

    assert (refused.value.code, refused.value.field) == (code, column)


def test_a_row_tells_all_its_faults_at_once():
    with pytest.raises(InvalidForm) as refused:
        enrolment_of({"enrolled_on": "x"}, TODAY)

    assert [refusal.field for refusal in refused.value.refusals] == [
        "enrolled_on",
        "mother.identifier",
        "child.residence.county",
        "child.residence.district",
        "child.birth_date",
        "institution",
        "doctor",
    ]


@pytest.mark.parametrize("columns", [ENROLMENTS, CLOSURES])
def test_the_operators_guide_names_every_column(columns: Columns):
    guide = (Path(__file__).parents[3] / "docs/operators/imports.md").read_text("utf-8")

    for name, heading in [*columns.headings.items(), *((name, other) for other, name in columns.alternatives.items())]:
        assert heading in guide
        assert f"`{name}`" in guide
