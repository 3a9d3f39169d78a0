"""National IDs and resident certificates against the tables of DOMAIN §4.1."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.taiwan.identifiers import (
    LAST_DAY_OF_OLD_CERTIFICATES,
    TEST_PERSONAL_IDS,
    IdentifierOfAnotherKind,
    MalformedPassportNumber,
    OldCertificateEnded,
    PersonalIdKind,
    ResidentGroup,
    Sex,
    WrongCharacter,
    WrongChecksum,
    WrongLength,
    parse_national_id,
    parse_passport_number,
    parse_personal_id,
    parse_resident_certificate,
)

TODAY = date(2026, 3, 2)
LETTER_TABLE = (
    "A=10 B=11 C=12 D=13 E=14 F=15 G=16 H=17 I=34 J=18 K=19 L=20 M=21 N=22 O=35 P=23 Q=24 R=25 S=26 T=27 U=28 V=29 "
    "W=32 X=30 Y=31 Z=33"
)
LETTERS = dict(entry.split("=") for entry in LETTER_TABLE.split())


def with_check_digit(nine: str) -> str:
    """The ten characters that begin with these nine: the check digit as the law's table gives it."""
    second = LETTERS[nine[1]][1] if nine[1].isalpha() else nine[1]
    digits = LETTERS[nine[0]] + second + nine[2:]
    total = sum(int(digit) * weight for digit, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1), strict=True))
    return f"{nine}{-total % 10}"


def bodies(second_characters: str) -> st.SearchStrategy[str]:
    """Valid numbers with one of these second characters."""
    return st.builds(
        lambda letter, second, rest: with_check_digit(letter + second + rest),
        st.sampled_from(sorted(LETTERS)),
        st.sampled_from(second_characters),
        st.text("0123456789", min_size=7, max_size=7),
    )


@pytest.mark.parametrize("number", ["A123456789", "A800000014", "AA00000009"])
def test_the_published_examples_are_valid(number):
    assert parse_personal_id(number, on=TODAY).number == number


@pytest.mark.parametrize("letter", sorted(LETTERS))
def test_every_letter_is_taken_also_those_no_longer_issued(letter):
    number = with_check_digit(f"{letter}22345678")

    assert parse_national_id(number).number == number


@given(bodies("12"))
def test_a_national_id_says_the_sex_and_no_group(number):
    personal_id = parse_national_id(number)

    assert personal_id.kind is PersonalIdKind.NATIONAL_ID
    assert personal_id.sex is (Sex.MALE if number[1] == "1" else Sex.FEMALE)
    assert personal_id.group is None
    assert not personal_id.is_old_certificate


@given(bodies("89"))
def test_a_new_certificate_says_the_group_by_its_third_digit(number):
    groups = ["foreign_or_stateless"] * 7 + ["national_without_household", "hong_kong_macao", "mainland"]

    personal_id = parse_resident_certificate(number, on=date(2040, 1, 1))

    assert personal_id.group == ResidentGroup(groups[int(number[2])])
    assert personal_id.sex is (Sex.MALE if number[1] == "8" else Sex.FEMALE)


@given(bodies("ABCD"))
def test_an_old_certificate_is_usable_up_to_its_last_day(number):
    personal_id = parse_resident_certificate(number, on=LAST_DAY_OF_OLD_CERTIFICATES)

    assert personal_id.is_old_certificate
    assert personal_id.group is None
    with pytest.raises(OldCertificateEnded) as refusal:
        parse_personal_id(number, on=date(2031, 1, 1), field="mother.identifier")
    assert refusal.value.code == "old-certificate-ended"
    assert refusal.value.field == "mother.identifier"
    assert refusal.value.params == {"last_day": "2030-12-31"}


@given(bodies("1289ABCD"), st.integers(1, 9))
def test_another_last_digit_is_refused_as_a_wrong_checksum(number, shift):
    mistyped = number[:9] + str((int(number[9]) + shift) % 10)

    with pytest.raises(WrongChecksum) as refusal:
        parse_personal_id(mistyped, on=TODAY)
    assert mistyped not in str(refusal.value)  # a refusal may be logged


@given(bodies("12"))
def test_full_width_lower_case_and_spaces_are_folded(number):
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in number)

    assert parse_national_id(full_width).number == number
    assert parse_national_id(f" {number[:4].lower()} {number[4:]}\u3000").number == number


@given(st.text(max_size=12))
def test_whatever_is_typed_is_taken_or_refused_never_an_error(text):
    try:
        personal_id = parse_personal_id(text, on=TODAY)
    except (WrongLength, WrongCharacter, WrongChecksum):
        return
    assert with_check_digit(personal_id.number[:9]) == personal_id.number


@pytest.mark.parametrize("text", ["", "A12345678", "A1234567890"])
def test_a_wrong_length_is_told_with_both_figures(text):
    with pytest.raises(WrongLength) as refusal:
        parse_national_id(text, field="child.identifier")

    assert refusal.value.code == "wrong-length"
    assert refusal.value.field == "child.identifier"
    assert refusal.value.params == {"identifier": "personal_id", "expected": 10, "given": len(text)}


@pytest.mark.parametrize(
    ("text", "position", "allowed"),
    [
        ("1123456789", 1, "A-Z"),
        ("Z596839485", 2, "1, 2, 8, 9, A-D"),
        ("AE00000009", 2, "1, 2, 8, 9, A-D"),
        ("A12O456789", 4, "0-9"),
        ("A12345678X", 10, "0-9"),
    ],
)
def test_a_character_out_of_place_is_told_by_its_position(text, position, allowed):
    with pytest.raises(WrongCharacter) as refusal:
        parse_personal_id(text, on=TODAY)

    assert refusal.value.code == "wrong-character"
    assert refusal.value.params == {"identifier": "personal_id", "position": position, "allowed": allowed}


def test_a_certificate_is_not_taken_for_a_national_id_nor_the_other_way_round():
    with pytest.raises(IdentifierOfAnotherKind) as refusal:
        parse_national_id("A800000014")
    assert refusal.value.params == {"expected": "national_id", "given": "resident_certificate"}

    with pytest.raises(IdentifierOfAnotherKind):
        parse_resident_certificate("A123456789", on=TODAY)


@pytest.mark.parametrize("number", sorted(TEST_PERSONAL_IDS))
def test_the_agencies_test_numbers_pass_only_where_they_are_named(number):
    assert parse_personal_id(number, on=TODAY, test_numbers=TEST_PERSONAL_IDS).number == number

    with pytest.raises((WrongCharacter, WrongChecksum)):
        parse_personal_id(number, on=TODAY)


def test_a_passport_number_is_letters_and_digits():
    assert parse_passport_number(" x1234567a ").number == "X1234567A"

    for text in ("", "1234", "AB-12345", "A" * 21):
        with pytest.raises(MalformedPassportNumber):
            parse_passport_number(text)
