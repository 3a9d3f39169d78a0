"""Files with keys in them: readable by their owner alone, and written whole or not at all."""

from __future__ import annotations

import os
import stat
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from shared.vault.errors import KeysUnusable

if TYPE_CHECKING:
    from pathlib import Path

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(path: Path) -> str:
    """What is in a file that only its owner can read; raises `KeysUnusable`, or FileNotFoundError."""
    mode = path.stat().st_mode
    if mode & _FOR_OTHERS:
        raise KeysUnusable(
            f"{path} is open to others than its owner (mode {stat.S_IMODE(mode):o}): run `chmod 600 {path}`, "
            f"and change the keys in it if anyone else has had access"
        )
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        # Not chained: the original would carry what is in the file into tracebacks.
        raise KeysUnusable(f"{path} is not text: put back the file from your copy (docs/operators/keys.md)") from None


def create(path: Path, text: str) -> None:
    """Write a new file, in a directory as private as itself; where another process was faster, its file stays."""
    make_directory(path.parent)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8") as draft:  # mode 600
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
    flush_directory(path.parent)


def make_directory(directory: Path) -> None:
    """Make a private directory, with those above it that are missing, so that all of them survive a power cut."""
    if not directory.exists():
        make_directory(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)
        flush_directory(directory.parent)


def flush_directory(directory: Path) -> None:
    """Make the names of new files in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
