"""環境檢測: whether a card can be signed with here, line by line: what was tried, what came of it, what to do next."""

from __future__ import annotations

import secrets
from base64 import b64encode
from contextlib import ExitStack
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from operate.card.keys import Encrypted, algorithm_of, public_key
from operate.card.refusals import CardRefusal, CardSilent, PinBlocked, PinMalformed
from shared.calendar import taipei_day
from shared.cards.token import signature_holds, signed_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from operate.card.cards import Card, Cards
    from operate.card.keys import PublicKey

LINES = (
    "open-module",
    "open-session",
    "card-version",
    "card-type",
    "holder",
    "serial",
    "validity",
    "sign",
    "verify",
    "encrypt",
    "decrypt",
    "close-session",
    "close-module",
)
"""What is tried, in this order."""

_NEEDED = {
    "sign": "open-session",
    "verify": "sign",
    "encrypt": "open-session",
    "decrypt": "encrypt",
    "close-session": "open-session",
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


def examine(cards: Cards, reader: str | None, pin: str | None) -> list[Line]:
    """Every line, for the card in a reader or the first that can be used; without a PIN those that need none.

    What is signed is a random number, with an origin that is nobody's: no site takes it for a log-in.
    """
    with ExitStack() as module:
        try:
            card = module.enter_context(cards.opened(reader))
        except CardRefusal as refusal:
            return [_failed("open-module", "", refusal), *(Line(name, Outcome.SKIPPED) for name in LINES[1:])]
        lines = list(_Examination(card, pin).lines())
        module.close()
        tried = card.tried
    return [
        Line("open-module", Outcome.PASSED, tried["open-module"]),
        *lines,
        Line("close-module", Outcome.PASSED, tried["close-module"]),
    ]


class _Examination:
    """Goes through the lines between opening the module and closing it."""

    def __init__(self, card: Card, pin: str | None) -> None:
        self._card = card
        self._pin = pin
        self._signature = b""
        self._nonce = b64encode(secrets.token_bytes(_NONCE_BYTES)).decode()
        self._text = secrets.token_bytes(_NONCE_BYTES)

    def lines(self) -> Iterator[Line]:
        """What needs a line that has not passed is skipped; the PIN is shown one time at most."""
        steps: dict[str, Callable[[], str | None]] = {
            "open-session": self._open,
            "card-version": lambda: self._card.said().version,
            "card-type": lambda: self._card.said().kind,
            "holder": lambda: self._card.said().holder.name,
            "serial": lambda: self._card.said().serial,
            "validity": self._validity,
            "sign": self._sign,
            "verify": self._verify,
            "encrypt": self._encrypt,
            "decrypt": self._decrypt,
            "close-session": self._card.close,
        }
        passed: set[str] = set()
        for name, step in steps.items():
            line = self._line(name, step) if _NEEDED.get(name, name) in {name, *passed} else self._skipped(name)
            if line.outcome is Outcome.PASSED:
                passed.add(name)
            yield line

    def _line(self, name: str, step: Callable[[], str | None]) -> Line:
        try:
            if name == "open-session" and self._pin is None and self._card.tries_left() != 0:
                return self._skipped(name)
            if name == "encrypt" and not self._card.deciphers():
                return self._skipped(name)
            return Line(name, Outcome.PASSED, self._card.tried[name], step() or "")
        except CardRefusal as refusal:
            return _failed(name, self._card.tried[name], refusal)

    def _skipped(self, name: str) -> Line:
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
        said = self._card.said()
        return f"{taipei_day(said.valid_from)} – {taipei_day(said.valid_to)}"

    def _sign(self) -> str:
        algorithm = algorithm_of(self._key())
        self._signature = self._card.sign(algorithm, signed_bytes(algorithm, _NOWHERE, self._nonce))
        return algorithm

    def _verify(self) -> None:
        key = self._key()
        if not signature_holds(key, algorithm_of(key), self._signature, _NOWHERE, self._nonce):
            raise CardSilent

    def _encrypt(self) -> None:
        self._encrypted = Encrypted(self._key(), self._text, self._card.padding())

    def _decrypt(self) -> None:
        if self._encrypted.read(self._card.decipher(self._encrypted.for_card)) != self._text:
            raise CardSilent


def _failed(name: str, tried: str, refusal: CardRefusal) -> Line:
    return Line(name, Outcome.FAILED, tried, code=refusal.code, params=refusal.params)
