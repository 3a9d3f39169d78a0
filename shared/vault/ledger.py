"""The ledger of forgotten people: a file outside the database, so that no restored backup brings them back."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from shared.decoding import json_decoder
from shared.vault.errors import LedgerDamaged
from shared.vault.key_files import flush_directory, make_directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Forgotten(msgspec.Struct, frozen=True):
    """One line: the pseudonyms under which one person was forgotten, when and on which legal ground."""

    at: datetime
    ground: str
    subjects: tuple[UUID, ...]


class Ledger:
    """Append-only lines of JSON, each on the disk before a key is destroyed; several processes may write it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, *entries: Forgotten) -> None:
        """Write entries and wait until they would survive a power cut."""
        if not entries:
            return
        self._create()
        with self._locked(os.O_RDWR | os.O_APPEND, fcntl.LOCK_EX) as file:
            self._cut_torn_line(file)
            lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
            while lines:
                lines = lines[os.write(file, lines) :]
            os.fsync(file)

    def entries(self) -> list[Forgotten]:
        """Every line, oldest first; a last line that a crash cut short was never acted upon and does not count."""
        if not self._path.exists():
            return []
        with self._locked(os.O_RDONLY, fcntl.LOCK_SH):
            whole, _, _torn = self._path.read_bytes().rpartition(b"\n")
        decode = json_decoder(Forgotten).decode
        entries = []
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                entries.append(decode(line))
            except msgspec.DecodeError:
                raise LedgerDamaged(str(self._path), number) from None
        return entries

    def _create(self) -> None:
        if self._path.exists():
            return
        make_directory(self._path.parent)
        self._path.touch(mode=0o600)
        flush_directory(self._path.parent)

    @contextmanager
    def _locked(self, flags: int, lock: int) -> Iterator[int]:
        file = os.open(self._path, flags)
        try:
            fcntl.flock(file, lock)
            yield file
        finally:
            os.close(file)

    def _cut_torn_line(self, file: int) -> None:
        """Remove what a crash left of a line whose entry was never acted upon, so that ours begins a line."""
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            os.ftruncate(file, self._path.read_bytes().rfind(b"\n") + 1)
