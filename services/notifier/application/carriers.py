"""What carries messages out of the house: one interface for mail servers, SMS providers and the local outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from services.notifier.events import Doubt, FailureReason
    from services.notifier.messages.letters import Letter
    from shared.sealing import SubjectId


@dataclass(frozen=True)
class Parcel:
    """One message, ready to leave. `key` is by what the carrier may know it again; `person` is whose it is."""

    key: str
    person: SubjectId
    address: str
    letter: Letter


@dataclass(frozen=True)
class Taken:
    """The carrier has it, and knows it by `provider_id`."""

    provider_id: str


@dataclass(frozen=True)
class NotTaken:
    """The carrier does not have it, for certain. `answer` is its code, without its words: they may quote an address."""

    reason: FailureReason
    answer: str = ""


@dataclass(frozen=True)
class Unknown:
    """Nobody knows whether the carrier has it."""

    doubt: Doubt


Answer = Taken | NotTaken | Unknown


class CarrierAway(Exception):
    """The carrier cannot be reached, or does not let us in: nothing has left, and every message would meet the same."""


class Line(Protocol):
    """An open way to the carrier, for some messages one after the other."""

    def hand_over(self, parcel: Parcel) -> Answer:
        """Give the message away, and say what came of it; it raises nothing that has to do with the line."""


class Carrier(Protocol):
    """A mail server, an SMS provider, or the local outbox.

    `repeatable` tells whether it knows a key again, so that handing over the same message twice sends it once.
    """

    name: str
    repeatable: bool

    def open(self) -> AbstractContextManager[Line]:
        """A line, for as long as the block lasts; raises `CarrierAway`."""
