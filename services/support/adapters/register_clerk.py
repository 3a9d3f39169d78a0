"""Makes register files out of the log of support, for the first time with a signature, or again as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from services.support.adapters.register_file import recorded_in, register_file, same_file
from services.support.domain.register_delivery import LATE_AFTER, DeliveryState, LastFile, Signature, SignedFile
from services.support.domain.register_file import file_name
from services.support.processes.send_register_file_every_working_day import NextFile, SendRegisterFileEveryWorkingDay
from services.support.read_models.register_files import (
    RegisterFiles,
    file_of,
    files_due,
    files_listed,
    last_file,
    oldest_undelivered,
)
from shared.calendar import taipei_day
from shared.read_models.reader import NotFilledYet, Reader
from shared.standings import Alarm

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from services.support.domain.register_delivery import DailyRegister
    from services.support.domain.register_file import Recorded, RegisterFile, Stretch
    from services.support.read_models.register_files import RegisterFileRow
    from shared.postgres import Database
    from shared.read_models.freshness import Positions
    from shared.store.log import Log

    KeyOf = Callable[[Collection[str]], Ed25519PrivateKey]
    """The key to sign with, given the ids of those that have signed before; raises `KeysUnusable`."""

T = TypeVar("T")

_NEXT_FILE = f"select * from {SendRegisterFileEveryWorkingDay.table.name}"


class RegisterClerk:
    """Reads the log for what a file holds, and the rows of files for what the next one follows."""

    def __init__(self, database: Database, own: Log, positions: Positions, key: KeyOf) -> None:
        self._log = own
        self._files = Reader(RegisterFiles, database, own, positions)
        self._next = Reader(SendRegisterFileEveryWorkingDay, database, own, positions)
        self._key = key

    def head(self) -> int:
        """The last position of the log."""
        return self._log.head().position

    def last(self) -> LastFile | None:
        """The file that was made last."""
        row = last_file(self._files)
        return LastFile(row.number, row.until, row.digest, row.key_id) if row else None

    def made(self, day: date, stretch: Stretch, former_key: str) -> SignedFile:
        """The file of a day, signed; raises `KeysUnusable`."""
        key = self._key([former_key] if former_key else ())
        file = register_file(day, stretch, self._recorded(stretch), key)
        return SignedFile(file.totals, file.digest, Signature(file.key_id, file.signature))

    def made_again(self, known: DailyRegister | RegisterFileRow) -> RegisterFile:
        """The bytes of a file that was made before, from events alone."""
        recorded = self._recorded(known.stretch)
        return same_file(known.day, known.stretch, recorded, known.signed.key_id, known.signed.signature)

    def due(self, now: datetime) -> Sequence[UUID]:
        """The files that are to be delivered at `now`; none before there are rows."""
        return _known(lambda: files_due(self._files, now)) or ()

    def alarms(self, now: datetime) -> Iterator[Alarm]:
        """A file that was not made in time, or does not lie where it belongs, an hour after its time or for good."""
        # Where nothing has been filled yet, the alarm on followers tells.
        following = _known(lambda: self._next.one(NextFile, _NEXT_FILE))
        undelivered = _known(lambda: oldest_undelivered(self._files))
        if following is not None and following.due_at + LATE_AFTER < now:
            yield Alarm("register-file-not-made", file_name(taipei_day(following.due_at)))
        if undelivered is not None and undelivered.state is DeliveryState.STOPPED:
            yield Alarm("register-file-stopped", file_name(undelivered.day))
        elif undelivered is not None and undelivered.produced_at + LATE_AFTER < now:
            yield Alarm("register-file-late", file_name(undelivered.day))

    def row(self, day: date | None) -> RegisterFileRow | None:
        """What is known of the file of a Taipei day, or of the last one; None where there is none."""
        return last_file(self._files) if day is None else file_of(self._files, day)

    def rows(self, limit: int) -> Sequence[RegisterFileRow]:
        """The files that were made last, the last first."""
        return files_listed(self._files, limit=limit, cursor=None).entries

    def close(self) -> None:
        """Close the connections."""
        self._files.close()
        self._next.close()

    def _recorded(self, stretch: Stretch) -> Iterator[Recorded]:
        return recorded_in(self._log.read(stretch.after, stretch.until))


def _known(ask: Callable[[], T | None]) -> T | None:
    """What is found; None before there are rows."""
    try:
        return ask()
    except NotFilledYet:
        return None
