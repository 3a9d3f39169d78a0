"""Master keys wrap every other key of the vault (AES key wrap, RFC 3394); they are kept outside its database.

An operator keeps them as lines `id:base64`, in a private file or in a variable. The first is the current one; those
after it are former keys, kept for what they have wrapped.
"""

from __future__ import annotations

import binascii
import hmac
import re
import secrets
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple, Self

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from shared.vault import key_files
from shared.vault.errors import KeysUnusable, MasterKeyMissing, MasterKeyWrong, StoredKeyDamaged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADING = """\
# Caretrail's master keys, the current one first.
# Without them no personal data can ever be read again: keep a copy in another safe place.
"""


class WrappedKey(NamedTuple):
    """A key as the vault stores it, and the id of the master key that opens it."""

    wrapped: bytes
    master_key_id: str


class MasterKeys:
    """The master keys of one vault: the first wraps, every one unwraps. `source` names where they came from."""

    def __init__(self, keys: Mapping[str, bytes], source: str) -> None:
        self._keys = dict(keys)
        self.source = source
        self.ids = tuple(self._keys)
        self.current = self.ids[0]

    @classmethod
    def from_text(cls, text: str, source: str) -> Self:
        """The keys in a variable's value; raises `KeysUnusable`."""
        return cls(parse(text, source), source)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The keys in a private file; raises `KeysUnusable`, or FileNotFoundError."""
        return cls.from_text(key_files.read(path), str(path))

    @classmethod
    def create_file(cls, path: Path) -> Self:
        """A new random key in a new private file, or what another process has put there in the same moment."""
        key = b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        key_files.create(path, f"{_HEADING}master-{secrets.token_hex(4)}:{key}\n")
        return cls.from_file(path)

    def wrap(self, key: bytes) -> WrappedKey:
        """Wrap a key with the current master key."""
        return WrappedKey(aes_key_wrap(self._keys[self.current], key), self.current)

    def unwrap(self, stored: WrappedKey) -> bytes:
        """The key inside; raises `MasterKeyMissing` or `StoredKeyDamaged`."""
        try:
            return aes_key_unwrap(self._key(stored.master_key_id), stored.wrapped)
        except InvalidUnwrap:
            raise StoredKeyDamaged(stored.master_key_id) from None

    def check_value(self, key_id: str) -> bytes:
        """What a vault remembers of a master key, to know it again without being able to use it."""
        return hmac.digest(self._key(key_id), f"caretrail master key {key_id}".encode(), "sha256")

    def verify(self, key_id: str, check_value: bytes) -> None:
        """Raise `MasterKeyMissing` or `MasterKeyWrong` unless this is the key that the vault remembers."""
        if not hmac.compare_digest(self.check_value(key_id), check_value):
            raise MasterKeyWrong(key_id, self.source)

    def _key(self, key_id: str) -> bytes:
        try:
            return self._keys[key_id]
        except KeyError:
            raise MasterKeyMissing(key_id, self.ids, self.source) from None


def parse(text: str, source: str) -> dict[str, bytes]:
    """The keys in `text` by id, in their order; `source` names the variable or file in messages.

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


def _decode(encoded: str, what: str) -> bytes:
    try:
        key = binascii.a2b_base64(encoded.strip(), strict_mode=True)
    except (binascii.Error, ValueError):
        # Not chained: the original would carry the key into tracebacks.
        raise KeysUnusable(f"{what} is not base64: copy it again, whole") from None
    if len(key) != KEY_BYTES:
        raise KeysUnusable(f"{what} has {len(key)} bytes, not {KEY_BYTES}: copy it again, whole")
    return key
