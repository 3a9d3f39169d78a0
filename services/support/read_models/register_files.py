"""清冊檔: which register files were made, what is in them, and whether they lie where the insurer fetches them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.support import events
from services.support.domain.register_delivery import DeliveryState, Signature
from services.support.domain.register_file import Stretch
from services.support.events import DeliveryFault
from shared.read_models.model import Key, ReadModel, Table
from shared.read_models.paging import Direction, Listing, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.events import Event
    from shared.read_models.reader import Reader


class RegisterFileRow(msgspec.Struct, frozen=True, gc=False):
    """One file; `due_at` is when it is to be tried next, None where nothing is to be tried.

    `fault` is why the last attempt failed, None where there was none or it succeeded.
    """

    id: UUID
    day: date
    number: int
    after: int
    until: int
    adds: int
    changes: int
    cancels: int
    digest: str
    previous: str
    key_id: str
    signature: str
    produced_at: datetime
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    fault: DeliveryFault | None
    delivered_at: datetime | None
    manifest_digest: str

    @property
    def stretch(self) -> Stretch:
        """The events that it was made of."""
        return Stretch(self.after, self.until, self.previous)

    @property
    def signed(self) -> Signature:
        """Who vouches for it."""
        return Signature(self.key_id, self.signature)


class RegisterFiles(ReadModel[RegisterFileRow]):
    """A row for each file that was made."""

    context = "support"
    table = Table("register_files", row=RegisterFileRow, key=("id",), indexes=(("number",), ("day",), ("due_at",)))
    folds = (
        events.RegisterFileProduced,
        events.RegisterFileDelivered,
        events.RegisterFileNotDelivered,
        events.RegisterFileAskedForAgain,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The file."""
        return ((event.originator_id,),)

    def evolve(self, key: Key, row: RegisterFileRow | None, event: Event) -> RegisterFileRow | None:
        """What became of it, attempt by attempt."""
        if isinstance(event, events.RegisterFileProduced):
            return _produced(key[0], event)
        assert row is not None  # noqa: S101 - a file is made before anything becomes of it
        match event:
            case events.RegisterFileDelivered():
                return replace(
                    row,
                    state=DeliveryState.DELIVERED,
                    attempts=event.attempt,
                    due_at=None,
                    fault=None,
                    delivered_at=event.timestamp,
                    manifest_digest=event.manifest_digest,
                )
            case events.RegisterFileNotDelivered():
                state = DeliveryState.STOPPED if event.retry_at is None else DeliveryState.WAITING
                return replace(row, state=state, attempts=event.attempt, due_at=event.retry_at, fault=event.fault)
        return replace(row, state=DeliveryState.WAITING, due_at=event.timestamp, fault=None)


def _produced(file_id: UUID, event: events.RegisterFileProduced) -> RegisterFileRow:
    return RegisterFileRow(
        id=file_id,
        day=event.day,
        number=event.number,
        after=event.after,
        until=event.until,
        adds=event.adds,
        changes=event.changes,
        cancels=event.cancels,
        digest=event.digest,
        previous=event.previous,
        key_id=event.key_id,
        signature=event.signature,
        produced_at=event.timestamp,
        state=DeliveryState.WAITING,
        attempts=0,
        due_at=event.timestamp,
        fault=None,
        delivered_at=None,
        manifest_digest="",
    )


def last_file(reader: Reader) -> RegisterFileRow | None:
    """The file that was made last."""
    return reader.one(RegisterFileRow, "select * from register_files order by number desc limit 1")


def file_of(reader: Reader, day: date) -> RegisterFileRow | None:
    """The file of a Taipei day."""
    return reader.one(RegisterFileRow, "select * from register_files where day = %s", (day,))


def files_due(reader: Reader, now: datetime) -> Sequence[UUID]:
    """The files that are to be delivered at `now`, in their order."""
    return reader.scalars("select id from register_files where due_at <= %s order by number", (now,))


def oldest_undelivered(reader: Reader) -> RegisterFileRow | None:
    """The first file that does not lie where it belongs."""
    query = "select * from register_files where state <> 'delivered' order by number limit 1"
    return reader.one(RegisterFileRow, query)


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of files ends."""

    number: int


_LISTING = Listing("register_files", RegisterFileRow, _Place, Direction.BACKWARDS)


def files_listed(reader: Reader, *, limit: int, cursor: str | None) -> Page[RegisterFileRow]:
    """A page of the files, the last first. Raises PageTooLong, CursorUnknown."""
    return _LISTING.page(reader, ["true"], {}, limit=limit, cursor=cursor)
