"""Secrets that are handed out: 256 bits from the system's generator, kept here as a hash only."""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple, Self
from uuid import UUID

_BYTES = 32
_ID_BYTES = 16


def new_token() -> str:
    """43 characters that go through any address line."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(token: str) -> bytes:
    """As the token is stored; nobody finds 256 random bits again, so the hash needs neither salt nor key."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


class Link(NamedTuple):
    """The secret part of a link by mail: whose account, and what only the mailbox has."""

    account: UUID
    secret: bytes

    @classmethod
    def new(cls, account: UUID) -> Self:
        """A link that nobody has yet."""
        return cls(account, secrets.token_bytes(_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What was clicked; None where it is no link."""
        try:
            raw = urlsafe_b64decode(text.strip().encode("ascii"))
        except (ValueError, binascii.Error):
            return None
        if len(raw) != _ID_BYTES + _BYTES:
            return None
        return cls(UUID(bytes=raw[:_ID_BYTES]), raw[_ID_BYTES:])

    @property
    def text(self) -> str:
        """64 characters, as the mail carries them."""
        return urlsafe_b64encode(self.account.bytes + self.secret).decode()

    def is_the_one(self, kept: str) -> bool:
        """Whether this is the link that was sent, compared in the same time whatever differs."""
        return hmac.compare_digest(self.text.encode(), kept.encode())
