"""Decoders and conversions, made by one thread at a time: msgspec 0.22 crashes where two meet a type at once.

It learns a class when it first decodes into it, and other threads find what it has learnt before that is complete.
"""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec

T = TypeVar("T")

_learning = threading.RLock()


def json_decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """A decoder into this type, for any number of threads, also where none of them has met it before."""
    with _learning:
        return msgspec.json.Decoder(kind)


def msgpack_decoder(kind: type[T]) -> msgspec.msgpack.Decoder[T]:
    """As `json_decoder`, of MessagePack."""
    with _learning:
        return msgspec.msgpack.Decoder(kind)


def converted(value: object, kind: type[T]) -> T:
    """A value of dicts and lists, as TOML gives it, as this type; raises `msgspec.ValidationError`."""
    with _learning:
        return msgspec.convert(value, kind)
