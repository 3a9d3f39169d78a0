"""The invented people are valid, distinct, and the same for the same seed."""

from __future__ import annotations

from datetime import date

import pytest

from services.matching.demonstration.cast import Cast, personal_number
from services.matching.demonstration.reference_registry import reference_registry
from services.matching.domain.registry import objection_to_doctor
from services.matching.events import IdentifierKind
from shared.taiwan.contacts import parse_mobile_number
from shared.taiwan.identifiers import parse_national_id, parse_passport_number, parse_resident_certificate
from shared.taiwan.places import district_named

TODAY = date(2025, 3, 3)


@pytest.fixture(scope="module")
def cast() -> Cast:
    return Cast(reference_registry(), seed=1)


def test_every_family_has_valid_numbers_a_phone_and_an_address(cast):
    for number in range(1, 200):
        family = cast.family(number)
        parse_national_id(family.mother.identifier)
        parse_national_id(family.child_number(0))
        parse_national_id(family.child_number(2))
        assert parse_mobile_number(family.contact.mobile).number == family.contact.mobile
        assert district_named(family.residence.county, family.residence.district)


def test_foreign_mothers_have_certificates_and_passports(cast):
    certificate = cast.family(7, IdentifierKind.RESIDENT_CERTIFICATE).mother
    passport = cast.family(7, IdentifierKind.PASSPORT).mother

    assert parse_resident_certificate(certificate.identifier, on=TODAY)
    assert parse_passport_number(passport.identifier)


def test_no_two_people_share_a_number_or_a_phone(cast):
    families = [cast.family(number) for number in range(1, 500)]
    people = [number for f in families for number in (f.mother.identifier, *(f.child_number(n) for n in range(3)))]
    phones = [phone for family in families for phone in (family.contact.mobile, family.other_phone().mobile)]

    assert len(set(people)) == len(people)
    assert len(set(phones)) == len(phones)


def test_the_same_seed_makes_the_same_families(cast):
    again, other = Cast(reference_registry(), seed=1), Cast(reference_registry(), seed=2)

    assert [cast.family(number) for number in range(1, 30)] == [again.family(number) for number in range(1, 30)]
    assert [cast.family(number) for number in range(1, 30)] != [other.family(number) for number in range(1, 30)]


def test_families_choose_doctors_who_take_part_each_at_another_hospital_near_ones_first(cast):
    registry = reference_registry()

    for number in range(1, 200):
        family = cast.family(number)
        choices = cast.choices(family, 3)
        assert len({choice.institution for choice in choices}) == 3
        assert cast.county_of(choices[0].institution) == family.residence.county
        for choice in choices:
            assert objection_to_doctor(registry.doctor(choice.doctor), choice.institution, "") is None


def test_nobody_chooses_a_hospital_that_is_to_leave_by_itself(cast):
    chosen = {choice.institution for number in range(1, 500) for choice in cast.choices(cast.family(number), 3)}

    assert len(set(cast.leavers)) == 6
    assert not chosen & set(cast.leavers)
    assert set(cast.leavers) < set(cast.clinics)
    assert cast.choice_at(cast.leavers[0], cast.family(1)) != cast.choice_at(cast.leavers[0], cast.family(2))


def test_a_family_that_leaves_a_doctor_does_not_choose_that_one_again(cast):
    family = cast.family(5)
    (present,) = cast.choices(family, 1)

    assert present not in cast.choices(family, 3, avoiding=present.doctor)


def test_a_serial_has_one_check_digit():
    assert personal_number("2", 1) == "Y200000011"
