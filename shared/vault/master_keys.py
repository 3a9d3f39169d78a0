"""Master keys wrap every other key of the vault (AES key wrap, RFC 3394); they are kept outside its database."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, NamedTuple, Self

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from shared.vault import key_files
from shared.vault.errors import MasterKeyMissing, MasterKeyWrong, StoredKeyDamaged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HEADING = (
    "Caretrail's master keys, the current one first. Without them no personal data can be read again: keep a copy "
    "in another safe place."
)


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
        return cls(key_files.parse(text, source), source)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The keys in a private file; raises `KeysUnusable`, or FileNotFoundError."""
        return cls(key_files.read(path), str(path))

    @classmethod
    def create_file(cls, path: Path) -> Self:
        """A new random key in a new private file, or what another process has put there in the same moment."""
        key_files.create(path, {f"master-{secrets.token_hex(4)}": secrets.token_bytes(key_files.KEY_BYTES)}, _HEADING)
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
