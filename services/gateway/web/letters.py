"""Mail and SMS as the notifier tells of them: what was sent, to whom, and what became of it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.rendering import language
from services.gateway.web.wording import UNANSWERED

_SHOWN_OF_CASE = 50

_TONES = {
    "waiting": "wait",
    "sending": "wait",
    "sent": "wait",
    "delivered": "done",
    "failed": "refused",
    "uncertain": "alert",
    "suppressed": "ended",
    "expired": "ended",
}
"""By the status: shape and hue (DESIGN §5)."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message; `address`, `name` and `phone` are None of whom nobody knows any more, or never knew.

    `means` says what the status means, `advice` why it did not arrive and what to do; empty where it did.
    """

    id: UUID
    template: str
    channel: str
    audience: str
    status: str
    means: str
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

    @property
    def tone(self) -> str:
        """How it is marked."""
        return _TONES[self.status]

    @property
    def is_uncertain(self) -> bool:
        """Whether nobody knows if it arrived."""
        return self.status == "uncertain"


class LetterInWords(msgspec.Struct, frozen=True):
    """One message as it was written; codes and links hidden. Without words where they cannot be read any more."""

    message: Letter
    subject: str | None
    text: str | None


class Letters(msgspec.Struct, frozen=True):
    """A page of messages, the newest first, and the cursor of the next."""

    entries: tuple[Letter, ...]
    following: str | None


def letters(**asked: Any) -> Letters:
    """Those of the caller's messages that `notifier.messages` finds. Raises `RemoteRefusal`."""
    return msgspec.convert(caller().ask("notifier.messages", {"language": language(), **asked}), Letters)


def letters_of(case_no: str) -> tuple[Letter, ...] | None:
    """The newest messages of a case that the caller may see; None while nobody can tell, as its page is still good."""
    try:
        return letters(case_no=case_no, limit=_SHOWN_OF_CASE).entries
    except UNANSWERED:
        return None


def letter_in_words(message_id: UUID) -> LetterInWords:
    """One message and its words. Raises `RemoteRefusal`."""
    found = caller().ask("notifier.message", {"message_id": str(message_id), "language": language()})
    return msgspec.convert(found, LetterInWords)
