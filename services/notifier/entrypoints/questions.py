"""What queries of the notifier ask, field by field, as it is entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.notifier.domain.statuses import Status
from services.notifier.events import Audience, Channel
from shared.words import Language

PAGE = 50
_SHORT = {"limit": 100}
"""Characters of a code or number: more than any has."""
_CURSOR = {"limit": 1_000}
"""Characters of a cursor: more than any that was given out has."""


@dataclass(frozen=True)
class Messages:
    """Which messages of the ledger; what is left out does not count."""

    statuses: tuple[Status, ...] = ()
    channel: Channel | None = None
    audience: Audience | None = None
    template: str | None = field(default=None, metadata=_SHORT)
    case_no: str | None = field(default=None, metadata=_SHORT)
    institution: str | None = field(default=None, metadata=_SHORT)
    queued_from: datetime | None = None
    queued_until: datetime | None = None
    language: Language = Language.CHINESE
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class Outbox:
    """Which page of the local outbox."""

    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)


@dataclass(frozen=True)
class MessageAsked:
    """One message."""

    message_id: UUID
    language: Language = Language.CHINESE


@dataclass(frozen=True)
class Since:
    """Messages since a moment."""

    since: datetime
    language: Language = Language.CHINESE
    limit: int = PAGE
    cursor: str | None = field(default=None, metadata=_CURSOR)
