"""What events of matching are made of: codes, closed choices, addresses, people, preferences."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

CaseNo = Annotated[
    str,
    msgspec.Meta(description="案件編號: `YYMMDD`, `P`, `HHMM` and a number of that Taipei day, of 3 digits or more."),
]
Institution = Annotated[str, msgspec.Meta(description="醫事機構代碼, 10 digits.")]
Doctor = Annotated[str, msgspec.Meta(description="Practitioner number of the registry.")]
County = Annotated[str, msgspec.Meta(description="縣市, as the districts table writes it.")]
Rank = Annotated[int, msgspec.Meta(description="志願序, 1 to 3.")]
Digest = Annotated[
    str, msgspec.Meta(description="HMAC-SHA-256 under a key of the vault over a file's SHA-256, 64 hex digits.")
]


class CaseKind(StrEnum):
    """案件種類."""

    NEW = "new"
    """新案申請"""
    CHANGE = "change"
    """變更"""


class IdentifierKind(StrEnum):
    """母親身分證字號 / 居留證號 / 護照號碼."""

    NATIONAL_ID = "national_id"
    RESIDENT_CERTIFICATE = "resident_certificate"
    PASSPORT = "passport"


class Sex(StrEnum):
    """幼兒性別."""

    MALE = "male"
    FEMALE = "female"


class Relation(StrEnum):
    """聯絡人關係: who the contact is to the child."""

    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    GUARDIAN = "guardian"
    OTHER = "other"


class DeclineReason(StrEnum):
    """未能同意收案原因, coded so that it can be counted; the text beside it stays free."""

    CAPACITY_FULL = "capacity_full"
    """收案員額已滿"""
    OUT_OF_AREA = "out_of_area"
    """距離或服務區域"""
    SPECIALTY = "specialty"
    """不符專長或需轉介"""
    DOCTOR_UNAVAILABLE = "doctor_unavailable"
    """醫師異動或休診"""
    ALREADY_ENROLLED = "already_enrolled"
    """已由其他院所收案"""
    UNREACHABLE = "unreachable"
    """無法聯繫家長"""
    OTHER = "other"


class WithdrawReason(StrEnum):
    """撤回原因."""

    NOT_NEEDED = "not_needed"
    MOVED = "moved"
    FOUND_OTHERWISE = "found_otherwise"
    MISTAKE = "mistake"
    OTHER = "other"


class ChangeReason(StrEnum):
    """變更原因 (S000: 搬家或其他個人因素)."""

    MOVED = "moved"
    CARE_NEEDS = "care_needs"
    DOCTOR_LEFT = "doctor_left"
    CONVENIENCE = "convenience"
    OTHER = "other"


class ClosureReason(StrEnum):
    """結案原因."""

    CHANGE_OF_DOCTOR = "change_of_doctor"
    AGE_LIMIT = "age_limit"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"
    OTHER = "other"


class PassedOverCause(StrEnum):
    """Why a waiting preference was never asked."""

    INSTITUTION_LEFT = "institution_left"
    """院所已非合作院所"""
    DOCTOR_LEFT = "doctor_left"
    """醫師已離開該院所或計畫"""


class ParticipationCause(StrEnum):
    """Why an institution or a doctor can take no family any more, as the registry tells it."""

    INSTITUTION_CLOSED = "institution_closed"
    """院所歇業"""
    INSTITUTION_SUSPENDED = "institution_suspended"
    """院所停業"""
    INSTITUTION_LEFT_PROGRAMME = "institution_left_programme"
    """院所退出計畫"""
    DOCTOR_MOVED = "doctor_moved"
    """醫師異動執登場所"""
    DOCTOR_SUSPENDED = "doctor_suspended"
    """醫師停業"""
    DOCTOR_LEFT_PROGRAMME = "doctor_left_programme"
    """醫師退出計畫"""
    LICENCE_EXPIRED = "licence_expired"
    """醫師執業執照逾期"""


class RegisterKind(StrEnum):
    """匯入檔種類: what a file from 個案管理資訊系統 tells."""

    ENROLMENTS = "enrolments"
    """收案"""
    CLOSURES = "closures"
    """結案"""


class Source(StrEnum):
    """Where a fact came from: the platform, paper brought in by import, the bureau, or the clinic."""

    PLATFORM = "platform"
    IMPORT = "import"
    BUREAU = "bureau"
    CLINIC = "clinic"


class Address(msgspec.Struct, frozen=True):
    """地址: a county and district of the districts table, its 3-digit postal code, the rest as written."""

    county: str
    district: str
    postal_code: str
    street: str = ""


class Child(msgspec.Struct, frozen=True):
    """幼兒資料. Unborn: `due_date` and `residence` only. `identifier` is None while 未完成戶籍登記."""

    residence: Address
    birth_date: date | None = None
    due_date: date | None = None
    name: str = ""
    sex: Sex | None = None
    identifier: str | None = None
    household: Address | None = None
    """戶籍地址; None where it is the same as the residence, or unknown."""


class Mother(msgspec.Struct, frozen=True):
    """母親身分證字號/居留證號/護照號碼."""

    kind: IdentifierKind
    identifier: str


class Contact(msgspec.Struct, frozen=True):
    """聯絡人: the person the platform talks to. `mobile` as 09 and 8 digits; `email` may be empty."""

    relation: Relation
    name: str
    mobile: str
    email: str = ""


class FreeText(msgspec.Struct, frozen=True):
    """What somebody wrote, at most 4,000 characters; sealed because people write names into such fields."""

    text: str


class Preference(msgspec.Struct, frozen=True):
    """志願: one institution and doctor, by rank 1 to 3. `doctor` is the practitioner number of the registry."""

    rank: Rank
    institution: Institution
    doctor: Doctor
    county: County
    district: str
