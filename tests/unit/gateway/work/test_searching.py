"""One box for a case number or a mother's number."""

from datetime import date

import pytest

from services.gateway.web.work.searching import MotherSought, case_no_in, mother_in
from shared.refusals import Refusal

TODAY = date(2026, 3, 12)


@pytest.mark.parametrize("typed", ["260309P1021014", " 260309p1021014 ", "２６０３０９Ｐ１０２１０１４"])
def test_a_case_number_is_known_however_it_is_typed(typed):
    assert case_no_in(typed) == "260309P1021014"


@pytest.mark.parametrize("typed", ["260309P10210", "A200000003", "", "260309X1021014"])
def test_anything_else_is_no_case_number(typed):
    assert case_no_in(typed) is None


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("a200000003", "national_id"), ("A800000014", "resident_certificate"), ("X12345678", "passport")],
)
def test_the_kind_of_a_mothers_number_is_told_by_its_shape(typed, kind):
    assert mother_in(typed, TODAY) == MotherSought(kind, typed.upper())


@pytest.mark.parametrize(("typed", "code"), [("A200000004", "wrong-checksum"), ("  ", "field-missing"), ("王", "")])
def test_a_number_with_a_slip_is_refused_and_not_searched(typed, code):
    with pytest.raises(Refusal) as refused:
        mother_in(typed, TODAY)
    assert refused.value.code.startswith(code)
    assert refused.value.field == "q"
