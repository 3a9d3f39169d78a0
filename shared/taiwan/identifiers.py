"""Numbers that name people and institutions in Taiwan, checked as their issuers define them (DOMAIN §4.1 to §4.3).

Each `parse_` function takes what a person typed, folds full-width characters and spaces, and answers with a value
object, or refuses with one of the codes below. A refusal never carries the number itself: it may be somebody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.refusals import Refusal
from shared.taiwan.text import folded

_LETTERS = {letter: value for value, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO", start=10)}
_PERSONAL_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_UBN_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
_PERSONAL_LENGTH = 10
_INSTITUTION_LENGTH = 10
_UBN_LENGTH = 8

LAST_DAY_OF_OLD_CERTIFICATES = date(2030, 12, 31)
"""Until when 統一證號 of two letters may be used beside the ones issued since 2021-01-02."""

TEST_PERSONAL_IDS = frozenset({"A000000000", "A000000001", "A000000003", "BA00227639"})
"""Numbers that the agencies' own test systems use and that no checksum admits (DOMAIN §0.10)."""

TEST_INSTITUTION_CODES = frozenset({"FFFFFFFFF0"})
"""Institution codes of the agencies' own test systems (DOMAIN §4.3)."""


class WrongLength(Refusal):
    """The number has too few or too many characters: `expected` against `given`, of the named `identifier`."""


class WrongCharacter(Refusal):
    """The character at `position`, counted from 1, cannot stand there; `allowed` says what can."""


class WrongChecksum(Refusal):
    """The number is well formed, but its last digit does not fit the others: some digit is mistyped."""


class IdentifierOfAnotherKind(Refusal):
    """A valid number, but `given` where `expected` was asked for."""


class OldCertificateEnded(Refusal):
    """統一證號 of two letters are no longer usable after `last_day`; the holder has a new number."""


class MalformedPassportNumber(Refusal):
    """A passport number has 5 to 20 letters and digits."""


class PersonalIdKind(StrEnum):
    """Which of the two families of one checksum a personal number belongs to."""

    NATIONAL_ID = "national_id"
    """國民身分證統一編號"""
    RESIDENT_CERTIFICATE = "resident_certificate"
    """居留證統一證號"""


class Sex(StrEnum):
    """What the second character of a personal number says."""

    MALE = "male"
    FEMALE = "female"


class ResidentGroup(StrEnum):
    """Who holds a certificate of the new form, by its third digit."""

    FOREIGN_OR_STATELESS = "foreign_or_stateless"
    NATIONAL_WITHOUT_HOUSEHOLD = "national_without_household"
    """無戶籍國民"""
    HONG_KONG_MACAO = "hong_kong_macao"
    MAINLAND = "mainland"


_RESIDENT_GROUPS = {
    "7": ResidentGroup.NATIONAL_WITHOUT_HOUSEHOLD,
    "8": ResidentGroup.HONG_KONG_MACAO,
    "9": ResidentGroup.MAINLAND,
}
_SECOND_CHARACTERS = {
    "1": (PersonalIdKind.NATIONAL_ID, Sex.MALE),
    "2": (PersonalIdKind.NATIONAL_ID, Sex.FEMALE),
    "8": (PersonalIdKind.RESIDENT_CERTIFICATE, Sex.MALE),
    "9": (PersonalIdKind.RESIDENT_CERTIFICATE, Sex.FEMALE),
    "A": (PersonalIdKind.RESIDENT_CERTIFICATE, Sex.MALE),
    "B": (PersonalIdKind.RESIDENT_CERTIFICATE, Sex.FEMALE),
    "C": (PersonalIdKind.RESIDENT_CERTIFICATE, Sex.MALE),
    "D": (PersonalIdKind.RESIDENT_CERTIFICATE, Sex.FEMALE),
}


@dataclass(frozen=True)
class PersonalId:
    """國民身分證統一編號 or 居留證統一證號, upper case, its checksum verified.

    `sex` and `group` are what the number itself says: no group for nationals and old certificates, no sex for some of
    the agencies' test numbers.
    """

    number: str
    kind: PersonalIdKind
    sex: Sex | None
    group: ResidentGroup | None = None

    @property
    def is_old_certificate(self) -> bool:
        """Whether this is a certificate number of two letters, as issued before 2021-01-02."""
        return self.number[1].isalpha()


@dataclass(frozen=True)
class PassportNumber:
    """護照號碼: letters and digits, upper case; no checksum is public, so only its shape is known to be right."""

    number: str


@dataclass(frozen=True)
class UnifiedBusinessNumber:
    """統一編號 of a company or agency, 8 digits, verified by the rule in force since 2023-04."""

    number: str


@dataclass(frozen=True)
class InstitutionCode:
    """醫事機構代碼, 10 digits. `warning` is set where its check digit does not hold.

    The rule is inferred from published codes (DOMAIN §0.1) and at least one real hospital breaks it, so it may ask
    "is this right?" but never refuses.
    """

    code: str
    warning: bool = False


def parse_personal_id(
    text: str, *, on: date, field: str = "", test_numbers: frozenset[str] = frozenset()
) -> PersonalId:
    """A national ID or a resident certificate, whichever it is, as usable on the day `on`.

    `test_numbers` are taken whatever their checksum; a test installation passes `TEST_PERSONAL_IDS`.
    Raises WrongLength, WrongCharacter, WrongChecksum, OldCertificateEnded.
    """
    personal_id = _personal_id(folded(text).upper(), field, test_numbers)
    if personal_id.is_old_certificate and on > LAST_DAY_OF_OLD_CERTIFICATES:
        raise OldCertificateEnded(field, last_day=LAST_DAY_OF_OLD_CERTIFICATES.isoformat())
    return personal_id


def parse_national_id(text: str, *, field: str = "", test_numbers: frozenset[str] = frozenset()) -> PersonalId:
    """A 國民身分證統一編號.

    Raises WrongLength, WrongCharacter, WrongChecksum, and IdentifierOfAnotherKind for a resident certificate.
    """
    personal_id = _personal_id(folded(text).upper(), field, test_numbers)
    return _of_kind(personal_id, PersonalIdKind.NATIONAL_ID, field)


def parse_resident_certificate(
    text: str, *, on: date, field: str = "", test_numbers: frozenset[str] = frozenset()
) -> PersonalId:
    """A 居留證統一證號 of either form; raises as `parse_personal_id`, and IdentifierOfAnotherKind for a national ID."""
    personal_id = parse_personal_id(text, on=on, field=field, test_numbers=test_numbers)
    return _of_kind(personal_id, PersonalIdKind.RESIDENT_CERTIFICATE, field)


def parse_passport_number(text: str, *, field: str = "") -> PassportNumber:
    """A passport number of any country; raises MalformedPassportNumber."""
    number = folded(text).upper()
    if not re.fullmatch(r"[A-Z0-9]{5,20}", number):
        raise MalformedPassportNumber(field)
    return PassportNumber(number)


def parse_unified_business_number(text: str, *, field: str = "") -> UnifiedBusinessNumber:
    """A 統一編號; raises WrongLength, WrongCharacter, WrongChecksum.

    Since 2023-04 the sum of the digits of the products is divisible by 5, no longer by 10; where the seventh digit is
    7, one more than the sum may be.
    """
    number = folded(text).upper()
    _refuse_wrong_length(number, _UBN_LENGTH, "unified_business_number", field)
    _refuse_other_than_digits(number, 0, "unified_business_number", field)
    products = (int(digit) * weight for digit, weight in zip(number, _UBN_WEIGHTS, strict=True))
    total = sum(sum(divmod(product, 10)) for product in products)
    if total % 5 and not (number[6] == "7" and (total + 1) % 5 == 0):
        raise WrongChecksum(field, identifier="unified_business_number")
    return UnifiedBusinessNumber(number)


def parse_institution_code(text: str, *, field: str = "", test_codes: frozenset[str] = frozenset()) -> InstitutionCode:
    """A 醫事機構代碼; raises WrongLength or WrongCharacter, and only warns of a check digit.

    `test_codes` are taken as they stand; a test installation passes `TEST_INSTITUTION_CODES`.
    """
    code = folded(text).upper()
    if code in test_codes:
        return InstitutionCode(code)
    _refuse_wrong_length(code, _INSTITUTION_LENGTH, "institution_code", field)
    _refuse_other_than_digits(code, 0, "institution_code", field)
    check = sum(position * int(digit) for position, digit in enumerate(code[:9], start=1)) % 10
    return InstitutionCode(code, warning=check != int(code[9]))


def _personal_id(number: str, field: str, test_numbers: frozenset[str]) -> PersonalId:
    if number in test_numbers:
        return PersonalId(number, *_SECOND_CHARACTERS.get(number[1], (PersonalIdKind.NATIONAL_ID, None)))
    _refuse_wrong_length(number, _PERSONAL_LENGTH, "personal_id", field)
    if number[0] not in _LETTERS:
        raise WrongCharacter(field, identifier="personal_id", position=1, allowed="A-Z")
    if number[1] not in _SECOND_CHARACTERS:
        raise WrongCharacter(field, identifier="personal_id", position=2, allowed="1, 2, 8, 9, A-D")
    _refuse_other_than_digits(number, 2, "personal_id", field)
    if _personal_sum(number) % 10:
        raise WrongChecksum(field, identifier="personal_id")
    kind, sex = _SECOND_CHARACTERS[number[1]]
    if number[1] in "89":
        return PersonalId(number, kind, sex, _RESIDENT_GROUPS.get(number[2], ResidentGroup.FOREIGN_OR_STATELESS))
    return PersonalId(number, kind, sex)


def _personal_sum(number: str) -> int:
    """The weighted sum; a second letter counts by the units digit of its value."""
    second = _LETTERS[number[1]] % 10 if number[1].isalpha() else int(number[1])
    digits = (*divmod(_LETTERS[number[0]], 10), second, *map(int, number[2:]))
    return sum(digit * weight for digit, weight in zip(digits, _PERSONAL_WEIGHTS, strict=True))


def _of_kind(personal_id: PersonalId, expected: PersonalIdKind, field: str) -> PersonalId:
    if personal_id.kind != expected:
        raise IdentifierOfAnotherKind(field, expected=expected.value, given=personal_id.kind.value)
    return personal_id


def _refuse_wrong_length(number: str, expected: int, identifier: str, field: str) -> None:
    if len(number) != expected:
        raise WrongLength(field, identifier=identifier, expected=expected, given=len(number))


def _refuse_other_than_digits(number: str, start: int, identifier: str, field: str) -> None:
    for position, character in enumerate(number[start:], start=start + 1):
        if character not in "0123456789":
            raise WrongCharacter(field, identifier=identifier, position=position, allowed="0-9")
