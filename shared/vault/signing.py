"""The Ed25519 key that signs checkpoints of the logs: made once, kept in a private file, never replaced unnoticed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.vault import key_files
from shared.vault.errors import KeysUnusable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_HEADING = "Caretrail's checkpoint keys, the signing one first. Keep a copy in another safe place."


@dataclass(frozen=True)
class SigningKey:
    """A checkpoint key. `id` is the first 16 hex digits of the SHA-256 of its raw public key."""

    id: str
    private_key: Ed25519PrivateKey


def load_or_create(path: Path, signed_by: Collection[str]) -> SigningKey:
    """The key to sign with: the first in the file, which is made when no checkpoint has ever been signed.

    `signed_by` are the ids of the keys that signed the checkpoints there are. A new key takes over only where the file
    still holds one of those after it: whoever can show the former key may change it. Raises `KeysUnusable`.
    """
    try:
        keys = _load(path)
    except FileNotFoundError:
        if signed_by:
            raise KeysUnusable(
                f"the checkpoint key file {path} is missing, and there are checkpoints signed by "
                f"{', '.join(signed_by)}. Put the file back from your copy (docs/operators/keys.md) and start again."
            ) from None
        _create(path)
        keys = _load(path)
    if signed_by and not any(key.id in signed_by for key in keys):
        raise KeysUnusable(
            f"the checkpoints there are were signed by {', '.join(signed_by)}, and {path} holds only "
            f"{', '.join(key.id for key in keys)}. Put the right file back; to change the key for good, keep the "
            f"former one's line below the new one (docs/operators/keys.md)."
        )
    return keys[0]


def _load(path: Path) -> list[SigningKey]:
    keys = []
    for key_id, seed in key_files.read(path).items():
        key = _signing_key(seed)
        if key.id != key_id:
            raise KeysUnusable(f"{path} calls checkpoint key {key.id!r} {key_id!r}: its line was altered, put it back")
        keys.append(key)
    return keys


def _create(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    key_files.create(path, {_key_id(key): key.private_bytes_raw()}, _HEADING)


def _signing_key(seed: bytes) -> SigningKey:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return SigningKey(_key_id(key), key)


def _key_id(key: Ed25519PrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]
