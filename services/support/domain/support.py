"""支援: what a bureau has approved of one practitioner at one place, until it is over or cancelled (DOMAIN §2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from services.support import events
from services.support.domain import guards
from services.support.domain.refusals import heed
from services.support.domain.states import SupportState
from services.support.events import CancelledBy
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.support.domain.application import Application
    from services.support.events import DenialReason, Line, RecordedBy, SupportedPlace, Terms
    from shared.events import Event


class Span(NamedTuple):
    """The first and the last moment of a schedule, both aware."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Held:
    """By whom a support is held, from which home institution, at which place and department: never amended."""

    practitioner: str
    institution: str
    county: str
    place: SupportedPlace
    department: str


@dataclass(frozen=True)
class PendingChange:
    """案件變更或註銷申請中: the application that is under review; `after` None of a cancellation."""

    application: UUID
    case_no: str
    after: Terms | None


class Support(Aggregate):
    """One support. Its terms hold until another application has been approved; one is under review at a time."""

    TOPIC = "support.Support"

    SupportApproved = events.SupportApproved
    SupportBroughtOver = events.SupportBroughtOver
    AmendRequested = events.AmendRequested
    CancelRequested = events.CancelRequested
    SupportAmended = events.SupportAmended
    AmendDenied = events.AmendDenied
    CancelDenied = events.CancelDenied
    ChangeReturned = events.ChangeReturned
    SupportCancelled = events.SupportCancelled

    @classmethod
    def approve(cls, line: Line, application: Application, span: Span, now: datetime) -> Self:
        """已核准: what one line of an application asked for, under the id of that line."""
        applicant = application.applicant
        return cls._create(
            cls.SupportApproved,
            id=line.id,
            timestamp=now,
            application=application.id,
            case_no=application.case_no,
            recorded_by=applicant.recorded_by,
            practitioner=line.practitioner,
            institution=applicant.institution,
            county=applicant.county,
            place=line.place,
            department=line.department,
            terms=line.terms,
            attachments=line.attachments,
            **span._asdict(),
        )

    @classmethod
    def bring_over(  # noqa: PLR0913 - what is known of it there
        cls,
        support_id: UUID,
        held: Held,
        terms: Terms,
        span: Span,
        now: datetime,
        *,
        application: UUID,
        case_no: str,
        recorded_by: RecordedBy,
        source: str,
    ) -> Self:
        """新舊系統銜接: a support that another system has approved, under its number there."""
        return cls._create(
            cls.SupportBroughtOver,
            id=support_id,
            timestamp=now,
            application=application,
            case_no=case_no,
            recorded_by=recorded_by,
            terms=terms,
            attachments=(),
            source=source,
            **vars(held),
            **span._asdict(),
        )

    @event(events.SupportApproved)
    def __init__(  # noqa: PLR0913 - the fields of the event
        self,
        *,
        application: UUID,
        case_no: str,
        recorded_by: RecordedBy,
        practitioner: str,
        institution: str,
        county: str,
        place: SupportedPlace,
        department: str,
        terms: Terms,
        attachments: tuple[str, ...],
        starts_at: datetime,
        ends_at: datetime,
    ) -> None:
        self.application = application
        self.case_no = case_no
        self.recorded_by = recorded_by
        self.held = Held(practitioner, institution, county, place, department)
        self.terms = terms
        self.attachments = attachments
        self.span = Span(starts_at, ends_at)
        self.pending: PendingChange | None = None
        self.is_cancelled = False

    @property
    def stream_subject(self) -> str:
        """The number of the case in which it was approved, under which its events are published."""
        return self.case_no

    @property
    def state(self) -> SupportState:
        """How it stands."""
        if self.is_cancelled:
            return SupportState.CANCELLED
        if self.pending is None:
            return SupportState.APPROVED
        return SupportState.CANCEL_PENDING if self.pending.after is None else SupportState.AMEND_PENDING

    def is_outstanding(self, now: datetime) -> bool:
        """Whether it is approved and not over: what a move lock counts."""
        return not self.is_cancelled and self.span.ends_at > now

    def request_change(self, application: Application, after: Terms | None, now: datetime) -> None:
        """變更, or 註銷 where `after` is None: asked for by an application that has been submitted."""
        heed(guards.changing(self, after, now))
        asked = {"application": application.id, "case_no": application.case_no}
        if after is None:
            self.trigger_event(self.CancelRequested, timestamp=now, **asked)
        else:
            self.trigger_event(self.AmendRequested, timestamp=now, **asked, before=self.terms, after=after)

    def grant_change(self, application: Application, span: Span, now: datetime) -> None:
        """What the application asked for, from now on; `span` is that of the terms afterwards."""
        if (pending := self._pending_in(application)) is None:
            return
        if pending.after is None:
            self._cancel(CancelledBy.APPLICATION, now, pending.application, pending.case_no)
            return
        changed = {"before": self.terms, "after": pending.after, **span._asdict()}
        self._record_of_change(self.SupportAmended, pending, now, **vars(self.held), **changed)

    def refuse_change(self, application: Application, reason: DenialReason, now: datetime) -> None:
        """It stays as it is."""
        if (pending := self._pending_in(application)) is not None:
            denied = self.CancelDenied if pending.after is None else self.AmendDenied
            self._record_of_change(denied, pending, now, reason=reason)

    def let_go_of_change(self, application: Application, now: datetime) -> None:
        """退回: until the application is submitted again, another may be about this support."""
        if (pending := self._pending_in(application)) is not None:
            self._record_of_change(self.ChangeReturned, pending, now)

    def cancel_after_departure(self, now: datetime) -> None:
        """執行整批註銷: whoever has left the home institution cancels it without the bureau."""
        heed(guards.cancelling(self))
        self._cancel(CancelledBy.MOVE_LOCK, now, None, "")

    def _pending_in(self, application: Application) -> PendingChange | None:
        """What the application has yet to do here; None where a move lock has cancelled the support meanwhile."""
        is_ours = self.pending is not None and self.pending.application == application.id
        return self.pending if is_ours else None

    def _cancel(self, way: CancelledBy, now: datetime, application: UUID | None, case_no: str) -> None:
        told = {**vars(self.held), "terms": self.terms, "cancelled_by": way}
        self.trigger_event(self.SupportCancelled, timestamp=now, application=application, case_no=case_no, **told)

    def _record_of_change(self, fact: type[Event], pending: PendingChange, now: datetime, **figures: Any) -> None:
        named = {"application": pending.application, "case_no": pending.case_no}
        self.trigger_event(fact, timestamp=now, **named, **figures)

    # What each fact changes --------------------------------------------------------------------------------------

    @event(events.AmendRequested)
    def _amend_requested(self, application: UUID, case_no: str, after: Terms) -> None:
        self.pending = PendingChange(application, case_no, after)

    @event(events.CancelRequested)
    def _cancel_requested(self, application: UUID, case_no: str) -> None:
        self.pending = PendingChange(application, case_no, None)

    @event(events.SupportAmended)
    def _support_amended(self, after: Terms, starts_at: datetime, ends_at: datetime) -> None:
        self.terms = after
        self.span = Span(starts_at, ends_at)
        self.pending = None

    @event(events.AmendDenied)
    def _amend_denied(self) -> None:
        self.pending = None

    @event(events.CancelDenied)
    def _cancel_denied(self) -> None:
        self.pending = None

    @event(events.ChangeReturned)
    def _change_returned(self) -> None:
        self.pending = None

    @event(events.SupportCancelled)
    def _support_cancelled(self) -> None:
        self.is_cancelled = True
        self.pending = None
