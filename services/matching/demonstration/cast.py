"""Who plays: families, doctors and bureaus, made up, the same for the same seed.

Numbers pass their checksums. Personal ones begin with Y, the letter of 陽明山, which is no longer given out; phones are
counted up from 0900000001.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from services.matching.commands import AddressEntry, ContactEntry, MotherEntry, PreferenceEntry
from services.matching.events import IdentifierKind, Relation
from shared.principal import Assurance, Principal, Role
from shared.refusals import Refusal
from shared.taiwan.identifiers import parse_personal_id
from shared.taiwan.places import districts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.matching.demonstration.reference_registry import ReferenceRegistry
    from services.matching.domain.registry import DoctorFacts, InstitutionFacts
    from shared.sealing import SubjectId

_LETTER = "Y"
_LEAVERS = 6
"""How many hospitals leave and come back in the course of a story: one in each of the counties that have the most."""
_NUMBERS_EACH = 8
"""How many personal numbers each family has for its people."""

_SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周"
_GIVEN = "試測演示範例擬設虛構"
_STREETS = ("測試路", "示範街", "擬真路", "演練街", "假想路")


@dataclass(frozen=True)
class Family:
    """One made-up family, numbered from 1 over all runs."""

    number: int
    surname: str
    mother: MotherEntry
    contact: ContactEntry
    residence: AddressEntry

    @property
    def label(self) -> str:
        """What the story calls it: surnames repeat, numbers do not."""
        return f"{self.surname}{self.number}"

    @property
    def child_name(self) -> str:
        """What its first child is called."""
        return f"{self.surname}小{_GIVEN[self.number % len(_GIVEN)]}"

    def child_number(self, child: int) -> str:
        """The personal number of its child, counted from 0."""
        return personal_number("1" if child % 2 == 0 else "2", self.number * _NUMBERS_EACH + 1 + child)

    def other_phone(self) -> ContactEntry:
        """The same contact, reached by another phone."""
        name = self.contact.name
        return ContactEntry(self.contact.relation, name, _phone(self.number, "0901"), self.contact.email)


class Cast:
    """Makes families and knows the clinics."""

    def __init__(self, registry: ReferenceRegistry, seed: int) -> None:
        self._registry = registry
        self.seed = seed
        clinics: dict[str, list[InstitutionFacts]] = {}
        for institution in registry.institutions.values():
            if institution.takes_part:
                clinics.setdefault(institution.county, []).append(institution)
        largest = sorted(clinics, key=lambda county: (-len(clinics[county]), county))[:_LEAVERS]
        self.leavers = tuple(clinics[county].pop().code for county in largest if len(clinics[county]) > 1)
        """Hospitals that close, leave or lose a doctor for some days: no family chooses them but for that."""
        self._clinics = clinics
        self._counties = sorted(clinics)

    def family(self, number: int, kind: IdentifierKind = IdentifierKind.NATIONAL_ID) -> Family:
        """The family of this number; its mother is known by a number of this kind."""
        chance = self._chance(number)
        county = chance.choice(self._counties)
        district = chance.choice(districts_of(county)).name
        surname = chance.choice(_SURNAMES)
        relation = chance.choice((Relation.MOTHER, Relation.MOTHER, Relation.FATHER, Relation.GRANDPARENT))
        name = f"{surname}{chance.choice(_GIVEN)}{chance.choice(_GIVEN)}"
        return Family(
            number=number,
            surname=surname,
            mother=MotherEntry(kind, _mothers_number(kind, number)),
            contact=ContactEntry(relation, name, _phone(number, "0900"), f"family{number}@example.tw"),
            residence=AddressEntry(county, district, f"{chance.choice(_STREETS)}{chance.randrange(1, 300)}號"),
        )

    def choices(self, family: Family, count: int, *, avoiding: str = "") -> tuple[PreferenceEntry, ...]:
        """Doctors that this family would choose: of its own county first, each at another hospital if it can be.

        `avoiding` is the number of a doctor whom it does not want.
        """
        chance = self._chance(family.number)
        near, far = list(self._clinics[family.residence.county]), []
        for county in chance.sample(self._counties, len(self._counties)):
            if county != family.residence.county:
                far += self._clinics[county]
        chance.shuffle(near)
        doctors = [(clinic, self._doctors(clinic.code)[family.number % 2]) for clinic in [*near, *far]]
        wanted = [(clinic, doctor) for clinic, doctor in doctors if doctor.number != avoiding]
        return tuple(PreferenceEntry(clinic.code, doctor.number) for clinic, doctor in wanted[:count])

    def choice_at(self, institution: str, family: Family) -> PreferenceEntry:
        """A doctor of this institution, for this family."""
        doctors = self._doctors(institution)
        return PreferenceEntry(institution, doctors[family.number % 2].number)

    def clinic(self, choice: PreferenceEntry) -> Principal:
        """The doctor of this preference, logged in at the clinic."""
        return Principal(
            id=f"doctor/{choice.doctor}",
            role=Role.DOCTOR,
            assurances=frozenset({Assurance.PASSWORD}),
            institution=choice.institution,
            acts_for=frozenset({choice.doctor}),
        )

    def everyone_at(self, institution: str) -> Principal:
        """The case manager who acts for every doctor of a clinic."""
        numbers = frozenset(doctor.number for doctor in self._registry.doctors_at(institution))
        return Principal(
            id=f"case-manager/{institution}",
            role=Role.CASE_MANAGER,
            assurances=frozenset({Assurance.PASSWORD}),
            institution=institution,
            acts_for=numbers,
        )

    @property
    def clinics(self) -> Sequence[str]:
        """Codes of all clinics that take part."""
        return [*(clinic.code for clinics in self._clinics.values() for clinic in clinics), *self.leavers]

    @property
    def counties(self) -> Sequence[str]:
        """Counties that have a clinic: where families live."""
        return self._counties

    def county_of(self, institution: str) -> str:
        """Where a clinic is."""
        found = self._registry.institution(institution)
        return found.county if found else ""

    def name_of(self, institution: str) -> str:
        """What a clinic is called."""
        found = self._registry.institution(institution)
        return found.name if found else institution

    def _doctors(self, institution: str) -> list[DoctorFacts]:
        return [doctor for doctor in self._registry.doctors_at(institution) if doctor.active and doctor.training_done]

    def _chance(self, number: int) -> Random:
        return Random(f"{self.seed}/{number}")  # noqa: S311 - a story, not a secret


def parent(phone: SubjectId) -> Principal:
    """Whoever has proved this phone by a code."""
    return Principal(id=f"phone/{phone}", role=Role.PARENT, assurances=frozenset({Assurance.OTP}), subject=phone)


def bureau(county: str) -> Principal:
    """The health bureau of a county."""
    return Principal(
        id=f"bureau/{county}",
        role=Role.BUREAU_MANAGER,
        assurances=frozenset({Assurance.PASSWORD}),
        jurisdiction=county,
    )


OPERATOR = Principal(id="operator/demo", role=Role.OPERATOR, assurances=frozenset({Assurance.PASSWORD}))
"""Whoever runs the demonstration: brings in the files of the register and counts."""


def personal_number(second: str, serial: int) -> str:
    """A personal number of the letter Y with this second character and serial, of 7 digits, and its check digit."""
    for check in range(10):
        number = f"{_LETTER}{second}{serial:07d}{check}"
        if _is_valid(number):
            return number
    raise ValueError(f"no check digit fits {_LETTER}{second}{serial:07d}")


def _is_valid(number: str) -> bool:
    try:
        parse_personal_id(number, on=date.min)
    except Refusal:
        return False
    return True


def _mothers_number(kind: IdentifierKind, family: int) -> str:
    match kind:
        case IdentifierKind.NATIONAL_ID:
            return personal_number("2", family * _NUMBERS_EACH)
        case IdentifierKind.RESIDENT_CERTIFICATE:
            return personal_number("9", family * _NUMBERS_EACH)
        case IdentifierKind.PASSPORT:
            return f"X{family:08d}"


def _phone(family: int, prefix: str) -> str:
    return f"{prefix}{family:06d}"
