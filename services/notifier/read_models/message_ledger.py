"""訊息紀錄: every mail and SMS, with whom it was for, what became of it and why; and whom somebody should call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.notifier import events
from services.notifier.domain.statuses import ON_ITS_WAY, UNREACHED, Status
from shared.access import BUREAU, CLINIC, FAMILY
from shared.principal import Principal, Role
from shared.read_models.filters import asked_of
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Direction, Listing, Page, check_limit
from shared.sealing import Sealed, SubjectId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.events import Event
    from shared.read_models.reader import Reader

CHECKED_NOT_ARRIVED = "checked_not_arrived"
"""The reason of a message of which an operator found that it did not arrive."""


class LedgerEntry(msgspec.Struct, frozen=True, gc=False):
    """One message. `reason` is the coded reason of its status, where that has one; the words say what to do.

    `subject` is whose it is, `due_at` when it is tried next, `attempts` how often it was.
    """

    id: UUID
    template: str
    template_version: int
    language: str
    channel: events.Channel
    audience: events.Audience
    subject: SubjectId | None
    recipient: Sealed[events.Recipient] | None
    parameters: Sealed[events.Parameters] | None
    follows: str
    case_no: str
    institution: str
    county: str
    account: UUID | None
    queued_at: datetime
    changed_at: datetime
    due_at: datetime | None
    useful_until: datetime | None
    status: Status
    reason: str = ""
    answer: str = ""
    limit_most: int = 0
    limit_per: str = ""
    attempts: int = 0
    request: int = 0
    carrier: str = ""
    provider_id: str = ""

    @property
    def key(self) -> str:
        """By what the carrier knows it, as it was asked for last."""
        return f"{self.id}.{self.request}"

    def can_be_sent_again(self, now: datetime) -> bool:
        """Whether asking to send it again would be taken, as far as this row tells."""
        useful = self.useful_until is None or now <= self.useful_until
        return self.status not in ON_ITS_WAY and self.recipient is not None and useful


def _queued(event: events.MessageQueued) -> LedgerEntry:
    return LedgerEntry(
        id=event.originator_id,
        template=event.template,
        template_version=event.template_version,
        language=event.language,
        channel=event.channel,
        audience=event.audience,
        subject=None if event.recipient is None else event.recipient.subject,
        recipient=event.recipient,
        parameters=event.parameters,
        follows=event.follows,
        case_no=event.case_no,
        institution=event.institution,
        county=event.county,
        account=event.account,
        queued_at=event.timestamp,
        changed_at=event.timestamp,
        due_at=event.send_from,
        useful_until=event.useful_until,
        status=Status.WAITING,
    )


def _sending(event: events.MessageSending) -> dict[str, Any]:
    return {"status": Status.SENDING, "carrier": event.carrier, "attempts": event.attempt}


def _deferred(event: events.MessageDeferred) -> dict[str, Any]:
    return {"status": Status.WAITING, "reason": event.reason, "answer": event.answer, "due_at": event.retry_at}


def _failed(event: events.MessageFailed) -> dict[str, Any]:
    return {"status": Status.FAILED, "reason": event.reason, "answer": event.answer}


def _suppressed(event: events.MessageSuppressed) -> dict[str, Any]:
    return {
        "status": Status.SUPPRESSED,
        "reason": event.hindrance,
        "limit_most": event.most,
        "limit_per": event.per,
    }


def _checked(event: events.MessageChecked) -> dict[str, Any]:
    if event.finding == events.Finding.ARRIVED:
        return {"status": Status.SENT}
    return {"status": Status.FAILED, "reason": CHECKED_NOT_ARRIVED}


def _readdressed(event: events.MessageReaddressed) -> dict[str, Any]:
    return {
        "channel": event.channel,
        "recipient": event.recipient,
        "parameters": event.parameters,
        "subject": event.recipient.subject,
    }


def _resent(event: events.MessageResent) -> dict[str, Any]:
    return {"status": Status.WAITING, "due_at": event.timestamp, "request": event.request}


_CHANGES: dict[type[Event], Callable[[Any], dict[str, Any]]] = {
    events.MessageSending: _sending,
    events.MessageSent: lambda event: {"status": Status.SENT, "provider_id": event.provider_id},
    events.MessageDelivered: lambda _: {"status": Status.DELIVERED},
    events.MessageDeferred: _deferred,
    events.MessageFailed: _failed,
    events.MessageUncertain: lambda event: {"status": Status.UNCERTAIN, "reason": event.doubt},
    events.MessageChecked: _checked,
    events.MessageReaddressed: _readdressed,
    events.MessageResent: _resent,
    events.MessageSuppressed: _suppressed,
    events.MessageExpired: lambda _: {"status": Status.EXPIRED},
}
_SETTLED: dict[str, Any] = {
    "reason": "",
    "answer": "",
    "limit_most": 0,
    "limit_per": "",
    "due_at": None,
}
"""What an event leaves of the one before, unless it says otherwise."""


class MessageLedger(ReadModel[LedgerEntry]):
    """Every message, for those who were told, who wonder, and who have to call."""

    context = "notifier"
    table = Table(
        "message_ledger",
        row=LedgerEntry,
        key=("id",),
        indexes=(
            ("queued_at", "id"),
            ("county", "queued_at"),
            ("institution", "queued_at"),
            ("subject", "queued_at"),
            ("case_no",),
            ("status", "queued_at"),
        ),
    )
    folds = (events.MessageQueued, *_CHANGES)

    def keys(self, event: Event) -> Iterable[Key]:
        """The message."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: LedgerEntry | None, event: Event) -> LedgerEntry | None:  # noqa: ARG002 - the event names its row
        """The message after the event."""
        if isinstance(event, events.MessageQueued):
            return _queued(event)
        if row is None:
            raise LookupError(f"{type(event).__name__} of a message that was never queued")
        return replace(row, changed_at=event.timestamp, **(_SETTLED | _CHANGES[type(event)](event)))


@dataclass(frozen=True)
class LedgerFilters:
    """What to look for; what is None or empty does not count."""

    statuses: tuple[Status, ...] = ()
    channel: events.Channel | None = None
    audience: events.Audience | None = None
    template: str | None = None
    case_no: str | None = None
    institution: str | None = None
    subject: SubjectId | None = None
    queued_from: datetime | None = None
    queued_until: datetime | None = None


class StatusCount(msgspec.Struct, frozen=True):
    """How many messages have a status."""

    status: Status
    messages: int


class _Place(msgspec.Struct, frozen=True):
    """Where a page of the ledger ends."""

    queued_at: datetime
    id: UUID


_LISTING = Listing("message_ledger", LedgerEntry, _Place, Direction.BACKWARDS)
_FILTERS = {
    "statuses": "status = any(%(statuses)s)",
    "channel": "channel = %(channel)s",
    "audience": "audience = %(audience)s",
    "template": "template = %(template)s",
    "case_no": "case_no = %(case_no)s",
    "institution": "institution = %(institution)s",
    "subject": "subject = %(subject)s",
    "queued_from": "queued_at >= %(queued_from)s",
    "queued_until": "queued_at <= %(queued_until)s",
}


def messages(
    reader: Reader,
    principal: Principal,
    filters: LedgerFilters | None = None,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[LedgerEntry]:
    """A page of the messages that the caller may see, the newest first. Raises PageTooLong, CursorUnknown.

    An operator or auditor sees all, a bureau those of its county, a clinic those told to itself, a parent those told to
    the proved phone.
    """
    mine = _mine(principal)
    if mine is None:
        check_limit(limit)
        return Page(())
    asked = asked_of(filters or LedgerFilters())
    conditions = [mine[0], *(_FILTERS[name] for name in asked)]
    return _LISTING.page(reader, conditions, mine[1] | asked, limit=limit, cursor=cursor)


def every_message(reader: Reader, *, limit: int = 50, cursor: str | None = None) -> Page[LedgerEntry]:
    """A page of all messages, whosever, the newest first. Raises PageTooLong, CursorUnknown."""
    return _LISTING.page(reader, ["true"], {}, limit=limit, cursor=cursor)


def message(reader: Reader, principal: Principal, message_id: UUID) -> LedgerEntry | None:
    """One message; None where there is none that the caller may see."""
    mine = _mine(principal)
    if mine is None:
        return None
    query = f"select * from message_ledger where {mine[0]} and id = %(id)s"
    return reader.one(LedgerEntry, query, {**mine[1], "id": message_id})


def unreached(
    reader: Reader, principal: Principal, since: datetime, *, limit: int = 50, cursor: str | None = None
) -> Page[LedgerEntry]:
    """Whom somebody should call: messages since then that did not, or perhaps not, arrive; old news aside."""
    filters = LedgerFilters(statuses=tuple(sorted(UNREACHED - {Status.EXPIRED})), queued_from=since)
    return messages(reader, principal, filters, limit=limit, cursor=cursor)


def counts(reader: Reader, principal: Principal, since: datetime) -> dict[Status, int]:
    """How many of the caller's messages since then have each status."""
    mine = _mine(principal)
    if mine is None:
        return dict.fromkeys(Status, 0)
    query = f"""
    select status, count(*) as messages from message_ledger where {mine[0]} and queued_at >= %(since)s group by status
    """
    found = reader.rows(StatusCount, query, {**mine[1], "since": since})
    return dict.fromkeys(Status, 0) | {row.status: row.messages for row in found}


def _mine(principal: Principal) -> tuple[str, dict[str, Any]] | None:
    """The condition that a message is the caller's to see; None where none can be."""
    if principal.role in (Role.OPERATOR, Role.AUDITOR):
        return "true", {}
    if principal.role in BUREAU.roles and principal.jurisdiction:
        return "county = %(my_county)s", {"my_county": principal.jurisdiction}
    if principal.role in CLINIC.roles and principal.institution:
        return "institution = %(my_institution)s", {"my_institution": principal.institution}
    if principal.role in FAMILY.roles and principal.subject is not None:
        return "audience = 'family' and subject = %(my_subject)s", {"my_subject": principal.subject}
    return None
