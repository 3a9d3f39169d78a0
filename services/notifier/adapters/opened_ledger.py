"""The ledger as a caller who may see it reads it: recipients opened, statuses and reasons in words, letters as sent."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from services.notifier.adapters.failure_report import failure_report
from services.notifier.adapters.local_outbox import posted
from services.notifier.domain.refusals import MessageUnknown
from services.notifier.events import Audience, Channel, Parameters, Recipient
from services.notifier.messages.explanations import reason_words, status_words
from services.notifier.messages.letters import letter, without_secrets
from services.notifier.read_models import message_ledger
from services.notifier.read_models.message_ledger import LedgerFilters
from shared.read_models.paging import MAX_PAGE, Page
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from services.notifier.domain.statuses import Status
    from services.notifier.read_models.message_ledger import LedgerEntry
    from shared.principal import Principal
    from shared.read_models.reader import Reader
    from shared.sealing import Opener


MOST_REPORTED = 10_000
"""Messages in one report: more than anybody can call."""


class ShownMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `address`, `name` and `phone` are None of a recipient who has been forgotten, or never was.

    `means` says what the status means, and `advice` why the message did not arrive and what to do; empty where it did.
    """

    id: UUID
    template: str
    channel: Channel
    audience: Audience
    status: str
    means: str
    reason: str
    advice: str
    answer: str
    case_no: str
    institution: str
    county: str
    address: str | None
    name: str | None
    phone: str | None
    queued_at: datetime
    changed_at: datetime
    due_at: datetime | None
    attempts: int
    carrier: str
    provider_id: str
    can_be_sent_again: bool


class ShownLetter(msgspec.Struct, frozen=True):
    """A message and its words; codes and links are hidden, unless it lies in the local outbox.

    `subject` and `text` are None where the recipient has been forgotten, or never was.
    """

    message: ShownMessage
    subject: str | None
    text: str | None


class PostedLetter(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the local outbox: a message as its recipient would read it, codes and links included.

    An SMS has no `subject`; `address` and `text` are None once the recipient has been forgotten.
    """

    id: UUID
    channel: Channel
    template: str
    case_no: str
    posted_at: datetime
    address: str | None
    subject: str | None
    text: str | None


class FailureReport(msgspec.Struct, frozen=True):
    """未送達名單 as a CSV file."""

    content: bytes


class OpenedLedger:
    """Answers about messages, in one language. With `outbox` letters that lie there are shown as they lie there."""

    def __init__(self, reader: Reader, opener: Opener, language: Language, outbox: Path | None = None) -> None:
        self._reader = reader
        self._opener = opener
        self._language = language
        self._outbox = outbox

    def page(
        self, principal: Principal, now: datetime, *, limit: int = 50, cursor: str | None = None, **filters: Any
    ) -> Page[ShownMessage]:
        """A page of the caller's messages, the newest first; `filters` are the fields of `LedgerFilters`.

        Raises PageTooLong, CursorUnknown.
        """
        asked = LedgerFilters(**filters)
        found = message_ledger.messages(self._reader, principal, asked, limit=limit, cursor=cursor)
        return Page(self._shown(found.entries, now), found.following)

    def unreached(
        self, principal: Principal, since: datetime, now: datetime, *, limit: int = 50, cursor: str | None = None
    ) -> Page[ShownMessage]:
        """Whom somebody should call, since then, the newest first. Raises PageTooLong, CursorUnknown."""
        found = message_ledger.unreached(self._reader, principal, since, limit=limit, cursor=cursor)
        return Page(self._shown(found.entries, now), found.following)

    def report(self, principal: Principal, since: datetime, now: datetime) -> bytes:
        """未送達名單 as a file, the newest 10,000; see `failure_report`."""
        return failure_report(self.every_unreached(principal, since, now), self._language)

    def every_unreached(self, principal: Principal, since: datetime, now: datetime) -> Iterator[ShownMessage]:
        """The newest of them, up to `MOST_REPORTED`."""
        cursor = None
        for _ in range(MOST_REPORTED // MAX_PAGE):
            page = self.unreached(principal, since, now, limit=MAX_PAGE, cursor=cursor)
            yield from page.entries
            cursor = page.following
            if cursor is None:
                return

    def counts(self, principal: Principal, since: datetime) -> dict[Status, int]:
        """How many of the caller's messages since then have each status."""
        return message_ledger.counts(self._reader, principal, since)

    def letter(self, principal: Principal, message_id: UUID, now: datetime) -> ShownLetter:
        """One message in its words; refuses with `MessageUnknown` also where it is not the caller's to see."""
        entry = message_ledger.message(self._reader, principal, message_id)
        if entry is None:
            raise MessageUnknown("message_id")
        (shown,) = self._shown([entry], now)
        subject, text = self._words(entry)
        return ShownLetter(shown, subject, text)

    def outbox_page(self, outbox: Path, *, limit: int = 50, cursor: str | None = None) -> Page[PostedLetter]:
        """Every message of the local outbox, whosever, the newest first. Raises PageTooLong, CursorUnknown."""
        found = message_ledger.every_message(self._reader, limit=limit, cursor=cursor)
        return Page(tuple(self._lying(entry, outbox) for entry in found.entries), found.following)

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()

    def _words(self, entry: LedgerEntry) -> tuple[str | None, str | None]:
        if self._outbox is not None and (lying := posted(self._outbox, entry.key, self._opener)):
            return lying.subject, lying.text
        parameters = None if entry.parameters is None else self._opener.open(entry.parameters, Parameters)
        if parameters is None:
            return None, None
        values = without_secrets(entry.template, entry.template_version, parameters.values)
        words = letter(entry.template, entry.template_version, Language(entry.language), entry.channel, values)
        return words.subject, words.text

    def _lying(self, entry: LedgerEntry, outbox: Path) -> PostedLetter:
        lying = posted(outbox, entry.key, self._opener)
        return PostedLetter(
            id=entry.id,
            channel=entry.channel,
            template=entry.template,
            case_no=entry.case_no,
            posted_at=entry.changed_at,
            address=lying.address if lying else None,
            subject=lying.subject if lying else None,
            text=lying.text if lying else None,
        )

    def _shown(self, entries: Sequence[LedgerEntry], now: datetime) -> tuple[ShownMessage, ...]:
        self._opener.prepare({entry.recipient.subject for entry in entries if entry.recipient is not None})
        return tuple(self._one(entry, now) for entry in entries)

    def _one(self, entry: LedgerEntry, now: datetime) -> ShownMessage:
        recipient = None if entry.recipient is None else self._opener.open(entry.recipient, Recipient)
        return ShownMessage(
            id=entry.id,
            template=entry.template,
            channel=entry.channel,
            audience=entry.audience,
            status=entry.status.value,
            means=status_words(entry.status, self._language),
            reason=entry.reason,
            advice=reason_words(entry.reason, self._language),
            answer=entry.answer,
            case_no=entry.case_no,
            institution=entry.institution,
            county=entry.county,
            address=None if recipient is None else recipient.address,
            name=None if recipient is None else recipient.name,
            phone=None if recipient is None else recipient.phone,
            queued_at=entry.queued_at,
            changed_at=entry.changed_at,
            due_at=entry.due_at,
            attempts=entry.attempts,
            carrier=entry.carrier,
            provider_id=entry.provider_id,
            can_be_sent_again=recipient is not None and entry.can_be_sent_again(now),
        )
