"""The local outbox: messages are put into a directory instead of being sent, for an installation without a mail server.

One file a message, whole or not there at all, for nobody but the user who runs Caretrail, and sealed for its recipient:
forgetting a person closes these too. `caretrail messages show` opens them.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import msgspec

from services.notifier.application.carriers import CarrierAway, Taken
from shared.decoding import json_decoder
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.notifier.application.carriers import Parcel
    from shared.sealing import Opener, Sealer


class Posted(msgspec.Struct, frozen=True):
    """What lies in the outbox: to whom, and what the recipient would read. An SMS has neither subject nor HTML."""

    address: str
    subject: str
    text: str
    html: str


_sealed = json_decoder(Sealed[Posted]).decode


class LocalOutbox:
    """Takes mail and SMS alike; the same key twice is one file."""

    name = "outbox"
    repeatable = True

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._sealer = sealer

    @contextmanager
    def open(self) -> Iterator[Self]:
        """The directory, made when missing; raises `CarrierAway` where it cannot be written."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fault:
            raise CarrierAway(f"{self._folder}: {fault.strerror}") from None
        yield self

    def hand_over(self, parcel: Parcel) -> Taken:
        """Write the file under another name, then give it its own at once."""
        letter = parcel.letter
        posted = Posted(parcel.address, letter.subject, letter.text, letter.html)
        body = msgspec.json.encode(self._sealer.seal(parcel.person, posted))
        unfinished = self._folder / f".{parcel.key}.{os.getpid()}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / f"{parcel.key}.json")
        return Taken(parcel.key)


def posted(folder: Path, key: str, opener: Opener) -> Posted | None:
    """What lies in an outbox under this key; None where nothing does, or its recipient has been forgotten."""
    try:
        body = (folder / f"{key}.json").read_bytes()
    except FileNotFoundError:
        return None
    return opener.open(_sealed(body), Posted)
