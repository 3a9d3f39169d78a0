"""What queries of support ask, field by field, as it is entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.support.commands import ScheduleEntry
from services.support.domain.states import ApplicationState, QueuePart, SupportState
from services.support.events import ApplicationKind, BatchKind
from services.support.read_models.support_statistics import CountedBy

_CODE = {"limit": 20}
_NAME = {"limit": 100}
_TIME = {"limit": 20}
_ACCOUNT = {"limit": 100}
_PLACE = {"limit": 100}
_CURSOR = {"limit": 400}
PAGE = 50


@dataclass(frozen=True)
class ApplicationAsked:
    """An application by its id."""

    application_id: UUID


@dataclass(frozen=True)
class SupportAsked:
    """A support by its id."""

    support_id: UUID


@dataclass(frozen=True)
class CaseNumberAsked:
    """案件編號."""

    case_no: str = field(metadata=_CODE)


@dataclass(frozen=True)
class ApplicationsAsked:
    """案件查詢: filters, each left out where it does not matter; `place` is the code of a supported place.

    `place_named` is a part of its name; days are inclusive, and times (支援時間) `0200` or `02:00`.
    """

    states: tuple[ApplicationState, ...] = ()
    kinds: tuple[ApplicationKind, ...] = ()
    case_no: str | None = field(default=None, metadata=_CODE)
    practitioner: str | None = field(default=None, metadata=_CODE)
    institution: str | None = field(default=None, metadata=_CODE)
    place: str | None = field(default=None, metadata=_CODE)
    place_named: str | None = field(default=None, metadata=_NAME)
    first: date | None = None
    last: date | None = None
    starts: str | None = field(default=None, metadata=_TIME)
    ends: str | None = field(default=None, metadata=_TIME)
    reviewer: str | None = field(default=None, metadata=_ACCOUNT)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class SupportsAsked:
    """本院支援他院 by `institution`, 他院支援本院 by `place`; days are inclusive, and any day in common counts.

    `institution_named` and `place_named` are parts of names.
    """

    states: tuple[SupportState, ...] = ()
    case_no: str | None = field(default=None, metadata=_CODE)
    practitioner: str | None = field(default=None, metadata=_CODE)
    institution: str | None = field(default=None, metadata=_CODE)
    institution_named: str | None = field(default=None, metadata=_NAME)
    place: str | None = field(default=None, metadata=_CODE)
    place_named: str | None = field(default=None, metadata=_NAME)
    first: date | None = None
    last: date | None = None
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class SupportersAsked:
    """Those who support others from `institution` (本院支援他院), or come to `place` (他院支援本院)."""

    institution: str | None = field(default=None, metadata=_CODE)
    place: str | None = field(default=None, metadata=_CODE)


@dataclass(frozen=True)
class RegisterFilesAsked:
    """A page of the insurer's register files."""

    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class StatisticsAsked:
    """統計 of what was approved between these days, inclusive, by one of three groupings."""

    by: CountedBy
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class QueueAsked:
    """A page of what waits for the caller's bureau; filters are left out where they do not matter.

    `institution` and `place` are codes of the home institution and of a supported place.
    """

    part: QueuePart = QueuePart.ALL
    reviewer: str | None = field(default=None, metadata=_ACCOUNT)
    kinds: tuple[ApplicationKind, ...] = ()
    case_no: str | None = field(default=None, metadata=_CODE)
    institution: str | None = field(default=None, metadata=_CODE)
    place: str | None = field(default=None, metadata=_CODE)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class PlacesAsked:
    """被支援機構查詢 by code or at least two characters of a name, in a county or anywhere."""

    text: str = field(metadata=_PLACE)
    county: str = field(default="", metadata=_CODE)
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class TemplateAsked:
    """範本檔 of one of the two kinds."""

    kind: BatchKind


@dataclass(frozen=True)
class BatchesAsked:
    """A page of the workbooks that the caller has handed in."""

    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class PartAsked:
    """A part of a file that was attached, by its number from 0."""

    application_id: UUID
    file_id: UUID
    number: int


@dataclass(frozen=True)
class MonthAsked:
    """A month of the calendar by any day in it."""

    day: date


@dataclass(frozen=True)
class ScheduleAsked:
    """支援時間 as it is typed, to be shown before it is kept."""

    schedule: ScheduleEntry


@dataclass(frozen=True)
class QuotaAsked:
    """報備支援額度限制 of an institution, the caller's own where none is named, in a month given by any day in it."""

    day: date
    institution: str = field(default="", metadata=_CODE)
