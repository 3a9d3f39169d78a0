"""What people and processes may ask of support, in the words in which they enter it.

Codes, times and text are as typed; the application checks them and answers with every fault at once. Dates and closed
choices are typed at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.support.events import (
    ApplicationKind,
    BatchKind,
    DenialReason,
    DepartureCause,
    HoldGround,
    Purpose,
    RecordedBy,
    ReleaseCause,
    ReturnReason,
)
from shared.words import Language

_CODE = {"limit": 20}
_NAME = {"limit": 100}
_TIME = {"limit": 20}
_RULE = {"limit": 80}

WORKBOOK_TEXT = 900_000
"""Characters of a workbook in base64: more than the largest has that is taken."""
PART_TEXT = 800_004
"""Characters of a part of a file in base64."""

# What is entered --------------------------------------------------------------------------------------------------


class ScheduleKind(StrEnum):
    """時間輸入: one of the three kinds."""

    CONTINUOUS = "continuous"
    """持續"""
    RECURRING = "recurring"
    """間斷"""
    PICKED = "picked"
    """選擇"""


class Choice(StrEnum):
    """What is taken of a workbook that has rows at fault."""

    ALL_OR_NOTHING = "all_or_nothing"
    """全部正確才匯入"""
    GOOD_ROWS = "good_rows"
    """只匯入正確的列"""


@dataclass(frozen=True)
class ScheduleEntry:
    """支援時間. 持續: `first`, `last`, both times; 間斷: these, `rule` and `exceptions`; 選擇: `days` and both times.

    Times are `0900` or `09:00`; `rule` is one of the five patterns in RFC 5545, such as `FREQ=DAILY;INTERVAL=2`.
    """

    kind: ScheduleKind
    starts: str = field(metadata=_TIME)
    ends: str = field(metadata=_TIME)
    first: date | None = None
    last: date | None = None
    rule: str = field(default="", metadata=_RULE)
    exceptions: tuple[date, ...] = ()
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class PlaceEntry:
    """被支援機構 by its code; a non-medical place by its name too, as one code may stand for several."""

    code: str = field(metadata=_CODE)
    name: str = field(default="", metadata=_NAME)


@dataclass(frozen=True)
class TermsEntry:
    """What can be amended: 支援目的, 支援時間, 備註."""

    purposes: tuple[Purpose, ...]
    schedule: ScheduleEntry
    remarks: str = ""


@dataclass(frozen=True)
class LineEntry:
    """報備支援明細. `line_id` names the line that it takes the place of; without one it is another."""

    practitioner: str = field(metadata=_CODE)
    place: PlaceEntry
    terms: TermsEntry
    department: str = field(default="", metadata=_CODE)
    line_id: UUID | None = None


@dataclass(frozen=True)
class AmendmentEntry:
    """變更後資料 of one approved support, whole."""

    support_id: UUID
    terms: TermsEntry


# Whoever applies --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DraftApplication:
    """單筆申請, 變更, 註銷: begin a draft, which has its number from then on."""

    kind: ApplicationKind


@dataclass(frozen=True)
class SetLines:
    """時間輸入: add lines to a draft for new supports, or say anew what they are."""

    application_id: UUID
    lines: tuple[LineEntry, ...]


@dataclass(frozen=True)
class ImportLines:
    """整批匯入: what is taken of a workbook, as a draft of its own; a workbook that is known changes nothing.

    `digest` is the SHA-256 of its bytes in hex; `rows` are the rows of the lines, by their numbers in the sheet, and
    `refused` those that were left out.
    """

    workbook: BatchKind
    digest: str = field(metadata={"limit": 64})
    lines: tuple[LineEntry, ...]
    rows: tuple[int, ...]
    refused: tuple[int, ...] = ()


@dataclass(frozen=True)
class ImportBatch:
    """匯入, 試匯: the bytes of a workbook in base64, what of it is to be taken, and the language of the answer."""

    kind: BatchKind
    content: str = field(metadata={"limit": WORKBOOK_TEXT}, repr=False)
    choice: Choice
    language: Language


@dataclass(frozen=True)
class ReceivePart:
    """A part of a file that is to be attached to a line, by its number from 0; `upload` is an id made up by its sender.

    Every part but the last has 600,000 bytes; `content` is base64.
    """

    application_id: UUID
    line_id: UUID
    upload: UUID
    number: int
    content: str = field(metadata={"limit": PART_TEXT}, repr=False)


@dataclass(frozen=True)
class AttachFile:
    """上傳附件 to a line, while lines can be set: `upload`, under which its parts were received, is the file's id."""

    application_id: UUID
    line_id: UUID
    upload: UUID
    parts: int
    name: str = field(metadata={"limit": 200})


@dataclass(frozen=True)
class DetachFile:
    """刪除附件, while lines can be set."""

    application_id: UUID
    file_id: UUID


@dataclass(frozen=True)
class SetAmendments:
    """單筆變更, 整批變更: say what approved supports are to become."""

    application_id: UUID
    amendments: tuple[AmendmentEntry, ...]


@dataclass(frozen=True)
class NameCancellations:
    """單筆註銷, 整批註銷: say which approved supports are to end."""

    application_id: UUID
    support_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class RemoveLines:
    """刪除 of lines of a draft, or of supports that it was to be about."""

    application_id: UUID
    line_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class DiscardDraft:
    """Throw away a draft that was never submitted."""

    application_id: UUID


@dataclass(frozen=True)
class SubmitForReview:
    """送審, 重送, after a second look: `lines` is how many of them the caller has confirmed."""

    application_id: UUID
    lines: int


@dataclass(frozen=True)
class CancelAllOutstanding:
    """執行整批註銷 of every approved support from a home institution that the practitioner has left.

    `supports` is how many of them the caller has confirmed.
    """

    practitioner: str = field(metadata=_CODE)
    institution: str = field(metadata=_CODE)
    supports: int


@dataclass(frozen=True)
class StateStrength:
    """自有診次與醫師數 of the caller's institution: sessions of its own doctors in a week, and how many doctors."""

    weekly_sessions: int
    doctors: int


# The bureau -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AssignReview:
    """分案 to the caller, or by a manager to the account named."""

    application_id: UUID
    reviewer: str = field(default="", metadata=_NAME)


@dataclass(frozen=True)
class ApproveApplication:
    """核准."""

    application_id: UUID


@dataclass(frozen=True)
class DenyApplication:
    """不核准, for a coded reason, and in the bureau's words where the code does not say it."""

    application_id: UUID
    reason: DenialReason
    explanation: str = ""


@dataclass(frozen=True)
class ReturnApplication:
    """退回, likewise: it may be mended and submitted again."""

    application_id: UUID
    reason: ReturnReason
    explanation: str = ""


# How long it is kept ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HoldRetention:
    """法律保全: keep what was written in an application although its time may be over."""

    application_id: UUID
    ground: HoldGround


@dataclass(frozen=True)
class LiftRetentionHold:
    """解除保全."""

    application_id: UUID


@dataclass(frozen=True)
class ForgetApplication:
    """保存期滿: destroy the key of what people wrote in an application."""

    application_id: UUID


# The insurer's file -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProduceRegisterFile:
    """報備支援清冊檔: make the file of the last working day whose hour has come."""


@dataclass(frozen=True)
class DeliverRegisterFileAgain:
    """重送: deliver the file of a Taipei day once more."""

    day: date


# Whoever runs it ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BringSupportOver:
    """新舊系統銜接: a support that the system before has approved, so that it can be changed and cancelled here.

    It is known there by its `case_no` and its `row` in that case, from 1; `institution` is the home institution. What
    was remarked there is not brought over.
    """

    case_no: str = field(metadata=_CODE)
    row: int
    recorded_by: RecordedBy
    practitioner: str = field(metadata=_CODE)
    institution: str = field(metadata=_CODE)
    place: PlaceEntry
    purposes: tuple[Purpose, ...]
    schedule: ScheduleEntry
    department: str = field(default="", metadata=_CODE)


# Caretrail itself -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoteDeparture:
    """The registry tells that an institution, or a practitioner, can send nobody from now on."""

    institution: str
    practitioner: str
    cause: DepartureCause


@dataclass(frozen=True)
class NoteReturn:
    """The registry tells that this cause no longer holds."""

    institution: str
    practitioner: str
    cause: DepartureCause


@dataclass(frozen=True)
class EngageMoveLock:
    """Lock a practitioner out who has left a home institution with approved supports from there."""

    practitioner: str
    institution: str
    cause: DepartureCause


@dataclass(frozen=True)
class ReleaseMoveLock:
    """Open again what nothing speaks for keeping locked."""

    practitioner: str
    institution: str
    cause: ReleaseCause
