"""What matching has to know of institutions and doctors: facts told to it, kept by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from services.matching.domain import refusals
from services.matching.events import PassedOverCause, Preference

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from shared.refusals import Refusal


@dataclass(frozen=True)
class InstitutionFacts:
    """院所: `code` of 10 digits; `takes_part` while it is a 合作院所 of the programme."""

    code: str
    name: str
    county: str
    district: str
    takes_part: bool


@dataclass(frozen=True)
class DoctorFacts:
    """醫師: `active` while the account is open, `training_done` once the credits are earned (S000, 登入後台)."""

    number: str
    name: str
    institution: str
    active: bool
    training_done: bool


@dataclass(frozen=True)
class Names:
    """What institutions (by code) and doctors (by number) are called, those that are known."""

    institutions: Mapping[str, str]
    doctors: Mapping[str, str]

    def institution(self, code: str) -> str:
        """The institution's name; empty where it is not known, or `code` is."""
        return self.institutions.get(code, "")

    def doctor(self, number: str) -> str:
        """The doctor's name, likewise."""
        return self.doctors.get(number, "")


class Registry(Protocol):
    """Answers what is true of an institution or a doctor now; None for one it has never heard of."""

    def institution(self, code: str) -> InstitutionFacts | None:
        """The institution of this 10-digit code."""

    def doctor(self, number: str) -> DoctorFacts | None:
        """The doctor of this practitioner number."""

    def names(self, institutions: Collection[str], doctors: Collection[str]) -> Names:
        """What these are called."""


def objection_to_institution(institution: InstitutionFacts | None, field: str) -> Refusal | None:
    """Why no family can choose this institution; None where they can."""
    if institution is None:
        return refusals.InstitutionUnknown(field)
    if not institution.takes_part:
        return refusals.InstitutionNotTakingPart(field, institution=institution.name)
    return None


def objection_to_place(doctor: DoctorFacts | None, institution: str, field: str) -> Refusal | None:
    """Why this cannot be a doctor of that institution (code); None where it is."""
    if doctor is None:
        return refusals.DoctorUnknown(field)
    if doctor.institution != institution:
        return refusals.DoctorNotAtInstitution(field, doctor=doctor.name)
    return None


def objection_to_doctor(doctor: DoctorFacts | None, institution: str, field: str) -> Refusal | None:
    """Why no family can choose this doctor at that institution (code); None where they can."""
    if doctor is None or doctor.institution != institution:
        return objection_to_place(doctor, institution, field)
    if not doctor.active:
        return refusals.DoctorNotTakingPart(field, doctor=doctor.name)
    if not doctor.training_done:
        return refusals.TrainingNotDone(field, doctor=doctor.name)
    return None


def reason_to_pass_over(preference: Preference, registry: Registry) -> PassedOverCause | None:
    """Why a waiting preference cannot be asked when its turn comes, by the same rules as when it was chosen."""
    if objection_to_institution(registry.institution(preference.institution), ""):
        return PassedOverCause.INSTITUTION_LEFT
    if objection_to_doctor(registry.doctor(preference.doctor), preference.institution, ""):
        return PassedOverCause.DOCTOR_LEFT
    return None
