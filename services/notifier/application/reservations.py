"""What may exist once: a message of one event, template and recipient, and each place within a recipient's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from shared.store.append import Reservation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.notifier.domain.message import Draft
    from services.notifier.domain.policies import Limit

MESSAGE = "message"
"""One event, template and recipient: never released."""


def message_key(draft: Draft, recipient: str = "") -> str:
    """What is told to whom because of what; `recipient` says whom, where the message itself has none."""
    if draft.recipient is not None:
        recipient = str(draft.recipient.subject)
    return f"{draft.follows}/{draft.template}/{recipient}"


def places(draft: Draft, counted: Mapping[Limit, int], now: datetime) -> list[Reservation]:
    """The next place within each limit: of two messages at the same moment, the second is decided anew."""
    if draft.recipient is None:
        return []
    recipient = str(draft.recipient.subject)
    return [Reservation(limit.scope(recipient, now), str(number + 1), _place()) for limit, number in counted.items()]


def _place() -> UUID:
    """Each message has a place of its own, also the one that is sent again."""
    return uuid4()
