"""Keys as an operator keeps them: one `id:base64` a line, in a file that nobody else can read or in a variable.

The first key is the current one; those after it are former keys, kept for what they have already done.
"""

from __future__ import annotations

import binascii
import os
import re
import stat
from base64 import b64encode
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from shared.vault.errors import KeysUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def parse(text: str, source: str) -> dict[str, bytes]:
    """The keys in `text`, current one first; `source` names the variable or file in messages.

    Lines end with a newline or `;`; empty ones and those beginning with `#` are skipped. Raises `KeysUnusable`.
    """
    keys: dict[str, bytes] = {}
    for number, line in enumerate(re.split(r"[\n;]", text), start=1):
        if not line.strip() or line.strip().startswith("#"):
            continue
        key_id, _, encoded = line.strip().partition(":")
        if not _ID.fullmatch(key_id):
            raise KeysUnusable(f"entry {number} of {source} is not `id:base64`: the id is letters, digits and . _ -")
        if key_id in keys:
            raise KeysUnusable(f"{source} gives key {key_id!r} twice: leave one")
        keys[key_id] = _decode(encoded, f"key {key_id!r} in {source}")
    if not keys:
        raise KeysUnusable(f"{source} holds no key: give at least one line `id:base64`")
    return keys


def read(path: Path) -> dict[str, bytes]:
    """The keys in a file that only its owner can read; raises `KeysUnusable`, or FileNotFoundError."""
    mode = path.stat().st_mode
    if mode & _READABLE_BY_OTHERS:
        raise KeysUnusable(
            f"{path} can be read by others than its owner (mode {stat.S_IMODE(mode):o}): run `chmod 600 {path}`, "
            f"and change the keys in it if anyone else has had access"
        )
    return parse(path.read_text(encoding="utf-8"), str(path))


def create(path: Path, keys: Mapping[str, bytes], heading: str) -> None:
    """Write a new key file, whole or not at all; where another process was faster, its file stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"# {heading}", *(f"{key_id}:{b64encode(key).decode()}" for key_id, key in keys.items())]
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as draft:  # mode 600
        draft.write("\n".join(lines) + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
    flush_directory(path.parent)


def flush_directory(directory: Path) -> None:
    """Make the names of new files in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _decode(encoded: str, what: str) -> bytes:
    try:
        key = binascii.a2b_base64(encoded.strip(), strict_mode=True)
    except (binascii.Error, ValueError):
        # Not chained: the original would carry the key into tracebacks.
        raise KeysUnusable(f"{what} is not base64: copy it again, whole") from None
    if len(key) != KEY_BYTES:
        raise KeysUnusable(f"{what} has {len(key)} bytes, not {KEY_BYTES}: copy it again, whole")
    return key
