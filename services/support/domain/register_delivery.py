"""清冊檔 of a working day, from its making until it lies where the insurer fetches it.

A delivery may be repeated: the same file there already is delivered, and another under its name is never written over.
So nobody has to know how far an attempt came whose end was not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from services.support import events
from services.support.domain.register_file import ControlTotals, Stretch, file_name
from services.support.events import DeliveryFault
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.support.domain.register_file import RegisterFile

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
"""Between two attempts: twice as long each time, up to the longest."""
LATE_AFTER = timedelta(hours=1)
"""So long after its time a file that has not been delivered is late, and somebody has to look."""


class DeliveryState(StrEnum):
    """傳送狀態 of a register file."""

    WAITING = "to_be_delivered"
    """待傳送"""
    DELIVERED = "delivered"
    """已送達"""
    STOPPED = "delivery_stopped"
    """需人工處理: nothing more is tried before somebody asks for it"""


class LastFile(NamedTuple):
    """What the next file follows: `until` is the position that it reached, `digest` its SHA-256."""

    number: int
    until: int
    digest: str
    key_id: str


@dataclass(frozen=True)
class Signature:
    """By which key (its id) a manifest was signed, and the signature in hex."""

    key_id: str
    signature: str


@dataclass(frozen=True)
class SignedFile:
    """What is to be known of a file that was made: its totals, its digest and who vouches for it."""

    totals: ControlTotals
    digest: str
    signed: Signature


class Registrar(Protocol):
    """Makes register files out of the log of support."""

    def head(self) -> int:
        """The last position of the log."""

    def last(self) -> LastFile | None:
        """The file that was made last; its rows may be a moment behind."""

    def made(self, day: date, stretch: Stretch, former_key: str) -> SignedFile:
        """The file of a day, signed; `former_key` has signed the one before, or is empty."""


@dataclass(frozen=True)
class DropReceipt:
    """What lies there once a file was delivered, read back from there: the digests, SHA-256 in hex."""

    name: str
    digest: str
    manifest_digest: str


class NotDelivered(RuntimeError):
    """A file could not be delivered; the message is for operators alone."""

    def __init__(self, fault: DeliveryFault, told: str) -> None:
        super().__init__(told)
        self.fault = fault


class Drop(Protocol):
    """Where the insurer fetches files."""

    def deliver(self, file: RegisterFile) -> DropReceipt:
        """Put the file and then its manifest there; raises `NotDelivered`. To do it again changes nothing."""


class NotWaiting(RuntimeError):
    """Somebody else has delivered the file meanwhile: nothing is left to record."""


class DailyRegister(Aggregate):
    """清冊檔 of one day: what it was made of never changes, what became of its delivery is told attempt by attempt."""

    TOPIC = "support.RegisterFile"

    RegisterFileProduced = events.RegisterFileProduced
    RegisterFileDelivered = events.RegisterFileDelivered
    RegisterFileNotDelivered = events.RegisterFileNotDelivered
    RegisterFileAskedForAgain = events.RegisterFileAskedForAgain

    @classmethod
    def produce(cls, day: date, number: int, stretch: Stretch, made: SignedFile, now: datetime) -> Self:
        """The file of a day, which waits to be delivered."""
        return cls._create(
            cls.RegisterFileProduced,
            timestamp=now,
            day=day,
            number=number,
            after=stretch.after,
            until=stretch.until,
            previous=stretch.previous,
            digest=made.digest,
            **vars(made.totals),
            **vars(made.signed),
        )

    @event(events.RegisterFileProduced)
    def __init__(  # noqa: PLR0913 - the fields of the event
        self,
        *,
        day: date,
        number: int,
        after: int,
        until: int,
        adds: int,
        changes: int,
        cancels: int,
        digest: str,
        previous: str,
        key_id: str,
        signature: str,
    ) -> None:
        self.day = day
        self.number = number
        self.stretch = Stretch(after, until, previous)
        self.totals = ControlTotals(adds, changes, cancels)
        self.digest = digest
        self.signed = Signature(key_id, signature)
        self.state = DeliveryState.WAITING
        self.attempts = 0
        self.in_a_row = 0

    @property
    def stream_subject(self) -> str:
        """The name of the file, under which its events are published."""
        return file_name(self.day)

    def delivered(self, receipt: DropReceipt, now: datetime) -> None:
        """It lies there; raises `NotWaiting`."""
        self._refuse_settled()
        self.trigger_event(
            self.RegisterFileDelivered,
            timestamp=now,
            day=self.day,
            attempt=self.attempts + 1,
            digest=receipt.digest,
            manifest_digest=receipt.manifest_digest,
        )

    def not_delivered(self, fault: DeliveryFault, now: datetime) -> None:
        """An attempt has failed; raises `NotWaiting`. Only a person can say what another file there means."""
        self._refuse_settled()
        is_for_a_person = fault is DeliveryFault.OTHER_FILE_THERE
        retry_at = None if is_for_a_person else now + min(FIRST_PAUSE * 2 ** min(self.in_a_row, 20), LONGEST_PAUSE)
        self.trigger_event(
            self.RegisterFileNotDelivered,
            timestamp=now,
            day=self.day,
            attempt=self.attempts + 1,
            fault=fault,
            retry_at=retry_at,
        )

    def ask_for_again(self, now: datetime) -> None:
        """重送: it waits to be delivered from now on, without a pause."""
        self.trigger_event(self.RegisterFileAskedForAgain, timestamp=now, day=self.day)

    def _refuse_settled(self) -> None:
        if self.state is not DeliveryState.WAITING:
            raise NotWaiting(self.stream_subject)

    @event(events.RegisterFileDelivered)
    def _delivered(self, attempt: int) -> None:
        self.state = DeliveryState.DELIVERED
        self.attempts = attempt

    @event(events.RegisterFileNotDelivered)
    def _not_delivered(self, attempt: int, retry_at: datetime | None) -> None:
        self.state = DeliveryState.STOPPED if retry_at is None else DeliveryState.WAITING
        self.attempts = attempt
        self.in_a_row += 1

    @event(events.RegisterFileAskedForAgain)
    def _asked_for_again(self) -> None:
        self.state = DeliveryState.WAITING
        self.in_a_row = 0
