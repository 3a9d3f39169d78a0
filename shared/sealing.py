"""Personal data inside an event is ciphertext of one person's own key; without the key it is nobody's data.

A `Sealed[T]` names its subject (a pseudonym) and carries `T` as AES-256-GCM ciphertext of that subject's data key.
Destroying the key forgets the person in every store, stream and archive at once, while hashes and counts stay true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NewType, Protocol, TypeVar
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

SubjectId = NewType("SubjectId", UUID)
"""Pseudonym of a person, given by the vault; says nothing without it."""


class Sealed(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """`T`, readable only with the key of `subject`. `box` is base64 of nonce (12 bytes), ciphertext, tag (16 bytes)."""

    subject: SubjectId
    box: str


class Sealer(Protocol):
    """Seals values for a person whose key the vault holds."""

    def seal(self, subject: SubjectId, value: T) -> Sealed[T]:
        """Encrypt one msgspec value; the name of its class is bound in, so that boxes cannot be exchanged.

        Raises `PersonForgotten` and `UnknownSubject`. A class that has sealed values in a log never changes its name.
        """


class Opener(Protocol):
    """Opens sealed values; a forgotten person's stay closed."""

    def prepare(self, subjects: Iterable[SubjectId]) -> None:
        """Fetch the keys of many people in one round trip, before opening one by one."""

    def open(self, sealed: Sealed[T], kind: type[T]) -> T | None:
        """The value, or None when its subject has been forgotten.

        Altered ciphertext raises `SealBroken`; a subject the vault has never heard of, `UnknownSubject`.
        """


class SealBroken(ValueError):
    """A box does not open under its subject's key: its bytes, its subject or its kind were altered."""


class PersonForgotten(LookupError):
    """The subject's key was destroyed: nothing can be sealed for, or merged with, a person who has been forgotten."""

    def __init__(self, subject: SubjectId) -> None:
        super().__init__(f"subject {subject} has been forgotten; ask the vault for the person's subject again")
        self.subject = subject


class UnknownSubject(LookupError):
    """The vault has never given out this pseudonym, or was restored from a backup older than it."""

    def __init__(self, subject: SubjectId) -> None:
        super().__init__(f"the vault does not know subject {subject}: was it restored from an older backup?")
        self.subject = subject
