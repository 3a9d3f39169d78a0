"""非醫事機構: places of support outside the medical register, once for each code and name (S001)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from services.identity import events
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.events import PlaceAddress


def place_id(code: str, name: str) -> UUID:
    """The id of the place of this code and name."""
    return uuid5(NAMESPACE_URL, f"urn:caretrail:identity:place:{code}:{name}")


class Place(Aggregate):
    """One non-medical place."""

    TOPIC = "identity.Place"
    PlaceRegistered = events.PlaceRegistered
    PlaceChanged = events.PlaceChanged

    @staticmethod
    def create_id(code: str, name: str) -> UUID:
        """One id for each code and name."""
        return place_id(code, name)

    @classmethod
    def register(cls, code: str, name: str, address: PlaceAddress, now: datetime) -> Self:
        """新增非醫事機構."""
        return cls._create(cls.PlaceRegistered, timestamp=now, code=code, name=name, address=address)

    @event(events.PlaceRegistered)
    def __init__(self, *, code: str, name: str, address: PlaceAddress) -> None:
        self.code = code
        self.name = name
        self.address = address

    @property
    def stream_subject(self) -> str:
        """The code, under which its events are published."""
        return self.code

    def change(self, address: PlaceAddress, now: datetime) -> None:
        """Another address."""
        if address != self.address:
            self.trigger_event(self.PlaceChanged, timestamp=now, code=self.code, name=self.name, address=address)

    @event(events.PlaceChanged)
    def _place_changed(self, address: PlaceAddress) -> None:
        self.address = address
