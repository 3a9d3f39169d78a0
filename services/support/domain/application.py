"""案件: an application to work elsewhere, to change that or to end it, for many people and places (DOMAIN §2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace

from services.support import events
from services.support.domain import guards
from services.support.domain.refusals import heed
from services.support.domain.states import ApplicationState
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.events import (
        ApplicationKind,
        AttachedFile,
        BatchKind,
        DenialReason,
        HoldGround,
        Line,
        LineFinding,
        NamedSupport,
        RecordedBy,
        ReturnReason,
        ReviewersRemarks,
    )
    from shared.events import Event
    from shared.sealing import Sealed, SubjectId


@dataclass(frozen=True)
class Applicant:
    """建檔身份: an institution for its staff, or a practitioner (by number) for themselves; the home and its county."""

    recorded_by: RecordedBy
    institution: str
    practitioner: str
    county: str


@dataclass(frozen=True)
class Batch:
    """The workbook that lines are from, by its keyed digest: which of its rows were taken, and which left out."""

    kind: BatchKind
    digest: str
    taken: tuple[int, ...]
    refused: tuple[int, ...]


class Application(Aggregate):
    """What is asked of the bureau of the home county, under one number, and decided as a whole.

    Each command raises what its guard (`guards`) answers; who may ask is another question (`access`).
    """

    TOPIC = "support.Application"

    SupportDrafted = events.SupportDrafted
    ScheduleSet = events.ScheduleSet
    BatchImported = events.BatchImported
    FileAttached = events.FileAttached
    FileDetached = events.FileDetached
    SupportsNamed = events.SupportsNamed
    LinesRemoved = events.LinesRemoved
    SupportDiscarded = events.SupportDiscarded
    SupportSubmitted = events.SupportSubmitted
    ReviewAssigned = events.ReviewAssigned
    ApplicationApproved = events.ApplicationApproved
    SupportDenied = events.SupportDenied
    SupportReturned = events.SupportReturned
    RetentionHeld = events.RetentionHeld
    RetentionHoldLifted = events.RetentionHoldLifted
    ApplicationForgotten = events.ApplicationForgotten

    @classmethod
    def draft(cls, kind: ApplicationKind, applicant: Applicant, *, case_no: str, now: datetime) -> Self:
        """單筆申請, 變更, 註銷: a draft, which has its number from the beginning."""
        return cls._create(cls.SupportDrafted, timestamp=now, kind=kind, case_no=case_no, **vars(applicant))

    @event(events.SupportDrafted)
    def __init__(  # noqa: PLR0913 - the fields of the event
        self,
        *,
        case_no: str,
        kind: ApplicationKind,
        recorded_by: RecordedBy,
        institution: str,
        practitioner: str,
        county: str,
    ) -> None:
        self.case_no = case_no
        self.kind = kind
        self.applicant = Applicant(recorded_by, institution, practitioner, county)
        self.state = ApplicationState.DRAFT
        self.lines: dict[UUID, Line] = {}
        self.supports: dict[UUID, NamedSupport] = {}
        self.batch: Batch | None = None
        self.files: dict[UUID, tuple[UUID, AttachedFile]] = {}
        self.submissions = 0
        self.submitted_at: datetime | None = None
        self.is_held = False
        self.copied_to: tuple[str, ...] = ()
        self.findings: tuple[LineFinding, ...] = ()
        self.reviewer = ""

    @property
    def stream_subject(self) -> str:
        """The case number, under which its events are published."""
        return self.case_no

    @property
    def entries(self) -> Sequence[Line | NamedSupport]:
        """What it consists of, in the order in which it was entered."""
        return (*self.lines.values(), *self.supports.values())

    @property
    def practitioners(self) -> frozenset[str]:
        """Everybody whom it is about, by number."""
        return frozenset(entry.practitioner for entry in self.entries)

    def files_of(self, line: UUID) -> Sequence[AttachedFile]:
        """附件 of a line, in the order in which they were attached."""
        return [file for of, file in self.files.values() if of == line]

    # Whoever applies ---------------------------------------------------------------------------------------------

    def set_lines(self, lines: Sequence[Line], limit: int, now: datetime) -> None:
        """時間輸入: new lines, and those known by their id as they are to be; at most `limit` in all."""
        heed(guards.setting_lines(self, lines, limit))
        self._record(self.ScheduleSet, now, lines=tuple(lines))

    def note_batch(self, batch: Batch, now: datetime) -> None:
        """整批匯入: say from which workbook its lines are."""
        home = {"institution": self.applicant.institution, "practitioner": self.applicant.practitioner}
        self._record(self.BatchImported, now, recorded_by=self.applicant.recorded_by, **home, **vars(batch))

    def attach(self, line: UUID, file: AttachedFile, most: int, now: datetime) -> None:
        """上傳附件 to a line."""
        heed(guards.attaching(self, line, most))
        self._record(self.FileAttached, now, line=line, file=file)

    def detach(self, file: UUID, now: datetime) -> None:
        """刪除附件."""
        heed(guards.detaching(self, file))
        line, _ = self.files[file]
        self._record(self.FileDetached, now, line=line, file=file)

    def name_supports(self, supports: Sequence[NamedSupport], limit: int, now: datetime) -> None:
        """變更, 註銷: approved supports that it is about, with what they are to become."""
        heed(guards.naming_supports(self, supports, limit))
        self._record(self.SupportsNamed, now, supports=tuple(supports))

    def remove(self, entries: Collection[UUID], now: datetime) -> None:
        """刪除 of lines, or of supports that it was to be about."""
        heed(guards.removing(self, entries))
        self._record(self.LinesRemoved, now, lines=tuple(entries))

    def discard(self, now: datetime) -> None:
        """Throw the draft away."""
        heed(guards.discarding(self))
        self._record(self.SupportDiscarded, now)

    def submit(self, findings: Sequence[LineFinding], *, confirmed: int, due_by: datetime, now: datetime) -> None:
        """送審, 重送 of as many lines as were `confirmed`; the bureau decides by `due_by`."""
        heed(guards.submitting(self, confirmed))
        counties = {entry.place.county for entry in self.entries} - {self.applicant.county}
        asked = {"number": self.submissions + 1, "due_by": due_by, "copied_to": tuple(sorted(counties))}
        self._record_of_home(self.SupportSubmitted, now, **asked, findings=tuple(findings))

    # The bureau --------------------------------------------------------------------------------------------------

    def assign(self, reviewer: str, now: datetime) -> None:
        """分案 to an account of the bureau."""
        heed(guards.deciding(self))
        self._record(self.ReviewAssigned, now, reviewer=reviewer)

    def approve(self, now: datetime) -> None:
        """核准; what it means for each support is said there."""
        heed(guards.deciding(self))
        self._record_of_home(self.ApplicationApproved, now, copied_to=self.copied_to)

    def deny(self, reason: DenialReason, explanation: Sealed[ReviewersRemarks] | None, now: datetime) -> None:
        """不核准."""
        heed(guards.deciding(self))
        self._record_of_home(self.SupportDenied, now, reason=reason, explanation=explanation)

    def send_back(self, reason: ReturnReason, explanation: Sealed[ReviewersRemarks] | None, now: datetime) -> None:
        """退回."""
        heed(guards.deciding(self))
        self._record_of_home(self.SupportReturned, now, reason=reason, explanation=explanation)

    # How long it is kept -----------------------------------------------------------------------------------------

    def hold(self, ground: HoldGround, now: datetime) -> None:
        """法律保全."""
        heed(guards.holding(self))
        self._record(self.RetentionHeld, now, ground=ground)

    def lift_hold(self, now: datetime) -> None:
        """解除保全."""
        heed(guards.lifting_hold(self))
        self._record(self.RetentionHoldLifted, now)

    def forget(self, subject: SubjectId, now: datetime) -> None:
        """保存期滿: nothing that was sealed for this subject opens any more."""
        heed(guards.forgetting(self))
        self._record(self.ApplicationForgotten, now, subject=subject)

    def _record(self, fact: type[Event], now: datetime, **figures: Any) -> None:
        self.trigger_event(fact, timestamp=now, case_no=self.case_no, **figures)

    def _record_of_home(self, fact: type[Event], now: datetime, **figures: Any) -> None:
        home = {"institution": self.applicant.institution, "county": self.applicant.county}
        self._record(fact, now, kind=self.kind, **home, **figures)

    # What each fact changes --------------------------------------------------------------------------------------

    @event(events.ScheduleSet)
    def _schedule_set(self, lines: tuple[Line, ...]) -> None:
        others = {
            line.id for line in lines if line.id in self.lines and self.lines[line.id].practitioner != line.practitioner
        }
        self.files = {file: held for file, held in self.files.items() if held[0] not in others}
        self.lines |= {line.id: line for line in lines}

    @event(events.BatchImported)
    def _batch_imported(self, kind: BatchKind, digest: str, taken: tuple[int, ...], refused: tuple[int, ...]) -> None:
        self.batch = Batch(kind, digest, taken, refused)

    @event(events.FileAttached)
    def _file_attached(self, line: UUID, file: AttachedFile) -> None:
        self.files[file.id] = (line, file)
        self._name_files_of(line)

    @event(events.FileDetached)
    def _file_detached(self, line: UUID, file: UUID) -> None:
        self.files.pop(file, None)
        self._name_files_of(line)

    def _name_files_of(self, line: UUID) -> None:
        parts = tuple(part for file in self.files_of(line) for part in file.parts)
        self.lines[line] = replace(self.lines[line], attachments=parts)

    @event(events.SupportsNamed)
    def _supports_named(self, supports: tuple[NamedSupport, ...]) -> None:
        self.supports |= {named.support: named for named in supports}

    @event(events.LinesRemoved)
    def _lines_removed(self, lines: tuple[UUID, ...]) -> None:
        for removed in lines:
            self.lines.pop(removed, None)
            self.supports.pop(removed, None)
        self.files = {file: held for file, held in self.files.items() if held[0] in self.lines}

    @event(events.SupportDiscarded)
    def _support_discarded(self) -> None:
        self.state = ApplicationState.DISCARDED

    @event(events.SupportSubmitted)
    def _support_submitted(
        self, timestamp: datetime, number: int, copied_to: tuple[str, ...], findings: tuple[LineFinding, ...]
    ) -> None:
        self.state = ApplicationState.UNDER_REVIEW
        self.submitted_at = timestamp
        self.submissions = number
        self.copied_to = copied_to
        self.findings = findings

    @event(events.ReviewAssigned)
    def _review_assigned(self, reviewer: str) -> None:
        self.reviewer = reviewer

    @event(events.ApplicationApproved)
    def _application_approved(self) -> None:
        self.state = ApplicationState.APPROVED

    @event(events.SupportDenied)
    def _support_denied(self) -> None:
        self.state = ApplicationState.DENIED

    @event(events.SupportReturned)
    def _support_returned(self) -> None:
        self.state = ApplicationState.RETURNED

    @event(events.RetentionHeld)
    def _retention_held(self) -> None:
        self.is_held = True

    @event(events.RetentionHoldLifted)
    def _retention_hold_lifted(self) -> None:
        self.is_held = False

    @event(events.ApplicationForgotten)
    def _application_forgotten(self) -> None:
        self.submitted_at = None
