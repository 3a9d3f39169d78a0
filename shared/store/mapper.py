"""Between events and stored bytes: the exact JSON that is published, under the event's stable name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from eventsourcing.persistence import Mapper, StoredEvent

from shared.events import is_published

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol
    from eventsourcing.persistence import Transcoder

    from shared.events import Event, EventDecoder


class NotPublished(TypeError):
    """An event without a published name was triggered: it could be stored, but never read again."""

    def __init__(self, event: object) -> None:
        super().__init__(
            f"{type(event).__qualname__} is not published: declare it with @published in the context's events.py,"
            " and name it in @event on the aggregate's method"
        )


class EventMapper(Mapper[UUID]):
    """Encodes whole events with msgspec, and decodes them into the newest version that this code knows."""

    def __init__(self, transcoder: Transcoder, decoder: EventDecoder) -> None:
        super().__init__(transcoder)
        self._encode = msgspec.json.Encoder().encode
        self._decode = decoder.decode

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The event's bytes, with the name of its class as topic; raises `NotPublished`."""
        topic, state = self.encode(domain_event)
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, topic, state)

    def encode(self, event: object) -> tuple[str, bytes]:
        """The event's published name and its JSON; raises `NotPublished`."""
        type_name = getattr(type(event), "TOPIC", "")
        if not is_published(type_name):
            raise NotPublished(event)
        return type_name, self._encode(event)

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """The event, upcast; raises `UnknownEventType`."""
        return self._decode(stored_event.topic, stored_event.state)
