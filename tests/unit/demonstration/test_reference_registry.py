"""What is known of institutions and doctors until a registry is connected."""

from __future__ import annotations

from services.matching.demonstration.reference_registry import DOCTORS_EACH, reference_registry
from services.matching.domain.registry import InstitutionFacts, objection_to_doctor, objection_to_institution
from shared.taiwan.codes import Hospital
from shared.taiwan.identifiers import InstitutionCode

MATSU = "0291010010"


def test_the_county_of_a_hospital_is_read_from_its_code():
    registry = reference_registry()

    assert registry.institution(MATSU) == InstitutionFacts(MATSU, "連江縣立醫院", "連江縣", "", takes_part=True)
    assert registry.institution("0936030018").county == "臺中市"


def test_every_published_hospital_has_a_county():
    registry = reference_registry()

    assert len(registry.institutions) == 118
    assert registry.county_unknown == ()


def test_a_hospital_whose_county_cannot_be_told_takes_no_part_and_is_listed():
    registry = reference_registry([Hospital(InstitutionCode("9999999990"), "測試醫院")])

    assert registry.county_unknown == ("9999999990",)
    assert objection_to_institution(registry.institution("9999999990"), "").code == "institution-not-taking-part"


def test_doctors_are_the_same_at_every_start():
    assert reference_registry().doctors == reference_registry().doctors


def test_every_hospital_has_doctors_to_choose_and_one_who_is_not_ready():
    registry = reference_registry()

    for code in registry.institutions:
        objections = [objection_to_doctor(doctor, code, "") for doctor in registry.doctors_at(code)]
        codes = [objection.code if objection else None for objection in objections]
        assert codes == [None] * (DOCTORS_EACH - 1) + ["training-not-done"]


def test_numbers_are_made_up_in_the_order_of_the_list():
    registry = reference_registry()
    first, second = list(registry.institutions)[:2]

    assert [doctor.number for doctor in registry.doctors_at(first)] == ["D0000001", "D0000002", "D0000003"]
    assert registry.doctors_at(second)[0].number == "D0000004"


def test_what_nobody_has_heard_of_is_unknown():
    registry = reference_registry()

    assert registry.institution("9999999999") is None
    assert registry.doctor("D9999999") is None
    assert registry.doctors_at("9999999999") == ()
