"""Counties and districts of Taiwan, with their postal codes, ID letters, insurance regions and institution digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from shared.reference import rows
from shared.refusals import Refusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from shared.taiwan.identifiers import InstitutionCode


class UnknownCounty(Refusal):
    """No county of Taiwan has this name; one of the 22 is to be chosen."""


class UnknownDistrict(Refusal):
    """The `county` has no district of this name."""


class UnknownPostalCode(Refusal):
    """No district has a postal code that begins so; it has 3, 5 or 6 digits."""


class NhiRegion(StrEnum):
    """健保署分區業務組."""

    TAIPEI = "臺北"
    NORTHERN = "北區"
    CENTRAL = "中區"
    SOUTHERN = "南區"
    KAOPING = "高屏"
    EASTERN = "東區"


@dataclass(frozen=True)
class County:
    """縣市. `letter` opens national IDs first issued there; `institution_digits` are 3 and 4 of institution codes."""

    name: str
    name_en: str
    letter: str
    nhi_region: NhiRegion
    institution_digits: frozenset[str]


@dataclass(frozen=True)
class District:
    """鄉鎮市區 with its 3-digit postal code, which districts of one city may share."""

    postal_code: str
    county: str
    name: str
    county_en: str
    name_en: str


def with_formal_tai(text: str) -> str:
    """台 written as 臺, as the official names of places have it."""
    return text.replace("台", "臺")


@cache
def counties() -> tuple[County, ...]:
    """The 22 counties and cities, in the order of their letters."""
    return tuple(
        County(
            name=row["county"],
            name_en=row["county_en"],
            letter=row["letter"],
            nhi_region=NhiRegion(row["nhi_region"]),
            institution_digits=frozenset(row["institution_digits"].split()),
        )
        for row in rows("counties.csv")
    )


@cache
def districts() -> tuple[District, ...]:
    """Every district, by postal code."""
    return tuple(
        District(
            postal_code=row["postal_code"],
            county=row["county"],
            name=row["district"],
            county_en=row["county_en"],
            name_en=row["district_en"],
        )
        for row in rows("districts.csv")
    )


@cache
def _counties_by_name() -> dict[str, County]:
    return {county.name: county for county in counties()}


@cache
def _districts_by_name() -> dict[tuple[str, str], District]:
    return {(district.county, with_formal_tai(district.name)): district for district in districts()}


def county_named(text: str, *, field: str = "") -> County:
    """The county of this Chinese name, 台 or 臺; raises UnknownCounty."""
    county = _counties_by_name().get(with_formal_tai(folded(text)))
    if county is None:
        raise UnknownCounty(field)
    return county


def district_named(county: str, text: str, *, field: str = "") -> District:
    """The district of this Chinese name in a county, 台 or 臺; raises UnknownCounty, UnknownDistrict."""
    name = county_named(county, field=field).name
    district = _districts_by_name().get((name, with_formal_tai(folded(text))))
    if district is None:
        raise UnknownDistrict(field, county=name)
    return district


def districts_of(county: str, *, field: str = "") -> tuple[District, ...]:
    """The districts of a county, by postal code; raises UnknownCounty."""
    name = county_named(county, field=field).name
    return tuple(district for district in districts() if district.county == name)


def districts_with_postal_code(text: str, *, field: str = "") -> tuple[District, ...]:
    """The districts of a postal code of 3, 5 or 6 digits, of which the first 3 count; raises UnknownPostalCode."""
    code = folded(text)
    found = tuple(district for district in districts() if code[:3] == district.postal_code)
    if not found or not re.fullmatch(r"[0-9]{3}(?:[0-9]{2,3})?", code):
        raise UnknownPostalCode(field)
    return found


def county_of_institution(institution: InstitutionCode) -> County | None:
    """Where an institution lies by digits 3 and 4 of its code; None where they name no county (test codes)."""
    digits = institution.code[2:4]
    return next((county for county in counties() if digits in county.institution_digits), None)
