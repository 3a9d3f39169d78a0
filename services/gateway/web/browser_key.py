"""The key that signs what browsers keep for a while: made once, kept in a private file."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from binascii import Error
from typing import TYPE_CHECKING

from shared.vault import key_files
from shared.vault.errors import KeysUnusable

if TYPE_CHECKING:
    from pathlib import Path

_LENGTH = 32


def browser_key(path: Path) -> bytes:
    """The key, 32 bytes; made where there is none. Raises `KeysUnusable`."""
    try:
        text = key_files.read(path)
    except FileNotFoundError:
        key_files.create(path, b64encode(secrets.token_bytes(_LENGTH)).decode() + "\n")
        text = key_files.read(path)  # perhaps another process's, which came first
    try:
        key = b64decode(text.strip(), validate=True)
    except Error:
        key = b""
    if len(key) != _LENGTH:
        raise KeysUnusable(f"{path} does not hold {_LENGTH} bytes in base64: remove it, and a new one is made")
    return key
