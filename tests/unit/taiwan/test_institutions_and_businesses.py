"""Institution codes and business numbers against DOMAIN §0.1, §0.2, §4.2, §4.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.taiwan.codes import hospitals
from shared.taiwan.identifiers import (
    TEST_INSTITUTION_CODES,
    InstitutionCode,
    WrongCharacter,
    WrongChecksum,
    WrongLength,
    parse_institution_code,
    parse_unified_business_number,
)

DIGITS = st.text("0123456789", min_size=10, max_size=10)


@pytest.mark.parametrize("code", ["0401180014", "7801201675", "7801150502", "7401150068", "6201111897", "1331040513"])
def test_published_codes_carry_no_warning(code):
    assert parse_institution_code(code) == InstitutionCode(code, warning=False)


@pytest.mark.parametrize("code", ["3401180014", "3501200000", "1234554321", "0101090517"])
def test_a_check_digit_that_does_not_hold_only_warns(code):
    assert parse_institution_code(code) == InstitutionCode(code, warning=True)


def test_one_of_118_published_hospitals_carries_the_warning():
    warned = [hospital for hospital in hospitals().values() if hospital.code.warning]

    assert len(hospitals()) == 118
    assert [hospital.name for hospital in warned] == ["臺北市立聯合醫院"]


@given(DIGITS)
def test_ten_digits_are_never_refused_and_one_check_digit_in_ten_holds(code):
    parsed = [parse_institution_code(f"{code[:9]}{check}") for check in range(10)]

    assert [institution.warning for institution in parsed].count(False) == 1


def test_the_test_institution_passes_only_where_it_is_named():
    code = "FFFFFFFFF0"

    assert parse_institution_code(code, test_codes=TEST_INSTITUTION_CODES) == InstitutionCode(code)
    with pytest.raises(WrongCharacter) as refusal:
        parse_institution_code(code, field="institution")
    assert refusal.value.params == {"identifier": "institution_code", "position": 1, "allowed": "0-9"}


def test_an_institution_code_of_nine_digits_lacks_one():
    with pytest.raises(WrongLength) as refusal:
        parse_institution_code("401180014")  # a spreadsheet took the zero away

    assert refusal.value.params == {"identifier": "institution_code", "expected": 10, "given": 9}


@pytest.mark.parametrize("number", ["04595252", "10458570", "04595257", "10458575", "10458574"])
def test_the_ministry_s_own_test_numbers_are_valid_under_the_rule_of_2023(number):
    assert parse_unified_business_number(number).number == number


@pytest.mark.parametrize("number", ["04595253", "10458572", "12345678"])
def test_another_business_number_is_refused(number):
    with pytest.raises(WrongChecksum) as refusal:
        parse_unified_business_number(number, field="ubn")

    assert refusal.value.field == "ubn"


@given(st.text("0123456789", min_size=7, max_size=7))
def test_two_last_digits_in_ten_hold_and_up_to_four_where_the_seventh_is_7(seven):
    def valid(number: str) -> bool:
        try:
            parse_unified_business_number(number)
        except WrongChecksum:
            return False
        return True

    assert sum(valid(f"{seven}{last}") for last in range(10)) == (4 if seven[6] == "7" else 2)


@pytest.mark.parametrize(("text", "refusal"), [("0459525", WrongLength), ("0459525A", WrongCharacter)])
def test_a_malformed_business_number_says_what_is_wrong(text, refusal):
    with pytest.raises(refusal):
        parse_unified_business_number(text)
