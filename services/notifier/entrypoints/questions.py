"""What queries of the notifier ask, field by field, as it is entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.notifier.domain.statuses import Status
from services.notifier.events import Audience, Channel
from shared.words import Language

_SHORT = {"limit": 100}


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
    limit: int = 50
    cursor: str | None = field(default=None, metadata={"limit": 1_000})


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
    limit: int = 50
    cursor: str | None = field(default=None, metadata={"limit": 1_000})
