"""Which messages may have to be seen to, and when: those that wait, and those that are being sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from services.notifier import events
from services.notifier.events import Channel
from shared.read_models.model import Key, ReadModel, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.events import Event
    from shared.read_models.reader import Reader

_AT_ONCE = 50


class OutgoingMessage(msgspec.Struct, frozen=True, gc=False):
    """A message that is not settled: when it is to be tried, or when the outcome of trying is overdue."""

    id: UUID
    channel: Channel
    due_at: datetime


class Outgoing(ReadModel[OutgoingMessage]):
    """The messages on their way, each until it is settled."""

    context = "notifier"
    table = Table("outgoing", row=OutgoingMessage, key=("id",), indexes=(("channel", "due_at"),))
    folds = (
        events.MessageQueued,
        events.MessageSending,
        events.MessageDeferred,
        events.MessageResent,
        events.MessageSent,
        events.MessageDelivered,
        events.MessageFailed,
        events.MessageUncertain,
        events.MessageSuppressed,
        events.MessageExpired,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The message."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: OutgoingMessage | None, event: Event) -> OutgoingMessage | None:
        """When the message is due next; no row once it is settled, until somebody asks to send it again."""
        match event:
            case events.MessageQueued():
                return OutgoingMessage(key[0], event.channel, event.send_from)
            case events.MessageSending() if row is not None:
                return msgspec.structs.replace(row, due_at=event.outcome_by)
            case events.MessageDeferred() if row is not None:
                return msgspec.structs.replace(row, due_at=event.retry_at)
            case events.MessageResent():
                return OutgoingMessage(key[0], event.channel, event.timestamp)
        return None


def due(reader: Reader, channel: Channel, now: datetime) -> Sequence[UUID]:
    """Messages of a channel that are due at `now` (aware), the longest first; rows may be a little behind the log."""
    query = f"select id from outgoing where channel = %s and due_at <= %s order by due_at, id limit {_AT_ONCE}"
    return reader.scalars(query, (channel, now))
