"""What people find on their phones and in their mailboxes: the local outbox, read by address."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from shared.decoding import json_decoder
from shared.sealing import Sealed

if TYPE_CHECKING:
    from pathlib import Path

    from shared.sealing import Opener

_LOOKS_EVERY = 0.005
_PATIENCE = 60


class Posted(msgspec.Struct, frozen=True):
    """A mail or an SMS as it lies in the outbox, under this very name (docs/operators/messages.md)."""

    address: str
    subject: str
    text: str


class NothingCame(RuntimeError):
    """Somebody has waited a minute for a message: the notifier hangs, or the machine is far too slow."""


_sealed = json_decoder(Sealed[Posted]).decode


class Mailboxes:
    """Everybody's post, each letter handed out once."""

    def __init__(self, outbox: Path, opener: Opener) -> None:
        """Only what comes from now on is read."""
        self._outbox = outbox
        self._opener = opener
        self._seen = {file.name for file in self._files()}
        self._unread: dict[str, list[Posted]] = {}

    def next_letter(self, address: str) -> Posted:
        """The next letter to this address, waited for; raises `NothingCame`."""
        patience = monotonic() + _PATIENCE
        while not self._unread.get(address):
            if monotonic() > patience:
                raise NothingCame("a message was sent for and has not come within a minute; see the log for why")
            if not self._collect():
                threading.Event().wait(_LOOKS_EVERY)
        return self._unread[address].pop(0)

    def forget(self, address: str) -> None:
        """Throw away what has come to this address and was not read."""
        self._collect()
        self._unread.pop(address, None)

    def _collect(self) -> bool:
        """Take in what is new; whether there was anything."""
        new = [file for file in self._files() if file.name not in self._seen]
        for file in sorted(new, key=lambda one: one.stat().st_mtime_ns):
            self._seen.add(file.name)
            letter = self._opener.open(_sealed(file.read_bytes()), Posted)
            if letter is not None:
                self._unread.setdefault(letter.address, []).append(letter)
        return bool(new)

    def _files(self) -> list[Path]:
        return [*self._outbox.glob("*.json")] if self._outbox.is_dir() else []
