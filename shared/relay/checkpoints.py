"""Signed checkpoints: someone who held the key vouches that the log stood at this position with this hash.

Whoever can write to the tables could recompute every hash after a change; without the key they cannot sign the result.
The signature is Ed25519 over a short text, so that anyone with the public key can check it with any tool.
"""

from __future__ import annotations

import time
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shared.postgres import Connection
    from shared.relay.sequencer import Head

_LAST = "select coalesce(max(position), 0) from checkpoint"
_STORE = """
insert into checkpoint (position, hash, key_id, signature) values (%s, %s, %s, %s) on conflict (position) do nothing
"""


class NotAPublicKey(ValueError):
    """The file does not hold an Ed25519 public key in PEM."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} does not hold an Ed25519 public key in PEM")


@dataclass(frozen=True)
class Checkpoint:
    """A signed statement about one position of one life of a log."""

    position: int
    hash: bytes
    key_id: str
    signature: bytes


def statement(context: str, incarnation: str, position: int, hash_: bytes, key_id: str) -> bytes:
    """The text that is signed: lines of name and value, in this order, each with a line feed."""
    return (
        "caretrail checkpoint 1\n"
        f"context {context}\n"
        f"incarnation {incarnation}\n"
        f"position {position}\n"
        f"hash {hash_.hex()}\n"
        f"key {key_id}\n"
    ).encode()


def key_id_of(key: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the SHA-256 of the 32 raw bytes of a public key."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def load_public_keys(paths: list[Path]) -> dict[str, Ed25519PublicKey]:
    """Public keys by key id, from PEM files, for whoever verifies. Raises `FileNotFoundError`, `NotAPublicKey`."""
    keys = {}
    for path in paths:
        try:
            key = load_pem_public_key(path.read_bytes())
        except ValueError as fault:
            raise NotAPublicKey(path) from fault
        if not isinstance(key, Ed25519PublicKey):
            raise NotAPublicKey(path)
        keys[key_id_of(key)] = key
    return keys


class Signer:
    """Signs checkpoints of one life of one log."""

    def __init__(self, key: Ed25519PrivateKey, context: str, incarnation: str) -> None:
        self._key = key
        self._key_id = key_id_of(key.public_key())
        self._context = context
        self._incarnation = incarnation

    def sign(self, position: int, hash_: bytes) -> Checkpoint:
        """Vouch that the log had this hash (32 bytes) at this position."""
        text = statement(self._context, self._incarnation, position, hash_, self._key_id)
        return Checkpoint(position, hash_, self._key_id, self._key.sign(text))


class Checkpoints:
    """Signs where the log stands: every so many positions, and what is left when it has been quiet for long enough."""

    def __init__(self, connection: Connection, signer: Signer, every: int = 1000, idle_seconds: float = 60) -> None:
        """Go on after the last stored checkpoint."""
        self._connection = connection
        self._signer = signer
        self._every = every
        self._idle_seconds = idle_seconds
        [(self._signed,)] = connection.execute(_LAST).fetchall()
        self._unsigned_since: float | None = None

    def reached(self, head: Head) -> None:
        """Sign `head`, the end of a page, if the last checkpoint is far enough behind it."""
        if head.position - self._signed >= self._every:
            self._sign(head)

    def idle(self, head: Head) -> None:
        """Sign `head` if something behind the last checkpoint has waited for `idle_seconds`."""
        if head.position <= self._signed:
            return
        if self._unsigned_since is None:
            self._unsigned_since = time.monotonic()
        if time.monotonic() - self._unsigned_since >= self._idle_seconds:
            self._sign(head)

    def end(self, head: Head) -> None:
        """Sign what is left: whoever stops cannot say when somebody will be here again to do it."""
        if head.position > self._signed:
            self._sign(head)

    def _sign(self, head: Head) -> None:
        self._connection.execute(_STORE, astuple(self._signer.sign(head.position, head.hash)))
        self._signed = head.position
        self._unsigned_since = None
