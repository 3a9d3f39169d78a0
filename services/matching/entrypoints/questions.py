"""What queries of matching ask, field by field, as it is entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.events import CaseKind, IdentifierKind
from services.matching.read_models.bureau_board import Queue
from services.matching.read_models.bureau_cases import Flag
from services.matching.read_models.doctor_search import DoctorSearch
from services.matching.read_models.enrolments import Listed
from services.matching.read_models.worklist_search import Order

_ID_LIMIT = {"limit": 20}
_PLACE_LIMIT = {"limit": 40}
_CURSOR_LIMIT = {"limit": 400}
PAGE = 50


class FileFormat(StrEnum):
    """The kinds of file that a batch of cases comes in."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True)
class DoctorsSought:
    """醫師查詢, and which page of what it finds."""

    sought: DoctorSearch = field(default_factory=DoctorSearch)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR_LIMIT)


@dataclass(frozen=True)
class CaseNumber:
    """案件編號."""

    case_no: str = field(metadata=_ID_LIMIT)


@dataclass(frozen=True)
class Matter:
    """A case, or an enrolment made on paper."""

    case_or_enrolment_id: UUID


@dataclass(frozen=True)
class CaseAsked:
    """A case by its id."""

    case_id: UUID


@dataclass(frozen=True)
class CasesTicked:
    """Cases by their ids, as they were ticked in a list."""

    case_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class EnrolmentAsked:
    """An enrolment by its id."""

    enrolment_id: UUID


@dataclass(frozen=True)
class MotherAsked:
    """母親證號, to find her children's cases by."""

    kind: IdentifierKind
    identifier: str = field(metadata=_ID_LIMIT)


@dataclass(frozen=True)
class Worklist:
    """家長媒合工具申請案件查詢: filters, each left out where it does not matter; dates are inclusive."""

    county: str | None = field(default=None, metadata=_PLACE_LIMIT)
    district: str | None = field(default=None, metadata=_PLACE_LIMIT)
    birth_from: date | None = None
    birth_until: date | None = None
    mother: MotherAsked | None = None
    birth_orders: tuple[int, ...] = ()
    enrolments: tuple[EnrolmentStatus, ...] = ()
    institution: str | None = field(default=None, metadata=_ID_LIMIT)
    doctor: str | None = field(default=None, metadata=_ID_LIMIT)
    applied_from: date | None = None
    applied_until: date | None = None
    case_no: str | None = field(default=None, metadata=_ID_LIMIT)
    statuses: tuple[PreferenceStatus, ...] = ()
    order: Order = Order.DEADLINE
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR_LIMIT)


@dataclass(frozen=True)
class EnrolmentsAsked:
    """收案名單 of the caller's doctors, or of one of them, and which page of it."""

    doctor: str | None = field(default=None, metadata=_ID_LIMIT)
    mother: MotherAsked | None = None
    listed: Listed = Listed.OPEN
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR_LIMIT)


@dataclass(frozen=True)
class CasesAsked:
    """衛生局案件查詢: filters, each left out where it does not matter; dates are inclusive."""

    statuses: tuple[MatchStatus, ...] = ()
    kinds: tuple[CaseKind, ...] = ()
    institution: str | None = field(default=None, metadata=_ID_LIMIT)
    district: str | None = field(default=None, metadata=_PLACE_LIMIT)
    applied_from: date | None = None
    applied_until: date | None = None
    birth_from: date | None = None
    birth_until: date | None = None
    mother: MotherAsked | None = None
    case_no: str | None = field(default=None, metadata=_ID_LIMIT)
    flags: tuple[Flag, ...] = ()
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR_LIMIT)


@dataclass(frozen=True)
class Months:
    """How many months up to now, this one included."""

    months: int = 12


@dataclass(frozen=True)
class Export:
    """批次匯出: the cases to put into one file."""

    case_ids: tuple[UUID, ...]
    file_format: FileFormat


@dataclass(frozen=True)
class BoardQueue:
    """A page of one queue of the bureau's board."""

    queue: Queue
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR_LIMIT)
