"""Code lists of the national insurance: departments, professions, and the hospitals of the published list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shared.reference import rows
from shared.refusals import Refusal
from shared.taiwan.identifiers import InstitutionCode, parse_institution_code
from shared.taiwan.text import folded


class UnknownDepartment(Refusal):
    """No department (診療科別) has this code."""


class UnknownProfession(Refusal):
    """No profession (醫事人員類別) has this code."""


@dataclass(frozen=True)
class Department:
    """診療科別: two characters, 04 is 小兒科."""

    code: str
    name: str


@dataclass(frozen=True)
class Profession:
    """醫事人員類別: one character, A is 西醫師; the category that a personnel card names."""

    code: str
    name: str


@dataclass(frozen=True)
class Hospital:
    """An institution of the published list; its code may carry the warning of its check digit."""

    code: InstitutionCode
    name: str


@cache
def departments() -> dict[str, Department]:
    """Every department by its code."""
    found = (Department(row["department_code"], row["name"]) for row in rows("departments.csv"))
    return {department.code: department for department in found}


@cache
def professions() -> dict[str, Profession]:
    """Every profession by its code."""
    found = (Profession(row["profession_code"], row["name"]) for row in rows("professions.csv"))
    return {profession.code: profession for profession in found}


@cache
def hospitals() -> dict[str, Hospital]:
    """The hospitals of the published list by their code."""
    found = (Hospital(parse_institution_code(row["institution_code"]), row["name"]) for row in rows("hospitals.csv"))
    return {hospital.code.code: hospital for hospital in found}


def parse_department(text: str, *, field: str = "") -> Department:
    """The department of this code, upper or lower case; raises UnknownDepartment."""
    department = departments().get(folded(text).upper())
    if department is None:
        raise UnknownDepartment(field)
    return department


def parse_profession(text: str, *, field: str = "") -> Profession:
    """The profession of this code, upper or lower case; raises UnknownProfession."""
    profession = professions().get(folded(text).upper())
    if profession is None:
        raise UnknownProfession(field)
    return profession
