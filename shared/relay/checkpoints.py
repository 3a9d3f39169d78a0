"""Signed checkpoints: someone who held the key vouches that the log stood at this position with this hash.

Whoever can write to the tables could recompute every hash after a change; without the key they cannot sign the result.
The signature is Ed25519 over a short text, so that anyone with the public key can check it with any tool.
"""

from __future__ import annotations

import time
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from shared.store.log import UNSIGNED
from shared.vault.errors import KeysUnusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from shared.postgres import Connection
    from shared.relay.relay import Pace
    from shared.relay.sequencer import Head

_EXTENT = """
select (select coalesce(max(position), 0) from checkpoint), (select coalesce(max(position_to), 0) from page)
"""
_STORE = """
with stored as (
    insert into checkpoint (position, hash, key_id, signature) values (%s, %s, %s, %s) on conflict (position) do nothing
)
update relay set signed_at = clock_timestamp()
"""
_ALL_SIGNED = "update relay set signed_at = clock_timestamp()"

_log = structlog.get_logger()


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
    """Signs checkpoints of one life of one log, each with the key as it is found at that moment."""

    def __init__(self, find_key: Callable[[], Ed25519PrivateKey], context: str, incarnation: str) -> None:
        self._find_key = find_key
        self._context = context
        self._incarnation = incarnation

    def sign(self, position: int, hash_: bytes) -> Checkpoint:
        """Vouch that the log had this hash (32 bytes) at this position; raises what keeps the key from being found."""
        key = self._find_key()
        key_id = key_id_of(key.public_key())
        text = statement(self._context, self._incarnation, position, hash_, key_id)
        return Checkpoint(position, hash_, key_id, key.sign(text))


class Checkpoints:
    """Signs where the log stands: every so many positions, and what is left when it has been quiet for long enough."""

    def __init__(self, connection: Connection, context: str, signer: Signer, pace: Pace) -> None:
        """Go on after the last stored checkpoint; for how long nobody has vouched for what is behind it, is known."""
        self._connection = connection
        self._context = context
        self._signer = signer
        self._pace = pace
        [(self._signed, settled)] = connection.execute(_EXTENT).fetchall()
        unsigned = connection.execute(UNSIGNED).fetchone()
        if unsigned is None:  # the time for which nobody was here does not count against what is to come
            connection.execute(_ALL_SIGNED)
        waited = unsigned[0] if unsigned else 0.0
        self._vouched_at = time.monotonic() - waited
        # What an earlier relay left unsigned has waited long enough, and so has what was stored without any.
        is_due = settled > self._signed or waited > pace.checkpoint_idle_seconds
        self._unsigned_since = float("-inf") if is_due else None
        self._failed_at: float | None = None

    @property
    def are_overdue(self) -> bool:
        """Whether signing fails, and has not succeeded for longer than policy allows: nothing more may be published."""
        return self._failed_at is not None and time.monotonic() - self._vouched_at > self._pace.unsigned_seconds

    def reached(self, head: Head) -> None:
        """Sign `head`, the end of a page, if the last checkpoint is far enough behind it."""
        if head.position - self._signed >= self._pace.checkpoint_every:
            self._sign(head)

    def idle(self, head: Head) -> None:
        """Sign `head` if something behind the last checkpoint has waited for long enough."""
        if head.position <= self._signed:
            self._vouched_at = time.monotonic()
            return
        if self._unsigned_since is None:
            self._unsigned_since = time.monotonic()
        if time.monotonic() - self._unsigned_since >= self._pace.checkpoint_idle_seconds:
            self._sign(head)

    def end(self, head: Head) -> None:
        """Sign what is left: whoever stops cannot say when somebody will be here again to do it."""
        if head.position > self._signed:
            self._sign(head)

    def _sign(self, head: Head) -> None:
        now = time.monotonic()
        if self._failed_at is not None and now - self._failed_at < self._pace.idle_poll_seconds:
            return
        try:
            checkpoint = self._signer.sign(head.position, head.hash)
        except (KeysUnusable, OSError) as fault:
            if self._failed_at is None:
                _log.critical("checkpoint_not_signed", context=self._context, position=head.position, reason=str(fault))
            self._failed_at = now
            self._unsigned_since = float("-inf")
            return
        self._connection.execute(_STORE, astuple(checkpoint))
        if self._failed_at is not None:
            _log.info("checkpoint_signed_again", context=self._context, position=head.position)
        self._signed = head.position
        self._unsigned_since = self._failed_at = None
        self._vouched_at = now
