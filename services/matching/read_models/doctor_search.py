"""醫師查詢: the doctors whom a family can name as a preference, and of the others why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from services.matching.domain.registry import (
    DoctorFacts,
    InstitutionFacts,
    objection_to_doctor,
    objection_to_institution,
)
from services.matching.read_models.known_institutions import DEGREE, sought
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.refusals import Refusal
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from shared.read_models.reader import Reader

LEAST_CHARACTERS = 2
"""查詢至少 2 個字, as in the register's own search (S001, 新增被支援機構)."""
LONGEST_RADIUS = 50_000
"""Metres: across a county."""
_LATITUDES, _LONGITUDES = 90, 180
_METRES_A_DEGREE = 111_195
"""Of latitude, on a sphere of 6,371 km."""
_CODE_LENGTH = 10
_TEXT_LIMIT = {"limit": 100}


class SearchTooShort(Refusal):
    """A search needs `least` characters of a name or a code."""


class RadiusOutOfRange(Refusal):
    """A radius is 1 to `limit` metres."""


class NowhereOnEarth(Refusal):
    """A latitude is -90 to 90 degrees and a longitude -180 to 180."""


class Listed(StrEnum):
    """Which doctors are listed."""

    CHOOSABLE = "choosable"
    """可選: whoever can be named as a preference today"""
    ALL = "all"
    """全部, also who takes no part; each with the reason"""


@dataclass(frozen=True)
class Near:
    """附近: a place in degrees of WGS 84, and a radius in metres."""

    latitude: Decimal
    longitude: Decimal
    metres: int = 5000


@dataclass(frozen=True)
class DoctorSearch:
    """What is sought; what is left out does not narrow the answer.

    `institution` is a code, the beginning of one, or characters of a name; `doctor` characters of a name, or a
    practitioner number. Institutions without coordinates are near nothing.
    """

    county: str = field(default="", metadata=_TEXT_LIMIT)
    district: str = field(default="", metadata=_TEXT_LIMIT)
    institution: str = field(default="", metadata=_TEXT_LIMIT)
    doctor: str = field(default="", metadata=_TEXT_LIMIT)
    near: Near | None = None
    listed: Listed = Listed.CHOOSABLE


class DoctorFound(msgspec.Struct, frozen=True, gc=False):
    """A doctor at an institution; `metres` away from the place asked for, 0 where none was."""

    institution: str
    institution_name: str
    county: str
    district: str
    street: str
    phone: str
    takes_part: bool
    doctor: str
    doctor_name: str
    active: bool
    training_done: bool
    metres: int

    @property
    def objection(self) -> Refusal | None:
        """Why a family that names this preference would be refused, by the very rule that refuses it."""
        place = InstitutionFacts(
            self.institution, self.institution_name, self.county, self.district, takes_part=self.takes_part
        )
        doctor = DoctorFacts(
            self.doctor, self.doctor_name, self.institution, active=self.active, training_done=self.training_done
        )
        return objection_to_institution(place, "institution") or objection_to_doctor(doctor, place.code, "doctor")


class _Place(msgspec.Struct, frozen=True):
    """Where a page ends."""

    metres: int
    institution: str
    doctor: str


# Within a county the earth is flat: the error stays below a thousandth of the distance.
_DISTANCE = f"""
(sqrt(
    power(i.latitude - %(latitude)s, 2)
    + power((i.longitude - %(longitude)s) * cos(radians(%(latitude)s::float8 / {DEGREE})), 2)
) * {_METRES_A_DEGREE} / {DEGREE})::int8
"""

_TAKES_PART = """
(i.joined is not null and i.joined <= %(today)s and (i.last_day is null or i.last_day >= %(today)s)
and (i.suspended_since is null or i.suspended_since > %(today)s)
and (i.closed_since is null or i.closed_since > %(today)s))
"""
"""`KnownInstitution.takes_part`, in SQL."""

_ACTIVE = """
(d.joined is not null and d.joined <= %(today)s and (d.last_day is null or d.last_day >= %(today)s)
and (d.suspended_since is null or d.suspended_since > %(today)s) and not d.licence_ended)
"""
"""`KnownDoctor.is_active`, in SQL."""

_DOCTORS = f"""
select
    i.code as institution, i.name as institution_name, i.county, i.district, i.street, i.phone,
    {_TAKES_PART} as takes_part, d.number as doctor, d.name as doctor_name, {_ACTIVE} as active, d.training_done,
    {{distance}} as metres
from known_institutions i
join known_doctors d on d.institution = i.code
where {{conditions}}
"""


def search_doctors(
    reader: Reader, wanted: DoctorSearch, today: date, *, limit: int = 50, cursor: str | None = None
) -> Page[DoctorFound]:
    """A page of doctors as of that Taipei day: nearest first where a place is asked for, else by institution code.

    Raises SearchTooShort, RadiusOutOfRange, NowhereOnEarth, PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    parameters: dict[str, Any] = {"today": today, "rows": limit + 1}
    conditions = [*_where(wanted, parameters), *_within(wanted.near, parameters)]
    after = ["true"] if wanted.near is None else ["metres <= %(radius)s"]
    if cursor is not None:
        place = place_of(cursor, _Place)
        after.append("(metres, institution, doctor) > (%(after_metres)s, %(after_institution)s, %(after_doctor)s)")
        parameters |= {
            "after_metres": place.metres,
            "after_institution": place.institution,
            "after_doctor": place.doctor,
        }
    distance = _DISTANCE if wanted.near else "0::int8"
    doctors = _DOCTORS.format(distance=distance, conditions=" and ".join(conditions))
    query = (
        f"select * from ({doctors}) found where {' and '.join(after)}"
        " order by metres, institution, doctor limit %(rows)s"
    )
    found = reader.rows(DoctorFound, query, parameters)
    return page_of(found, limit, lambda row: _Place(row.metres, row.institution, row.doctor))


def _where(wanted: DoctorSearch, parameters: dict[str, Any]) -> list[str]:
    conditions = [f"{_TAKES_PART} and {_ACTIVE} and d.training_done" if wanted.listed == Listed.CHOOSABLE else "true"]
    if county := with_formal_tai(folded(wanted.county)):
        conditions.append("i.county = %(county)s")
        parameters["county"] = county
    if district := folded(wanted.district):
        conditions.append("i.district = %(district)s")
        parameters["district"] = district
    if institution := _characters(wanted.institution, "institution"):
        parameters["institution"] = institution
        by_code = institution.isdecimal() and len(institution) <= _CODE_LENGTH
        conditions.append(
            "(starts_with(i.code, %(institution)s) or strpos(i.sought, %(institution)s) > 0)"
            if by_code
            else "strpos(i.sought, %(institution)s) > 0"
        )
    if doctor := _characters(wanted.doctor, "doctor"):
        parameters |= {"doctor": doctor, "number": folded(wanted.doctor)}
        conditions.append("(strpos(d.sought, %(doctor)s) > 0 or d.number = %(number)s)")
    return conditions


def _characters(text: str, field_name: str) -> str:
    characters = sought(text)
    if characters and len(characters) < LEAST_CHARACTERS:
        raise SearchTooShort(field_name, least=LEAST_CHARACTERS)
    return characters


def _within(near: Near | None, parameters: dict[str, Any]) -> list[str]:
    """The square around the circle; what lies in its corners the distance leaves out."""
    if near is None:
        return []
    if not 1 <= near.metres <= LONGEST_RADIUS:
        raise RadiusOutOfRange("near.metres", limit=LONGEST_RADIUS)
    if abs(near.latitude) > _LATITUDES or abs(near.longitude) > _LONGITUDES:
        raise NowhereOnEarth("near")
    latitude, longitude = round(near.latitude * DEGREE), round(near.longitude * DEGREE)
    span = near.metres * DEGREE // _METRES_A_DEGREE + 1
    # In Taiwan a degree of longitude is never shorter than 0.88 of one of latitude.
    wide = span * 100 // 88
    parameters |= {"latitude": latitude, "longitude": longitude, "radius": near.metres}
    return [
        f"i.latitude between {latitude - span} and {latitude + span}",
        f"i.longitude between {longitude - wide} and {longitude + wide}",
    ]
