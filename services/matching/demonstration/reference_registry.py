"""Institutions from the published list of hospitals, doctors invented: what stands in until a registry is connected.

The list names neither county nor district. The county is read from digits 3 and 4 of the institution code
(`shared/reference/counties.csv`); the district stays empty, as nothing public tells it. Doctors are made up, the same
at every start: `DOCTORS_EACH` at each hospital, numbered D0000001 onwards in the order of the list, the last of each
hospital still without the training credits (學分) and so not to be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from services.matching.domain.registry import DoctorFacts, InstitutionFacts, Names
from shared.taiwan.codes import hospitals
from shared.taiwan.places import county_of_institution

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from shared.taiwan.codes import Hospital

DOCTORS_EACH = 3
_SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪"
_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True)
class ReferenceRegistry:
    """Answers what is known of an institution or a doctor.

    `county_unknown` are the codes whose digits name no county: they are known, but take no part in the programme.
    """

    institutions: dict[str, InstitutionFacts]
    doctors: dict[str, DoctorFacts]

    @classmethod
    def of_place(cls, code: str, name: str, county: str, district: str) -> Self:
        """Knows one institution, outside the programme, and nobody else."""
        return cls({code: InstitutionFacts(code, name, county, district, takes_part=False)}, {})

    @property
    def county_unknown(self) -> tuple[str, ...]:
        """Codes of institutions that no county can be given to."""
        return tuple(code for code, facts in self.institutions.items() if not facts.county)

    def institution(self, code: str) -> InstitutionFacts | None:
        """The institution of this 10-digit code."""
        return self.institutions.get(code)

    def doctor(self, number: str) -> DoctorFacts | None:
        """The doctor of this practitioner number."""
        return self.doctors.get(number)

    def names(self, institutions: Collection[str], doctors: Collection[str]) -> Names:
        """What these are called."""
        return Names(
            {code: self.institutions[code].name for code in institutions if code in self.institutions},
            {number: self.doctors[number].name for number in doctors if number in self.doctors},
        )

    def doctors_at(self, institution: str) -> tuple[DoctorFacts, ...]:
        """The doctors of an institution, those first who can be chosen."""
        return tuple(doctor for doctor in self.doctors.values() if doctor.institution == institution)


def reference_registry(listed: Iterable[Hospital] | None = None) -> ReferenceRegistry:
    """The registry of the published hospitals, or of those given."""
    institutions = [_facts(hospital) for hospital in (hospitals().values() if listed is None else listed)]
    doctors = [
        _doctor(number, facts.code, training_done=place < DOCTORS_EACH)
        for facts, first in zip(institutions, range(1, len(institutions) * DOCTORS_EACH, DOCTORS_EACH), strict=True)
        for place, number in enumerate(range(first, first + DOCTORS_EACH), start=1)
    ]
    return ReferenceRegistry(
        institutions={facts.code: facts for facts in institutions},
        doctors={doctor.number: doctor for doctor in doctors},
    )


def _facts(hospital: Hospital) -> InstitutionFacts:
    county = county_of_institution(hospital.code)
    return InstitutionFacts(
        code=hospital.code.code,
        name=hospital.name,
        county=county.name if county else "",
        district="",
        takes_part=county is not None,
    )


def _doctor(number: int, institution: str, *, training_done: bool) -> DoctorFacts:
    surname = _SURNAMES[number % len(_SURNAMES)]
    given = _NUMERALS[number % len(_NUMERALS)]
    return DoctorFacts(
        number=f"D{number:07d}",
        name=f"{surname}試{given}",
        institution=institution,
        active=True,
        training_done=training_done,
    )
