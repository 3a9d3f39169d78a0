"""環境檢測: whether a card can be signed with here, line by line: what was tried, what came of it, what to do next."""

from __future__ import annotations

import secrets
from base64 import b64encode
from contextlib import ExitStack
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from operate.card.keys import Encrypted, algorithm_of, public_key
from operate.card.refusals import (
    CardExpired,
    CardNotYetValid,
    CardRefusal,
    DecryptionWrong,
    PinBlocked,
    PinMalformed,
    SignatureWrong,
)
from shared.calendar import taipei_day
from shared.cards.agent import CheckLine
from shared.cards.token import signature_holds, signed_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from operate.card.cards import Card
    from operate.card.keys import PublicKey

_NEEDED = {
    CheckLine.SIGN: CheckLine.OPEN_SESSION,
    CheckLine.VERIFY: CheckLine.SIGN,
    CheckLine.ENCRYPT: CheckLine.OPEN_SESSION,
    CheckLine.DECRYPT: CheckLine.ENCRYPT,
    CheckLine.CLOSE_SESSION: CheckLine.OPEN_SESSION,
}
"""What has to have passed before a line is tried."""
_NOWHERE = "https://check.invalid"
"""The origin of what is signed for the check: nobody lets anybody in by it."""
_NONCE_BYTES = 32


class Outcome(StrEnum):
    """What came of a line."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Line(msgspec.Struct, omit_defaults=True):
    """One thing that was tried; `code` and `params` say what is wrong, as the agent refuses it elsewhere."""

    line: str
    outcome: Outcome
    tried: str = ""
    found: str = ""
    code: str = ""
    params: dict[str, object] = msgspec.field(default_factory=dict)


def examine(opened: AbstractContextManager[Card], pin: str | None, now: datetime) -> list[Line]:
    """Every line, for the card that is `opened` for it; without a PIN those that need none.

    What is signed is a random number, with an origin that is nobody's: no site takes it for a log-in.
    """
    first, *others = CheckLine
    with ExitStack() as module:
        try:
            card = module.enter_context(opened)
        except CardRefusal as refusal:
            return [_failed(first, "", refusal), *(Line(name, Outcome.SKIPPED) for name in others)]
        lines = [Line(first, Outcome.PASSED, card.tried[first]), *_Examination(card, pin, now).lines()]
        return [*lines, _line(CheckLine.CLOSE_MODULE, card, module.close)]


class _Examination:
    """Goes through the lines between opening the module and closing it."""

    def __init__(self, card: Card, pin: str | None, now: datetime) -> None:
        self._card = card
        self._pin = pin
        self._now = now
        self._signature = b""
        self._nonce = b64encode(secrets.token_bytes(_NONCE_BYTES)).decode()
        self._text = secrets.token_bytes(_NONCE_BYTES)

    def lines(self) -> Iterator[Line]:
        """What needs a line that has not passed is skipped; the PIN is shown one time at most."""
        steps: dict[CheckLine, Callable[[], str | None]] = {
            CheckLine.OPEN_SESSION: self._open,
            CheckLine.CARD_VERSION: self._card.version,
            CheckLine.CARD_TYPE: self._card.kind,
            CheckLine.HOLDER: lambda: self._card.holder().name,
            CheckLine.SERIAL: self._card.serial,
            CheckLine.VALIDITY: self._validity,
            CheckLine.SIGN: self._sign,
            CheckLine.VERIFY: self._verify,
            CheckLine.ENCRYPT: self._encrypt,
            CheckLine.DECRYPT: self._decrypt,
            CheckLine.CLOSE_SESSION: self._card.close,
        }
        passed: set[CheckLine] = set()
        for name, step in steps.items():
            line = self._tried(name, step) if _NEEDED.get(name, name) in {name, *passed} else self._skipped(name)
            if line.outcome is Outcome.PASSED:
                passed.add(name)
            yield line

    def _tried(self, name: CheckLine, step: Callable[[], str | None]) -> Line:
        try:
            if name is CheckLine.OPEN_SESSION and self._pin is None and self._card.tries_left() != 0:
                return self._skipped(name)
            if name is CheckLine.ENCRYPT and not self._card.deciphers():
                return self._skipped(name)
        except CardRefusal as refusal:
            return _failed(name, self._card.tried[name], refusal)
        return _line(name, self._card, step)

    def _skipped(self, name: CheckLine) -> Line:
        return Line(name, Outcome.SKIPPED, self._card.tried[name])

    def _key(self) -> PublicKey:
        return public_key(self._card.certificate())

    def _open(self) -> None:
        if self._card.tries_left() == 0:
            raise PinBlocked
        pin = self._pin or ""
        if not self._card.takes(pin):
            raise PinMalformed
        self._card.open(pin)

    def _validity(self) -> str:
        first, last = self._card.validity()
        if self._now < first:
            raise CardNotYetValid(on=taipei_day(first).isoformat())
        if self._now > last:
            raise CardExpired(on=taipei_day(last).isoformat())
        return f"{taipei_day(first)} – {taipei_day(last)}"

    def _sign(self) -> str:
        algorithm = algorithm_of(self._key())
        self._signature = self._card.sign(algorithm, signed_bytes(algorithm, _NOWHERE, self._nonce))
        return algorithm

    def _verify(self) -> None:
        key = self._key()
        if not signature_holds(key, algorithm_of(key), self._signature, _NOWHERE, self._nonce):
            raise SignatureWrong

    def _encrypt(self) -> None:
        self._encrypted = Encrypted(self._key(), self._text, self._card.padding())

    def _decrypt(self) -> None:
        if self._encrypted.read(self._card.decipher(self._encrypted.for_card)) != self._text:
            raise DecryptionWrong


def _line(name: CheckLine, card: Card, step: Callable[[], str | None]) -> Line:
    try:
        return Line(name, Outcome.PASSED, card.tried[name], step() or "")
    except CardRefusal as refusal:
        return _failed(name, card.tried[name], refusal)


def _failed(name: CheckLine, tried: str, refusal: CardRefusal) -> Line:
    return Line(name, Outcome.FAILED, tried, code=refusal.code, params=refusal.params)
