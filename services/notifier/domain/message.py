"""訊息: one mail or SMS to one recipient, from the queue to its outcome. It is marked before it leaves, never after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from services.notifier import events
from services.notifier.commands import Twice
from services.notifier.domain import refusals
from services.notifier.domain.statuses import ON_ITS_WAY, Status
from services.notifier.events import Audience, Channel, Doubt, FailureReason, Finding, Hindrance, Prospect
from shared.events import Aggregate, event
from shared.refusals import heed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.notifier.domain.policies import Limit, Policy
    from services.notifier.events import Parameters, Recipient
    from shared.refusals import Refusal
    from shared.sealing import Sealed

PERMANENT = frozenset(
    {
        FailureReason.NO_ADDRESS,
        FailureReason.ADDRESS_UNKNOWN,
        FailureReason.CONTENT_REFUSED,
        FailureReason.OPTED_OUT,
        FailureReason.REFUSED,
    }
)
"""Trying again as it is leads to the same answer; the others may pass."""


@dataclass(frozen=True)
class Draft:
    """What a message is, before it is queued; see `MessageQueued`."""

    template: str
    template_version: int
    language: str
    channel: Channel
    audience: Audience
    recipient: Sealed[Recipient] | None
    parameters: Sealed[Parameters] | None
    follows: str
    happened_at: datetime
    send_from: datetime
    send_by: datetime
    useful_until: datetime | None = None
    case_no: str = ""
    institution: str = ""
    county: str = ""
    account: UUID | None = None


@dataclass(frozen=True)
class Handover:
    """How an attempt is marked: by which carrier, whether that knows a key again, and until when its outcome is due."""

    carrier: str
    repeatable: bool
    outcome_by: datetime


class NotDue(RuntimeError):
    """The message is not to be sent now, or not any more: somebody else has seen to it."""


class Message(Aggregate):
    """One message. At any time it is known whether it may have left."""

    TOPIC = "notifier.Message"

    MessageQueued = events.MessageQueued
    MessageSending = events.MessageSending
    MessageSent = events.MessageSent
    MessageDelivered = events.MessageDelivered
    MessageDeferred = events.MessageDeferred
    MessageFailed = events.MessageFailed
    MessageUncertain = events.MessageUncertain
    MessageChecked = events.MessageChecked
    MessageReaddressed = events.MessageReaddressed
    MessageResent = events.MessageResent
    MessageSuppressed = events.MessageSuppressed
    MessageExpired = events.MessageExpired

    @classmethod
    def queue(cls, draft: Draft, now: datetime) -> Self:
        """The message waits to be sent."""
        return cls._create(cls.MessageQueued, timestamp=now, **vars(draft))

    @event(events.MessageQueued)
    def __init__(  # noqa: PLR0913 - the fields of the event
        self,
        *,
        template: str,
        template_version: int,
        language: str,
        channel: Channel,
        audience: Audience,
        recipient: Sealed[Recipient] | None,
        parameters: Sealed[Parameters] | None,
        follows: str,
        happened_at: datetime,
        send_from: datetime,
        send_by: datetime,
        useful_until: datetime | None,
        case_no: str,
        institution: str,
        county: str,
        account: UUID | None,
    ) -> None:
        self.draft = Draft(
            template=template,
            template_version=template_version,
            language=language,
            channel=channel,
            audience=audience,
            recipient=recipient,
            parameters=parameters,
            follows=follows,
            happened_at=happened_at,
            send_from=send_from,
            send_by=send_by,
            useful_until=useful_until,
            case_no=case_no,
            institution=institution,
            county=county,
            account=account,
        )
        self.status = Status.WAITING
        self.due_at = send_from
        self.send_by = send_by
        self.attempt = 0
        self.tries = 0
        self.request = 0
        self.repeatable = False
        self.resent_at: datetime | None = None

    @property
    def stream_subject(self) -> str:
        """The case that the message is about; of one about no case, its own id."""
        return self.draft.case_no or str(self.id)

    @property
    def key(self) -> str:
        """By what the carrier can know the message again: another one each time that a person asks to send it."""
        return f"{self.id}.{self.request}"

    # Sending ------------------------------------------------------------------------------------------------------

    def begin_sending(self, handover: Handover, now: datetime) -> None:
        """Mark the message before it leaves; raises `NotDue` where it must not leave now."""
        if self.status != Status.WAITING or not self.due_at <= now <= self.send_by:
            raise NotDue(str(self.id))
        self.trigger_event(self.MessageSending, timestamp=now, attempt=self.attempt + 1, key=self.key, **vars(handover))

    @event(events.MessageSending)
    def _sending(self, attempt: int, repeatable: bool, outcome_by: datetime) -> None:  # noqa: FBT001 - the event's field
        self.status = Status.SENDING
        self.attempt = attempt
        self.tries += 1
        self.repeatable = repeatable
        self.due_at = outcome_by

    def record_sent(self, attempt: int, provider_id: str, now: datetime) -> None:
        """The carrier has it, also where that comes to light after the attempt was given up as uncertain."""
        self._refuse_other_attempt(attempt)
        self.trigger_event(self.MessageSent, timestamp=now, attempt=attempt, provider_id=provider_id)

    @event(events.MessageSent)
    def _sent(self) -> None:
        self.status = Status.SENT

    def record_failure(
        self, attempt: int, reason: FailureReason, answer: str, retry_at: datetime | None, now: datetime
    ) -> None:
        """The attempt failed: it is tried again at `retry_at`, if that may help and is not too late."""
        self._refuse_other_attempt(attempt)
        if reason in PERMANENT or retry_at is None or retry_at > self.send_by:
            self.fail(reason, answer, now)
        else:
            self.trigger_event(
                self.MessageDeferred, timestamp=now, attempt=attempt, reason=reason, answer=answer, retry_at=retry_at
            )

    @event(events.MessageDeferred)
    def _deferred(self, retry_at: datetime) -> None:
        self.status = Status.WAITING
        self.due_at = retry_at

    def record_doubt(self, attempt: int, doubt: Doubt, retry_at: datetime | None, now: datetime) -> None:
        """Nobody knows whether it has left. A carrier that knows the key again is simply asked again, at `retry_at`."""
        self._refuse_other_attempt(attempt)
        if self.repeatable and retry_at is not None and retry_at <= self.send_by:
            reason = FailureReason.NO_ANSWER
            self.trigger_event(
                self.MessageDeferred, timestamp=now, attempt=attempt, reason=reason, answer="", retry_at=retry_at
            )
        else:
            self.trigger_event(self.MessageUncertain, timestamp=now, attempt=attempt, doubt=doubt)

    @event(events.MessageUncertain)
    def _uncertain(self) -> None:
        self.status = Status.UNCERTAIN

    def is_lost(self, now: datetime) -> bool:
        """Whether it was marked as leaving so long ago that whoever marked it has ended."""
        return self.status == Status.SENDING and now > self.due_at

    def record_delivered(self, now: datetime) -> None:
        """The carrier has delivered it; told twice it is the same."""
        if self.status != Status.DELIVERED:
            self.trigger_event(self.MessageDelivered, timestamp=now)

    @event(events.MessageDelivered)
    def _delivered(self) -> None:
        self.status = Status.DELIVERED

    def fail(self, reason: FailureReason, answer: str, now: datetime) -> None:
        """It did not arrive and is not tried again by itself."""
        prospect = Prospect.PERMANENT if reason in PERMANENT else Prospect.TEMPORARY
        self.trigger_event(
            self.MessageFailed, timestamp=now, attempt=self.attempt, reason=reason, prospect=prospect, answer=answer
        )

    @event(events.MessageFailed)
    def _failed(self) -> None:
        self.status = Status.FAILED

    # Not sent -----------------------------------------------------------------------------------------------------

    def expire(self, now: datetime) -> None:
        """Its time has passed."""
        self.trigger_event(self.MessageExpired, timestamp=now)

    @event(events.MessageExpired)
    def _expired(self) -> None:
        self.status = Status.EXPIRED

    def suppress_at(self, limit: Limit, now: datetime) -> None:
        """The recipient has had enough for this hour or day."""
        self.trigger_event(
            self.MessageSuppressed,
            timestamp=now,
            hindrance=Hindrance.LIMIT_REACHED,
            most=limit.most,
            per=limit.per.value,
        )

    def suppress_forgotten(self, now: datetime) -> None:
        """Nobody can read the address any more."""
        self.trigger_event(self.MessageSuppressed, timestamp=now, hindrance=Hindrance.FORGOTTEN, most=0, per="")

    @event(events.MessageSuppressed)
    def _suppressed(self) -> None:
        self.status = Status.SUPPRESSED

    # What people do -----------------------------------------------------------------------------------------------

    def objection_to_resend(self, now: datetime) -> Refusal | None:
        """Why the message cannot be sent again; None where it can."""
        draft = self.draft
        if self.status in ON_ITS_WAY:
            return refusals.MessageOnItsWay()
        if draft.recipient is None:
            return refusals.NobodyToSendTo(institution=draft.institution, county=draft.county)
        if draft.useful_until is not None and now > draft.useful_until:
            return refusals.MessageOfNoUse(since=draft.useful_until)
        return None

    def objection_to_repeating(self, twice: Twice, policy: Policy, now: datetime) -> Refusal | None:
        """Why it should not be sent again as yet: it may have arrived, or somebody has just asked for the same."""
        if self.status == Status.UNCERTAIN and twice is not Twice.ACCEPTED:
            return refusals.MessagePerhapsArrived("twice")
        if self.resent_at is not None and now < self.resent_at + policy.resend_pause:
            return refusals.ResentJustNow(at=self.resent_at + policy.resend_pause)
        return None

    def readdress(
        self, channel: Channel, recipient: Sealed[Recipient], parameters: Sealed[Parameters], now: datetime
    ) -> None:
        """The recipient can be reached elsewhere now; raises the objection to sending it again."""
        heed(self.objection_to_resend(now))
        self.trigger_event(
            self.MessageReaddressed, timestamp=now, channel=channel, recipient=recipient, parameters=parameters
        )

    @event(events.MessageReaddressed)
    def _readdressed(self, channel: Channel, recipient: Sealed[Recipient], parameters: Sealed[Parameters]) -> None:
        self.draft = replace(self.draft, channel=channel, recipient=recipient, parameters=parameters)

    def resend(self, send_by: datetime, now: datetime) -> None:
        """A person asks to send it again; raises the objection to that."""
        heed(self.objection_to_resend(now))
        channel = self.draft.channel
        self.trigger_event(
            self.MessageResent, timestamp=now, channel=channel, request=self.request + 1, send_by=send_by
        )

    @event(events.MessageResent)
    def _resent(self, timestamp: datetime, request: int, send_by: datetime) -> None:
        self.status = Status.WAITING
        self.request = request
        self.due_at = self.resent_at = timestamp
        self.send_by = send_by
        self.tries = 0

    def check(self, finding: Finding, now: datetime) -> None:
        """An operator has found out what became of it; refuses with `MessageNotUncertain`."""
        if self.status != Status.UNCERTAIN:
            raise refusals.MessageNotUncertain(status=self.status)
        self.trigger_event(self.MessageChecked, timestamp=now, finding=finding)

    @event(events.MessageChecked)
    def _checked(self, finding: Finding) -> None:
        self.status = Status.SENT if finding == Finding.ARRIVED else Status.FAILED

    def _refuse_other_attempt(self, attempt: int) -> None:
        """What is told must be about the last attempt, as long as nobody has settled that otherwise."""
        if attempt != self.attempt or self.status not in (Status.SENDING, Status.UNCERTAIN):
            raise NotDue(str(self.id))
