"""Counties, districts, departments and professions as the committed tables have them."""

from __future__ import annotations

import pytest

from shared.taiwan import codes, places
from shared.taiwan.identifiers import InstitutionCode
from shared.taiwan.places import NhiRegion, UnknownCounty, UnknownDistrict, UnknownPostalCode


def test_every_district_lies_in_one_of_22_counties():
    assert len(places.counties()) == 22
    assert len(places.districts()) == 371
    assert {district.county for district in places.districts()} == {county.name for county in places.counties()}


def test_no_letter_and_no_institution_digits_belong_to_two_counties():
    letters = [county.letter for county in places.counties()]
    digits = [digits for county in places.counties() for digits in county.institution_digits]

    assert len(set(letters)) == len(letters)
    assert len(set(digits)) == len(digits)


@pytest.mark.parametrize("text", ["臺北市", "台北市", " 台北市　"])
def test_a_county_is_found_with_either_tai(text):
    county = places.county_named(text)

    assert (county.name, county.name_en, county.letter) == ("臺北市", "Taipei City", "A")
    assert county.nhi_region is NhiRegion.TAIPEI


def test_a_district_is_found_by_its_county_and_name():
    district = places.district_named("台東縣", "台東市")

    assert (district.postal_code, district.county, district.name) == ("950", "臺東縣", "臺東市")
    assert places.district_named("臺北市", "中正區") != places.district_named("基隆市", "中正區")


def test_unknown_places_are_refused_with_what_was_known():
    with pytest.raises(UnknownCounty) as refusal:
        places.district_named("臺北縣", "板橋市", field="residence.county")
    assert refusal.value.field == "residence.county"

    with pytest.raises(UnknownDistrict) as refusal:
        places.district_named("新北市", "板橋市", field="residence.district")
    assert refusal.value.params == {"county": "新北市"}


def test_the_districts_of_a_county_come_by_postal_code():
    found = places.districts_of("台北市")

    assert len(found) == 12
    assert [district.postal_code for district in found] == sorted(district.postal_code for district in found)


@pytest.mark.parametrize("code", ["300", "30043", "300043"])
def test_a_postal_code_of_3_5_or_6_digits_gives_its_districts(code):
    assert {district.name for district in places.districts_with_postal_code(code)} == {"東區", "北區", "香山區"}


@pytest.mark.parametrize("code", ["", "30", "3004", "999", "3000000", "300x1"])
def test_what_is_no_postal_code_is_refused(code):
    with pytest.raises(UnknownPostalCode):
        places.districts_with_postal_code(code)


def test_a_hospital_that_names_its_place_lies_where_its_digits_say():
    placed = 0
    for hospital in codes.hospitals().values():
        county = places.county_of_institution(hospital.code)
        assert county is not None
        name = hospital.name.replace("台", "臺")
        if "市立" in name or "縣立" in name:
            assert name.startswith(county.name)
            placed += 1
    assert placed > 10


def test_a_test_institution_lies_nowhere():
    assert places.county_of_institution(InstitutionCode("FFFFFFFFF0")) is None


def test_departments_and_professions_are_found_by_code():
    assert codes.parse_department("04").name == "小兒科"
    assert codes.parse_department("2a").name == "結核科"
    assert codes.parse_profession("a").name == "西醫師"
    assert codes.parse_profession("３").name == "聽力師"
    assert len(codes.departments()) == 40
    assert len(codes.professions()) == 32


def test_unknown_codes_are_refused():
    with pytest.raises(codes.UnknownDepartment) as refusal:
        codes.parse_department("4", field="department")  # a spreadsheet took the zero away
    assert refusal.value.field == "department"

    with pytest.raises(codes.UnknownProfession):
        codes.parse_profession("西")
