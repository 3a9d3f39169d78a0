"""What may exist once: a message of one event, template and recipient, and each place within a recipient's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from services.notifier.events import Audience
from shared.store.append import Reservation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.notifier.domain.message import Draft, Message
    from services.notifier.domain.policies import Limit

MESSAGE = "message"
"""One event, template and recipient: never released."""


def message_key(draft: Draft, recipient: str = "") -> str:
    """What is told to whom because of what; `recipient` says whom, where the message itself has none."""
    if draft.recipient is not None:
        recipient = str(draft.recipient.subject)
    return f"{draft.follows}/{draft.template}/{recipient}"


def held_by(message: Message) -> list[Reservation]:
    """What a message holds, as far as its events tell.

    Of one to somebody who had been forgotten they do not say to whom; and places are counted anew.
    """
    draft = message.draft
    whose = {Audience.INSTITUTION: draft.institution, Audience.BUREAU: draft.county}.get(draft.audience)
    if draft.recipient is None and whose is None:
        return []
    return [Reservation(MESSAGE, message_key(draft, nobody_at(draft.audience, whose or "")), message.id)]


def nobody_at(audience: Audience, whose: str) -> str:
    """Whom a message was for that found nobody: an institution or a county."""
    return f"{audience}/{whose}"


def places(draft: Draft, counted: Mapping[Limit, int], now: datetime) -> list[Reservation]:
    """The next place within each limit: of two messages at the same moment, the second is decided anew."""
    if draft.recipient is None:
        return []
    recipient = str(draft.recipient.subject)
    return [Reservation(limit.scope(recipient, now), str(number + 1), _place()) for limit, number in counted.items()]


def _place() -> UUID:
    """Each message has a place of its own, also the one that is sent again."""
    return uuid4()
