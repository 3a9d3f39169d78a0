"""Makes register files out of the log of support, for the first time with a signature, or again as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support.adapters.register_file import recorded_in, register_file, same_file
from services.support.domain.register_delivery import LastFile, Signature, SignedFile
from services.support.read_models.register_files import RegisterFiles, files_due, last_file
from shared.read_models.reader import NotFilledYet, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from services.support.domain.register_delivery import DailyRegister
    from services.support.domain.register_file import Recorded, RegisterFile, Stretch
    from shared.postgres import Database
    from shared.read_models.freshness import Positions
    from shared.store.log import Log

    KeyOf = Callable[[Collection[str]], Ed25519PrivateKey]
    """The key to sign with, given the ids of those that have signed before; raises `KeysUnusable`."""


class RegisterClerk:
    """Reads the log for what a file holds, and the rows of files for what the next one follows."""

    def __init__(self, database: Database, own: Log, positions: Positions, key: KeyOf) -> None:
        self._log = own
        self._files = Reader(RegisterFiles, database, own, positions)
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

    def made_again(self, register: DailyRegister) -> RegisterFile:
        """The bytes of a file that was made before."""
        signed = register.signed
        recorded = self._recorded(register.stretch)
        return same_file(register.day, register.stretch, recorded, signed.key_id, signed.signature)

    def due(self, now: datetime) -> Sequence[UUID]:
        """The files that are to be delivered at `now`; none before there are rows."""
        try:
            return files_due(self._files, now)
        except NotFilledYet:
            return ()

    def close(self) -> None:
        """Close the connections."""
        self._files.close()

    def _recorded(self, stretch: Stretch) -> Iterator[Recorded]:
        return recorded_in(self._log.read(stretch.after, stretch.until))
