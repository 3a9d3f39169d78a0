"""What events of support are made of: codes, closed choices, places, lines, what was found of them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from services.support.events.schedules import Schedule
from shared.blob_digests import BlobDigest
from shared.sealing import Sealed

CaseNo = Annotated[
    str,
    msgspec.Meta(description="案件編號: ROC `yyyMMdd` and a number of that Taipei day, of 4 digits or more."),
]
InstitutionCode = Annotated[str, msgspec.Meta(description="醫事機構代碼, 10 digits.")]
Practitioner = Annotated[str, msgspec.Meta(description="Practitioner number of the registry.")]
County = Annotated[str, msgspec.Meta(description="縣市, as the districts table writes it.")]
Department = Annotated[
    str, msgspec.Meta(description="支援科別, two characters as in 診療科別; empty where none applies.")
]
Month = Annotated[str, msgspec.Meta(description="ISO 8601 month, `2024-08`.")]
Week = Annotated[str, msgspec.Meta(description="ISO 8601 week, `2024-W31`: Monday to Sunday.")]


class ApplicationKind(StrEnum):
    """申請類別."""

    NEW = "registration"
    """登錄"""
    AMEND = "amendment"
    """變更"""
    CANCEL = "cancellation"
    """註銷"""


class RecordedBy(StrEnum):
    """建檔身份: who made the entry."""

    PRACTITIONER = "practitioner"
    """人員"""
    INSTITUTION = "institution"
    """機構"""


class Purpose(StrEnum):
    """支援目的; several may hold at once."""

    GENERAL = "general"
    """報備為一般支援"""
    RESPONSIBLE_PERSON = "responsible_person"
    """報備為負責人"""
    DIABETES_NETWORK = "diabetes_care_network"
    """報備為糖尿病共同照護網"""
    HEALTH_EXAMINATION = "health_examination"
    """整合式健康檢查"""
    VACCINATION = "preventive_vaccination"
    """預防針接種"""


class PlaceKind(StrEnum):
    """What kind of place is supported."""

    INSTITUTION = "institution"
    """醫事機構"""
    NON_MEDICAL = "non_medical"
    """非醫事機構"""


class BatchKind(StrEnum):
    """Which of the two templates a workbook follows."""

    GENERAL = "general"
    """一般整批: a row is one unbroken time"""
    RULES = "rules"
    """規則整批: a row is a rule, by which times recur"""


class DenialReason(StrEnum):
    """不核准原因, coded so that it can be counted; the text beside it stays free."""

    NOT_PERMITTED = "not_permitted"
    """依法不得於該處執業"""
    OVERLAP = "overlap"
    """支援時間重疊"""
    SHARE_EXCEEDED = "share_exceeded"
    """支援診次超過比例"""
    HOME_UNDERSTAFFED = "home_understaffed"
    """影響原執業機構人力"""
    LICENCE = "licence"
    """執業執照效期不足"""
    OTHER = "other"


class ReturnReason(StrEnum):
    """退回原因: what has to be mended before it can be decided."""

    DOCUMENTS = "documents"
    """附件缺漏或不清楚"""
    SCHEDULE = "schedule"
    """支援時間有誤"""
    PLACE = "place"
    """被支援機構有誤"""
    PURPOSE = "purpose"
    """支援目的或科別有誤"""
    OTHER = "other"


class DepartureCause(StrEnum):
    """Why supports from a home institution cannot go on, as the registry tells it."""

    PRACTITIONER_MOVED = "practitioner_moved"
    """異動執登場所"""
    PRACTITIONER_SUSPENDED = "practitioner_suspended"
    """醫事人員停業"""
    INSTITUTION_SUSPENDED = "institution_suspended"
    """機構停業"""
    INSTITUTION_CLOSED = "institution_closed"
    """機構歇業"""


class CancelledBy(StrEnum):
    """By what way a support was cancelled."""

    APPLICATION = "application"
    """註銷申請經核准"""
    MOVE_LOCK = "move_lock"
    """異動執登場所之整批註銷"""


class ReleaseCause(StrEnum):
    """Why a move lock holds no longer."""

    CANCELLED = "cancelled"
    """已全部註銷"""
    EXPIRED = "ended"
    """支援期間已過"""
    RETURNED = "returned"
    """復業或回任"""


class LicenceFinding(StrEnum):
    """Whether the practitioner's licence lasts as long as the support."""

    COVERS = "covers"
    """涵蓋支援期間"""
    ENDS_BEFORE = "ends_before"
    """支援期間內屆期"""
    UNKNOWN = "unknown"
    """查無執業執照"""


class StandingDoubt(StrEnum):
    """停業, 歇業 of somebody whom a line is about, on a day of the support."""

    PRACTITIONER_SUSPENDED = "practitioner_suspended"
    """醫事人員停業"""
    HOME_SUSPENDED = "home_suspended"
    """執業機構停業"""
    HOME_CLOSED = "home_closed"
    """執業機構歇業"""
    PLACE_SUSPENDED = "place_suspended"
    """被支援機構停業"""
    PLACE_CLOSED = "place_closed"
    """被支援機構歇業"""


class SupportedPlace(msgspec.Struct, frozen=True):
    """被支援機構: by its code, and by name too because a code outside the medical register may stand for several."""

    kind: PlaceKind
    code: str
    name: str
    county: County


class Remarks(msgspec.Struct, frozen=True):
    """備註, in the words of whoever applies."""

    text: str


class ReviewersRemarks(msgspec.Struct, frozen=True):
    """審查意見, in the words of the bureau."""

    text: str


class Terms(msgspec.Struct, frozen=True):
    """What an amendment (變更) may change of a support: 支援目的, 支援時間, 備註; never the place."""

    purposes: tuple[Purpose, ...]
    schedule: Schedule
    remarks: Sealed[Remarks] | None = None


class Line(msgspec.Struct, frozen=True):
    """報備支援明細: one practitioner at one place; approved it becomes the support of the same id.

    Attachments are sealed files, named by their digests.
    """

    id: UUID
    practitioner: Practitioner
    place: SupportedPlace
    department: Department
    terms: Terms
    attachments: tuple[BlobDigest, ...] = ()


class NamedSupport(msgspec.Struct, frozen=True):
    """An approved support that an application is about; `after` is what an amendment asks for, else None."""

    support: UUID
    practitioner: Practitioner
    place: SupportedPlace
    before: Terms
    after: Terms | None


class Overlap(msgspec.Struct, frozen=True):
    """重疊: a time at which the person would be in two places; `other` is the line or support that says so."""

    other: UUID
    place: SupportedPlace
    starts: datetime
    ends: datetime


class WeekShare(msgspec.Struct, frozen=True):
    """超過40%: the support sessions of a place in a week beside its own; where these are not known nothing is said."""

    week: Week
    sessions: int
    own_sessions: int | None
    exceeds: bool | None


class MonthDoctors(msgspec.Struct, frozen=True):
    """How many practitioners support a place in a month beside its own; where these are not known nothing is said."""

    month: Month
    supporting: int
    own: int | None
    exceeds: bool | None


class LineFinding(msgspec.Struct, frozen=True):
    """What was found of one line when it was submitted: evidence for whoever decides, never a verdict.

    `occurrences` are counted; `starts_at` and `ends_at` are the first and the last moment of them. `overlaps` are the
    first of `overlap_count`. `others_at_home` is how many others of the profession stay at the home institution
    throughout the barest of these times; an amendment is judged by the times that it asks for.
    """

    line: UUID
    occurrences: int
    starts_at: datetime
    ends_at: datetime
    overlap_count: int
    overlaps: tuple[Overlap, ...]
    licence: LicenceFinding
    licence_until: date | None
    standing: tuple[StandingDoubt, ...]
    weeks: tuple[WeekShare, ...]
    months: tuple[MonthDoctors, ...]
    share_source: str
    others_at_home: int


class Outstanding(msgspec.Struct, frozen=True):
    """An approved support that has not ended: `ends_at` is the end of its last time."""

    support: UUID
    ends_at: datetime
