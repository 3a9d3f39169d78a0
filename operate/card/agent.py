"""讀卡程式: what a page of an allowed site may ask of the cards in this computer, one thing at a time.

The PIN comes with the one request that needs it, is shown to the card once, and is kept and logged nowhere.
"""

from __future__ import annotations

import binascii
import threading
from base64 import b64decode, b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from operate.card.environment import Line, examine
from operate.card.keys import algorithm_of, public_key
from operate.card.refusals import Busy, NonceMalformed, NoPcsc, PinMalformed
from shared.calendar import taipei_day
from shared.cards.agent import VERSION
from shared.cards.token import signed_bytes, write_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from operate.card.cards import Cards
    from shared.cards.applet import Holder

NAME = "caretrail-card-agent"
_NONCE_BYTES = 32
_PATIENCE = 2.0


class About(msgspec.Struct):
    """Who answers, and what is plugged in; `pcsc` tells whether the computer's service for smart cards answers."""

    agent: str
    version: str
    pcsc: bool
    readers: list[ReaderTold]
    modules: list[str]


class ReaderTold(msgspec.Struct):
    """One reader, and whether a card is in it."""

    name: str
    card: bool


class InReader(msgspec.Struct):
    """Which reader is meant; without a name the first whose card fits."""

    reader: str | None = None


class ToSign(msgspec.Struct):
    """What is to be signed, and the PIN; with a `serial`, by that card and no other."""

    nonce: str
    pin: str
    reader: str | None = None
    serial: str | None = None

    def __repr__(self) -> str:
        """Without the PIN."""
        return "ToSign(…)"


class ToCheck(msgspec.Struct):
    """Which card is checked, with a `serial` that one and no other; without a PIN only what needs none."""

    pin: str | None = None
    reader: str | None = None
    serial: str | None = None

    def __repr__(self) -> str:
        """Without the PIN."""
        return "ToCheck(…)"


class NhiCardTold(msgspec.Struct):
    """健保卡: what its basic block says."""

    card_number: str
    name: str
    identifier: str
    born_on: str
    sex: str
    issued_on: str


class HolderTold(msgspec.Struct):
    """持卡人: what the card says of whose it is; empty where it does not."""

    name: str
    name_en: str
    sex: str
    born_on: str
    identifier: str
    """With its middle hidden."""
    category: str


class CardTold(msgspec.Struct):
    """憑證卡: what is shown before the PIN is asked; `tries_left` is None where the card does not tell."""

    kind: str
    version: str
    serial: str
    certificate: str
    """DER in base64."""
    valid_from: str
    valid_to: str
    holder: HolderTold
    tries_left: int | None


class Signed(msgspec.Struct):
    """The token that logs in."""

    token: str


class Checked(msgspec.Struct):
    """Every line of the environment check."""

    lines: list[Line]


class Agent:
    """Does what allowed pages ask, one thing at a time: who waits for longer than `patience` seconds is told `Busy`."""

    def __init__(self, cards: Cards, patience: float = _PATIENCE) -> None:
        self._cards = cards
        self._patience = patience
        self._turn = threading.Lock()

    def about(self) -> About:
        """What is plugged in at this moment."""
        with self._alone():
            modules = self._cards.modules
            try:
                told = [ReaderTold(one.name, one.has_card) for one in self._cards.listed()]
            except NoPcsc:
                return About(NAME, VERSION, pcsc=False, readers=[], modules=modules)
        return About(NAME, VERSION, pcsc=True, readers=told, modules=modules)

    def nhi_card(self, asked: InReader) -> NhiCardTold:
        """Read the NHI card."""
        with self._alone():
            block = self._cards.nhi_card(asked.reader)
        return NhiCardTold(
            card_number=block.card_number,
            name=block.name,
            identifier=block.identifier,
            born_on=block.born_on.isoformat(),
            sex=block.sex,
            issued_on=block.issued_on.isoformat(),
        )

    def card(self, asked: InReader) -> CardTold:
        """Read a card that can sign, and how many tries its PIN has left; no PIN is used."""
        with self._alone(), self._cards.opened(asked.reader) as card:
            first, last = card.validity()
            return CardTold(
                kind=card.kind(),
                version=card.version(),
                serial=card.serial(),
                certificate=b64encode(card.certificate()).decode(),
                valid_from=taipei_day(first).isoformat(),
                valid_to=taipei_day(last).isoformat(),
                holder=_told(card.holder()),
                tries_left=card.tries_left(),
            )

    def sign(self, origin: str, asked: ToSign) -> Signed:
        """Have the card sign the nonce for this origin, which the browser has named; the PIN is shown once."""
        _demand_nonce(asked.nonce)
        with self._alone(), self._cards.opened(asked.reader, asked.serial) as card:
            if not card.takes(asked.pin):
                raise PinMalformed
            certificate = card.certificate()
            algorithm = algorithm_of(public_key(certificate))
            card.open(asked.pin)
            signature = card.sign(algorithm, signed_bytes(algorithm, origin, asked.nonce))
        return Signed(write_token(certificate, algorithm, signature, f"{NAME}/{VERSION}"))

    def check(self, asked: ToCheck, now: datetime) -> Checked:
        """Go through the lines of the environment check."""
        with self._alone():
            return Checked(examine(self._cards.opened(asked.reader, asked.serial), asked.pin, now))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self._patience):
            raise Busy
        try:
            yield
        finally:
            self._turn.release()


def _told(holder: Holder) -> HolderTold:
    return HolderTold(
        name=holder.name,
        name_en=holder.name_en,
        sex=holder.sex,
        born_on=holder.born_on.isoformat() if holder.born_on else "",
        identifier=holder.masked_identifier,
        category=holder.category,
    )


def _demand_nonce(nonce: str) -> None:
    try:
        given = b64decode(nonce, validate=True)
    except (binascii.Error, ValueError):
        raise NonceMalformed from None
    if len(given) != _NONCE_BYTES:
        raise NonceMalformed
