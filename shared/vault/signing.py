"""The Ed25519 keys that sign checkpoints, and files for others: each made once, private, never replaced unnoticed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.relay.checkpoints import key_id_of
from shared.vault import key_files
from shared.vault.errors import KeysUnusable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_PEM = re.compile(rb"-----BEGIN [^-]+-----.+?-----END [^-]+-----", re.DOTALL)


def load_or_create(path: Path, signed_by: Collection[str]) -> Ed25519PrivateKey:
    """The key to sign with: the first in the PEM file, which is made when nothing has ever been signed.

    `signed_by` are the ids of the keys that have signed before. A new key takes over only where the file
    still holds one of those after it: whoever can show the former key may change it. Raises `KeysUnusable`. The public
    key of a new one is written beside it, `checkpoint.pub` beside `checkpoint.key`.
    """
    try:
        text = key_files.read(path)
    except FileNotFoundError:
        if signed_by:
            raise KeysUnusable(
                f"the key file {path} is missing, and what was signed before was signed by "
                f"{', '.join(signed_by)}. Put the file back from your copy (docs/operators/keys.md) and start again."
            ) from None
        text = _create(path)
    keys = _keys(text, path)
    ids = [key_id_of(key.public_key()) for key in keys]
    if signed_by and not set(ids).intersection(signed_by):
        raise KeysUnusable(
            f"what was signed before was signed by {', '.join(signed_by)}, and {path} holds only {', '.join(ids)}. "
            f"Put the right file back; to change the key for good, keep the former one below the new one "
            f"(docs/operators/keys.md)."
        )
    return keys[0]


class SigningKey:
    """The key to sign with as its file has it whenever it is asked for: taken away, it is missed; put back, found."""

    def __init__(self, path: Path, signed_by: Collection[str]) -> None:
        """As `load_or_create`, which makes the file where nothing has ever been signed. Raises `KeysUnusable`."""
        self._path = path
        self._signed_by = {*signed_by, key_id_of(load_or_create(path, signed_by).public_key())}

    def __call__(self) -> Ed25519PrivateKey:
        """The key; raises `KeysUnusable`, `OSError`."""
        key = load_or_create(self._path, self._signed_by)
        self._signed_by.add(key_id_of(key.public_key()))
        return key


def public_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    """The public halves of all keys in the PEM file, by key id, for whoever verifies on this machine.

    Raises `KeysUnusable`, `FileNotFoundError`.
    """
    keys = [key.public_key() for key in _keys(key_files.read(path), path)]
    return {key_id_of(key): key for key in keys}


def _create(path: Path) -> str:
    key = Ed25519PrivateKey.generate()
    key_files.create(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    text = key_files.read(path)  # perhaps another process's, which came first
    [key] = _keys(text, path)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    path.with_suffix(".pub").write_bytes(public)
    return text


def _keys(text: str, path: Path) -> list[Ed25519PrivateKey]:
    keys = []
    for block in _PEM.findall(text.encode()):
        try:
            key = load_pem_private_key(block, password=None)
        except (ValueError, TypeError):
            # Not chained, so that nothing of the file gets into a traceback.
            raise KeysUnusable(f"{path} holds a key that cannot be read: put the file back, unaltered") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeysUnusable(f"{path} holds a key that is not an Ed25519 key: nothing is signed with another")
        keys.append(key)
    if not keys:
        raise KeysUnusable(f"{path} holds no key in PEM: put the file back, unaltered")
    return keys
