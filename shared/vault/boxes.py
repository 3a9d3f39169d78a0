"""One person's data key at work: sealing and opening the boxes inside events."""

from __future__ import annotations

import binascii
import os
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.decoding import json_decoder
from shared.sealing import SealBroken, Sealed

if TYPE_CHECKING:
    from shared.sealing import SubjectId

T = TypeVar("T")

_NONCE = 12
_encode = msgspec.json.Encoder().encode


def new_key() -> bytes:
    """A random data key of 256 bits."""
    return AESGCM.generate_key(256)


class _Decoders(dict[type[Any], msgspec.json.Decoder[Any]]):
    """One decoder a kind, made when it is first asked for."""

    def __missing__(self, kind: type[Any]) -> msgspec.json.Decoder[Any]:
        return self.setdefault(kind, json_decoder(kind))


_decoders = _Decoders()


class PersonKey:
    """AES-256-GCM under one person's data key; subject and kind are authenticated with every box."""

    __slots__ = ("_cipher", "_prefix", "_subject")

    def __init__(self, subject: SubjectId, key: bytes) -> None:
        self._subject = subject
        self._prefix = subject.bytes  # of fixed length, so no other subject and kind give the same bytes
        self._cipher = AESGCM(key)

    def seal(self, value: T) -> Sealed[T]:
        """A new box around one value; sealing twice gives different boxes."""
        nonce = os.urandom(_NONCE)
        ciphertext = self._cipher.encrypt(nonce, _encode(value), self._bound_to(type(value)))
        return Sealed(self._subject, binascii.b2a_base64(nonce + ciphertext, newline=False).decode())

    def open(self, sealed: Sealed[T], kind: type[T]) -> T:
        """The value in the box; raises `SealBroken`."""
        try:
            raw = binascii.a2b_base64(sealed.box, strict_mode=True)
            plain = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], self._bound_to(kind))
        except (binascii.Error, ValueError, InvalidTag):
            raise SealBroken(f"a box of subject {self._subject} does not open as {kind.__name__}") from None
        try:
            value: T = _decoders[kind].decode(plain)
        except msgspec.ValidationError:
            # Not chained: msgspec quotes values it does not expect.
            raise SealBroken(f"a box of subject {self._subject} holds an earlier shape of {kind.__name__}") from None
        return value

    def _bound_to(self, kind: type[Any]) -> bytes:
        return self._prefix + kind.__name__.encode()
