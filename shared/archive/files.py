"""Files of an archive: each appears under its name once it is complete and on disk, and is known by its digest."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

import zstandard

from shared.archive.format import ArchivedFile, ArchiveRefused, Objection
from shared.vault.key_files import flush_directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

UNFINISHED = ".part"
"""What the name of a file ends with that is not complete."""
_CHUNK = 1 << 20
_LEVEL = 1
"""Of zstd: higher ones take several times as long, and make events hardly any smaller."""


class NotWritten(OSError):
    """A file could not be written, on a full disk, say: what was finished before is as it was."""


class Sink(Protocol):
    """Takes the bytes of a file."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""


class NewFile:
    """A file of the archive under way; what went to disk so far is counted and digested."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self._name = name
        self._file = file
        self._size = 0
        self._digest = sha256()

    def write(self, data: bytes) -> int:
        """Take the next bytes as they are to be on disk."""
        self._digest.update(data)
        self._size += len(data)
        return self._file.write(data)

    @property
    def listed(self) -> ArchivedFile:
        """How the manifest names what was written."""
        return ArchivedFile(self._name, self._size, self._digest.hexdigest())


@contextmanager
def alone_in(archive: Path) -> Iterator[None]:
    """Keep other exports out of a folder for as long as the block lasts; raises `ArchiveRefused`."""
    folder = os.open(archive, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveRefused(Objection.BEING_WRITTEN, archive) from None
        yield
    finally:
        os.close(folder)


@contextmanager
def new_file(archive: Path, name: str) -> Iterator[NewFile]:
    """A file that takes its name once the block ends well and its bytes are on disk; raises `NotWritten`."""
    path = archive / name
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            yield NewFile(name, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        flush_directory(path.parent)
    except OSError as fault:
        unfinished.unlink(missing_ok=True)
        raise NotWritten(fault.errno, fault.strerror, str(path)) from fault


@contextmanager
def compressed(new: NewFile) -> Iterator[Sink]:
    """Compresses with zstd what is written into a new file."""
    # In a thread of its own, which holds nobody up: another core reads and hashes meanwhile.
    with zstandard.ZstdCompressor(level=_LEVEL, threads=1).stream_writer(new, closefd=False) as sink:  # type: ignore[arg-type]
        yield sink


def write_file(archive: Path, name: str, content: bytes) -> ArchivedFile:
    """Write a small file; raises `NotWritten`."""
    with new_file(archive, name) as new:
        new.write(content)
    return new.listed


def refuse_altered(archive: Path, listed: ArchivedFile) -> None:
    """Raise `ArchiveRefused` unless the file has the digest that the manifest gives it."""
    path = archive / listed.path
    if not path.is_file():
        raise ArchiveRefused(Objection.DAMAGED, path)
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != listed.sha256:
        raise ArchiveRefused(Objection.DAMAGED, path)


def lines_of(archive: Path, name: str) -> Iterator[bytes]:
    """The lines of a compressed file, without their ends, read as they are asked for; raises `ArchiveRefused`."""
    rest = b""
    try:
        with (archive / name).open("rb") as file:
            for chunk in zstandard.ZstdDecompressor().read_to_iter(file, write_size=_CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
    except (FileNotFoundError, zstandard.ZstdError) as fault:
        raise ArchiveRefused(Objection.DAMAGED, archive / name) from fault
    if rest:
        yield rest
