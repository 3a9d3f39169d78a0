"""What a clinic gets when it exports the cases it has accepted."""

from __future__ import annotations

import csv
import io
from hashlib import sha256

from msgspec.structs import replace
from openpyxl import load_workbook

from services.matching.adapters.batch_export import FORMATS, as_xlsx, export_offers
from services.matching.adapters.register_rows import ENROLMENTS, enrolment_of
from services.matching.read_models.clinic_worklist import ClinicOffer, ClinicWorklist
from shared.imports.files import open_register
from tests.unit.matching_models.story import (
    BABY,
    CASE,
    CASE_NO,
    CHILD,
    CONTACT,
    MATSU,
    MATSU_DOCTOR,
    GlassOpener,
    Story,
    fold,
    sealed,
)

TODAY = BABY.birth_date
FORMULA = '=HYPERLINK("http://example.tw")'


def accepted_offer() -> ClinicOffer:
    row: ClinicOffer = fold(ClinicWorklist(GlassOpener()), Story().submitted().offered().accepted().events)[CASE, 1]
    return row


def test_the_file_lists_the_case_under_the_headings_of_the_register():
    file = export_offers([accepted_offer()], GlassOpener(), "csv")

    headings, row = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))

    assert headings == list(ENROLMENTS.headings.values())
    assert row == [
        CASE_NO,
        MATSU,
        MATSU_DOCTOR,
        "",
        "",
        "母親",
        "媽媽",
        "0912345678",
        "",
        "本國籍",
        "A223456781",
        "寶寶",
        "男",
        "",
        "2025-02-01",
        "0",
        "連江縣",
        "南竿鄉",
        "測試路1號",
        "",
        "",
        "",
    ]
    assert (file.digest, file.case_ids) == (sha256(file.content).hexdigest(), (CASE,))


def test_an_exported_file_comes_back_as_enrolments_once_the_day_is_filled_in():
    file = export_offers([accepted_offer()], GlassOpener(), "csv")

    (row,) = open_register(io.BytesIO(file.content), ENROLMENTS).rows
    enrolment = enrolment_of({**row.cells, "enrolled_on": "114/02/21"}, TODAY)

    assert (enrolment.case_no, enrolment.institution, enrolment.doctor) == (CASE_NO, MATSU, MATSU_DOCTOR)
    assert (enrolment.child.name, enrolment.child.birth_date, enrolment.child.sex) == (
        BABY.name,
        BABY.birth_date,
        BABY.sex,
    )


def test_a_name_that_begins_like_a_formula_stays_a_name_in_the_workbook():
    content = as_xlsx([["幼兒姓名"], [FORMULA], ["+886"], ["-1"], ["@SUM(A1)"]])

    sheet = load_workbook(io.BytesIO(content)).active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]

    assert [cell.value for cell in cells] == [FORMULA, "+886", "-1", "@SUM(A1)"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}


def test_a_name_that_begins_like_a_formula_is_guarded_in_csv_and_comes_back_whole():
    content = FORMATS["csv"](
        [["幼兒姓名", *(ENROLMENTS.headings[name] for name in sorted(ENROLMENTS.required))], [FORMULA] + ["x"] * 7]
    )

    (row,) = open_register(io.BytesIO(content), ENROLMENTS).rows

    assert b"'=HYPERLINK" in content
    assert row.cells["child.name"] == FORMULA


def test_the_workbook_holds_what_a_clinic_typed_without_its_control_characters():
    child = sealed(CHILD, replace(BABY, name="寶\x0b寶"))
    file = export_offers([replace(accepted_offer(), child=child)], GlassOpener(), "xlsx")

    sheet = load_workbook(io.BytesIO(file.content)).active
    shown = dict(zip(*([cell.value for cell in row] for row in sheet.iter_rows()), strict=True))

    assert shown["幼兒姓名"] == "寶寶"
    assert shown["案件編號"] == CASE_NO


def test_cells_of_a_forgotten_person_stay_empty():
    file = export_offers([accepted_offer()], GlassOpener(CONTACT), "csv")

    _, row = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))

    shown = dict(zip(ENROLMENTS.headings, row, strict=True))
    assert (shown["contact.name"], shown["contact.mobile"], shown["child.name"]) == ("", "", "寶寶")


def test_nothing_accepted_gives_a_file_of_headings():
    file = export_offers([], GlassOpener(), "csv")

    assert (len(list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))), file.case_ids) == (1, ())
