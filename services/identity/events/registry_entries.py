"""What registry events are made of: codes, closed choices, addresses, service hours, licences."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

InstitutionNo = Annotated[str, msgspec.Meta(description="醫事機構代碼, 10 digits.")]
PractitionerNo = Annotated[str, msgspec.Meta(description="Practitioner number of the registry.")]
CountyName = Annotated[str, msgspec.Meta(description="縣市, as the districts table writes it.")]
DepartmentCode = Annotated[str, msgspec.Meta(description="診療科別, two characters: 04 is 小兒科.")]
ProfessionCode = Annotated[str, msgspec.Meta(description="醫事人員類別, one character: A is 西醫師.")]
Weekday = Annotated[int, msgspec.Meta(description="1 Monday to 7 Sunday.")]
FileDigest = Annotated[
    str, msgspec.Meta(description="HMAC-SHA-256 under a key of the vault over a file's SHA-256, 64 hex digits.")
]


class InstitutionKind(StrEnum):
    """院所類別."""

    HOSPITAL = "hospital"
    """醫院"""
    CLINIC = "clinic"
    """西醫診所"""
    DENTAL_CLINIC = "dental_clinic"
    """牙醫診所"""
    CHINESE_MEDICINE_CLINIC = "chinese_medicine_clinic"
    """中醫診所"""
    PUBLIC_HEALTH_CENTRE = "public_health_centre"
    """衛生所"""
    PHARMACY = "pharmacy"
    """藥局"""
    LABORATORY = "laboratory"
    """醫事檢驗所"""
    THERAPY = "therapy"
    """物理, 職能, 語言治療所, 心理諮商所"""
    MIDWIFERY = "midwifery"
    """助產所"""
    NURSING = "nursing"
    """護理之家, 居家護理所"""
    OTHER = "other"


class Programme(StrEnum):
    """計畫: what an institution or a practitioner takes part in, beside the insurance itself."""

    DEDICATED_DOCTOR = "dedicated_doctor"
    """幼兒專責醫師制度計畫"""
    FAMILY_PHYSICIAN = "family_physician"
    """家庭醫師整合性照護計畫"""
    HOME_CARE_PHYSICIAN = "home_care_physician"
    """居家失能個案家庭醫師照護方案"""
    DIABETES_NETWORK = "diabetes_network"
    """糖尿病共同照護網"""
    CHILD_PREVENTIVE_CARE = "child_preventive_care"
    """兒童預防保健"""
    ADULT_PREVENTIVE_CARE = "adult_preventive_care"
    """成人預防保健"""
    VACCINATION = "vaccination"
    """預防針接種"""


class Session(StrEnum):
    """門診時段."""

    MORNING = "morning"
    """上午"""
    AFTERNOON = "afternoon"
    """下午"""
    EVENING = "evening"
    """晚上"""


class StandingReason(StrEnum):
    """停業, 歇業的原因."""

    OWN_REQUEST = "own_request"
    """自行申請"""
    ORDERED = "ordered"
    """主管機關處分"""
    CONTRACT_ENDED = "contract_ended"
    """健保特約終止"""
    OTHER = "other"


class RegistryFile(StrEnum):
    """匯入檔種類 of the registry."""

    INSTITUTIONS = "institutions"
    """醫事機構"""
    PERSONNEL = "personnel"
    """醫事人員"""
    PLACES = "places"
    """非醫事機構"""
    CARDS = "cards"
    """憑證卡 of personnel, institutions and long-term care centres, as the HCA and the GCA list them"""


class SessionHours(msgspec.Struct, frozen=True):
    """One session of one day, from `opens` up to `closes`, Taipei time."""

    session: Session
    opens: time
    closes: time


class WeekdayHours(msgspec.Struct, frozen=True):
    """服務時段 of one weekday."""

    weekday: Weekday
    sessions: tuple[SessionHours, ...]


class HolidayHours(msgspec.Struct, frozen=True):
    """長假期時段 of one day, in place of its weekday's; without sessions the institution is closed."""

    day: date
    sessions: tuple[SessionHours, ...] = ()


class PlaceAddress(msgspec.Struct, frozen=True):
    """地址. `district` and its `postal_code` of 3 digits are empty where only the county is known."""

    county: str
    district: str = ""
    postal_code: str = ""
    street: str = ""


class Coordinates(msgspec.Struct, frozen=True):
    """經緯度 in degrees of WGS 84, at most six decimals."""

    latitude: Decimal
    longitude: Decimal


class InstitutionProfile(msgspec.Struct, frozen=True):
    """What the public register says of an institution."""

    name: str
    kind: InstitutionKind
    address: PlaceAddress
    phone: str = ""
    coordinates: Coordinates | None = None
    departments: tuple[DepartmentCode, ...] = ()
    hours: tuple[WeekdayHours, ...] = ()
    holiday_hours: tuple[HolidayHours, ...] = ()


class Licence(msgspec.Struct, frozen=True):
    """執業執照: its number, and the first and last day on which it holds; no last day where none is set."""

    number: str
    valid_from: date
    valid_until: date | None = None


class PractitionerIdentity(msgspec.Struct, frozen=True, omit_defaults=True):
    """The national ID or resident certificate of a practitioner, and the phone (09 and 8 digits) where one is known."""

    identifier: str
    mobile: str = ""
