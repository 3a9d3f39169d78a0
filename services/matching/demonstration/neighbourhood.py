"""Made-up clinics in real districts, with doctors, hours and places on the map: where the site is tried out.

Codes pass the check digit and begin as a western clinic's (35) in their county. Coordinates are near the middle of the
district, phones are of the kind that is given to nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from services.matching.demonstration.cast import personal_number
from services.matching.demonstration.reference_registry import ReferenceRegistry
from services.matching.domain.registry import DoctorFacts, InstitutionFacts

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Place(NamedTuple):
    """A district, the middle of it (degrees), the digits of its county in institution codes, and its clinics."""

    county: str
    district: str
    latitude: float
    longitude: float
    digits: str
    clinics: tuple[str, ...]


_PLACES = (
    _Place("臺北市", "大安區", 25.0263, 121.5340, "01", ("青田家庭醫學科診所", "晨光小兒科診所", "和風兒童診所")),
    _Place("臺北市", "信義區", 25.0330, 121.5667, "01", ("河岸兒童診所", "山腳下小兒科診所")),
    _Place("臺北市", "士林區", 25.0955, 121.5250, "01", ("雨農路家庭醫學科診所", "向陽小兒科診所")),
    _Place("新北市", "板橋區", 25.0114, 121.4618, "31", ("大樹小兒科診所", "小步兒童診所", "新埔家庭醫學科診所")),
    _Place("新北市", "新店區", 24.9676, 121.5417, "31", ("碧潭小兒科診所", "溪畔家庭醫學科診所")),
    _Place("臺中市", "西屯區", 24.1650, 120.6330, "36", ("福星小兒科診所", "逢甲路兒童診所", "春水家庭醫學科診所")),
    _Place("臺中市", "北屯區", 24.1820, 120.6860, "36", ("松竹小兒科診所", "旱溪兒童診所")),
    _Place("高雄市", "左營區", 22.6900, 120.2950, "02", ("蓮池小兒科診所", "半屏山家庭醫學科診所", "海光兒童診所")),
    _Place("高雄市", "三民區", 22.6500, 120.3000, "02", ("愛河小兒科診所", "寶珠溝兒童診所")),
)
_DOCTORS = (
    *("許沐晴", "周以安", "邱河安", "林澄遠", "陳語禾", "黃映川", "吳念慈", "蔡予安", "楊子岑", "謝沛然", "賴又寧"),
    *("鄭書恆", "郭芮安", "洪景行", "曾若水", "廖晏如", "張以恩", "李昀臻", "王允謙", "劉知夏", "江品言", "何以晨"),
)
_DOCTORS_EACH = 3
"""The last of each has not finished the training, and so cannot be chosen."""
_FIRST_DOCTOR = 9_000_001
_STEP = 0.004
"""Degrees, some 400 m: the clinics of a district lie so far apart."""
_WEEKDAYS = range(1, 7)
_SESSIONS = (("morning", "0900", "1200"), ("afternoon", "1430", "1730"), ("evening", "1800", "2100"))


def neighbourhood() -> ReferenceRegistry:
    """Every clinic and its doctors."""
    clinics = {facts.code: facts for facts in _clinics()}
    doctors = (
        DoctorFacts(
            number=f"D{_FIRST_DOCTOR + place * _DOCTORS_EACH + turn:07d}",
            name=_DOCTORS[(place * _DOCTORS_EACH + turn) % len(_DOCTORS)],
            institution=code,
            active=True,
            training_done=turn + 1 < _DOCTORS_EACH,
        )
        for place, code in enumerate(clinics)
        for turn in range(_DOCTORS_EACH)
    )
    return ReferenceRegistry(clinics, {doctor.number: doctor for doctor in doctors})


def _clinics() -> Iterator[InstitutionFacts]:
    for number, (place, name) in enumerate(_numbered(), start=1):
        yield InstitutionFacts(_code(place.digits, number), name, place.county, place.district, takes_part=True)


def _numbered() -> Iterator[tuple[_Place, str]]:
    return ((place, name) for place in _PLACES for name in place.clinics)


def _code(county: str, serial: int) -> str:
    """代碼: type, county, district 00, serial; and the check digit, Σ position x digit mod 10 (DOMAIN §0.1)."""
    digits = f"35{county}00{serial:03d}"
    return digits + str(sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 10)


def entries(registry: ReferenceRegistry, since: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The forms of `record_institution`, and those of `record_practitioner`; they have taken part `since` (ISO)."""
    programmes = [{"programme": "dedicated_doctor", "since": since}]
    institutions = [
        _institution(facts, place, number, programmes)
        for number, (facts, (place, _)) in enumerate(zip(registry.institutions.values(), _numbered(), strict=True))
    ]
    training = {"programme": "dedicated_doctor", "course": "幼兒專責醫師訓練", "credits": 4, "earned_on": since}
    practitioners = [
        {
            "practitioner": doctor.number,
            "name": doctor.name,
            "identifier": personal_number("2", int(doctor.number[1:])),
            "profession": "A",
            "institution": doctor.institution,
            "since": since,
            "training": training if doctor.training_done else None,
            "programmes": programmes if doctor.training_done else [],
        }
        for doctor in registry.doctors.values()
    ]
    return institutions, practitioners


def _institution(
    facts: InstitutionFacts, place: _Place, number: int, programmes: list[dict[str, str]]
) -> dict[str, Any]:
    return {
        "institution": facts.code,
        "name": facts.name,
        "kind": "clinic",
        "county": facts.county,
        "district": facts.district,
        "street": f"示範路{number * 7 + 3}號",
        "phone": f"02-5550-{number + 100:04d}",
        "latitude": f"{place.latitude + (number % 3 - 1) * _STEP:.4f}",
        "longitude": f"{place.longitude + (number % 2) * _STEP:.4f}",
        "departments": ["04"],
        "hours": [
            {"weekday": weekday, "session": session, "opens": opens, "closes": closes}
            for weekday in _WEEKDAYS
            for session, opens, closes in _SESSIONS
        ],
        "programmes": programmes,
    }
