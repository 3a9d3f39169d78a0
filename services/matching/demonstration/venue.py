"""Where the story keeps its files: private, and played in by one performance at a time."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.vault.key_files import make_directory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class VenueTaken(RuntimeError):
    """Another performance is being played on the same installation; figures of the two would mix."""


@contextmanager
def venue(directory: Path) -> Iterator[None]:
    """Keep others out of the directory, which is made, until the end, be it a crash; raises `VenueTaken`."""
    make_directory(directory)
    directory.chmod(0o700)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise VenueTaken(f"wait for the one in {directory} to end") from None
        yield
