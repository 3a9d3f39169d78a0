"""Who plays in the story of support: institutions of two counties, who practises there, and where they are sent.

All of it is made up. Codes and numbers pass their checks; personal ones begin with Y, the letter of 陽明山, which is
given to nobody any more, but for the doctor of the card demonstration, whose number stands on the card.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.principal import Assurance, Principal, Role

if TYPE_CHECKING:
    from datetime import date

    from shared.sealing import SubjectId


@dataclass(frozen=True)
class Home:
    """An institution, at the address where the register has it."""

    code: str
    name: str
    kind: str
    county: str
    district: str
    street: str
    departments: tuple[str, ...] = ()

    @property
    def principal(self) -> Principal:
        """The institution, in by its card."""
        return Principal(
            f"institution/{self.code}", Role.INSTITUTION, frozenset({Assurance.CARD_PIN}), institution=self.code
        )

    @property
    def case_manager(self) -> Principal:
        """Who gets the institution's mail, in by an account."""
        return Principal(
            f"case-manager/{self.code}",
            Role.CASE_MANAGER,
            frozenset({Assurance.PASSWORD}),
            institution=self.code,
            acts_for=frozenset({DOCTOR.number}),
        )

    @property
    def form(self) -> dict[str, Any]:
        """What `record_institution` is asked."""
        return {
            "institution": self.code,
            "name": self.name,
            "kind": self.kind,
            "county": self.county,
            "district": self.district,
            "street": self.street,
            "departments": list(self.departments),
        }


@dataclass(frozen=True)
class Player:
    """Somebody who practises at a home institution; `licence_days` is how long the licence holds from the last day."""

    number: str
    name: str
    profession: str
    identifier: str
    home: Home
    licence_days: int = 900
    mobile: str = ""

    def principal(self, subject: SubjectId) -> Principal:
        """The practitioner, in by the own card."""
        return Principal(
            f"person/{subject}",
            Role.PRACTITIONER,
            frozenset({Assurance.CARD_PIN}),
            subject=subject,
            institution=self.home.code,
            acts_for=frozenset({self.number}),
        )

    def form(self, since: date) -> dict[str, Any]:
        """What `record_practitioner` is asked, of somebody who practises there `since`; without a licence."""
        return {
            "practitioner": self.number,
            "name": self.name,
            "profession": self.profession,
            "identifier": self.identifier,
            "institution": self.home.code,
            "since": since.isoformat(),
            "mobile": self.mobile,
        }

    def licence(self, since: date, until: date) -> dict[str, str]:
        """執業執照."""
        return {
            "number": f"演練執字第{self.number[-6:]}號",
            "valid_from": since.isoformat(),
            "valid_until": until.isoformat(),
        }


def bureau(county: str) -> Principal:
    """The health bureau of a county."""
    return Principal(f"bureau/{county}", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction=county)


NEW_TAIPEI, TAIPEI_CITY = "新北市", "臺北市"

CLINIC = Home("3531012346", "板橋演練診所", "clinic", NEW_TAIPEI, "板橋區", "演練路12號", ("02", "04"))
"""The institution whose card the card demonstration has."""
HOSPITAL = Home("0131010092", "中和演練醫院", "hospital", NEW_TAIPEI, "中和區", "假想街8號", ("02", "03", "14"))
DAAN = Home("3501020090", "大安演練診所", "clinic", TAIPEI_CITY, "大安區", "擬真路5號", ("01",))
PHARMACY = Home("5901030096", "信義演練藥局", "pharmacy", TAIPEI_CITY, "信義區", "測試路3號")
HOMES = (CLINIC, HOSPITAL, DAAN, PHARMACY)

DOCTOR = Player("DR-900001", "許沐晴", "A", "A200000003", CLINIC, mobile="0912000001")
"""Whose cards the card demonstration has."""
SHORT_LICENCE = Player("DR-900002", "高以樂", "A", "Y189000028", CLINIC, licence_days=70)
NURSE = Player("NU-900001", "溫書瑜", "F", "Y289000011", CLINIC)
MOVER = Player("DR-900007", "簡子晴", "A", "Y289000039", CLINIC)
THERAPIST = Player("PT-900001", "孟予希", "Q", "Y189000046", HOSPITAL)
SURGEON = Player("DR-900003", "莊子謙", "A", "Y189000064", HOSPITAL)
FAMILY_DOCTOR = Player("DR-900004", "游恩齊", "A", "Y289000057", DAAN)
NIGHT_DOCTOR = Player("DR-900005", "連晨曦", "A", "Y189000091", DAAN)
PHARMACIST = Player("PH-900001", "池可安", "D", "Y289000084", PHARMACY)
PLAYERS = (DOCTOR, SHORT_LICENCE, NURSE, MOVER, THERAPIST, SURGEON, FAMILY_DOCTOR, NIGHT_DOCTOR, PHARMACIST)

NURSING_HOME = {
    "code": "7801200098",
    "name": "文山演練養護中心",
    "county": TAIPEI_CITY,
    "district": "文山區",
    "street": "示範路20號",
}
SCHOOL = {
    "code": "04595252",
    "name": "板橋演練國民小學",
    "county": NEW_TAIPEI,
    "district": "板橋區",
    "street": "範例路1號",
}
PLACES = (NURSING_HOME, SCHOOL)
