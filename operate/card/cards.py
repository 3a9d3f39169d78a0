"""插卡: the cards that a person can sign with, whichever way they are reached, behind one interface."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from operate.card.keys import OAEP
from operate.card.readers import Reader, readers, speaking_to
from operate.card.refusals import (
    CardRefusal,
    CardSilent,
    CardUnknown,
    NoCard,
    NoPcsc,
    NoReader,
    PinBlocked,
    PinWrong,
    ReaderGone,
)
from operate.card.tokens import Tokens
from shared.cards import applet, nhi_card
from shared.cards.apdu import AnswerMalformed
from shared.cards.applet import Applet, NotOurCard, Said
from shared.cards.token import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding

    from shared.cards.nhi_card import BasicBlock
    from shared.cards.token import Algorithm


class Card(Protocol):
    """A card with a certificate and a key; whatever it raises is a `CardRefusal`."""

    tried: Mapping[str, str]
    """What each line of the environment check asks of it, in the terms of its own interface."""

    def said(self) -> Said:
        """What it says of itself before any PIN."""
        ...

    def certificate(self) -> bytes:
        """The certificate in DER."""
        ...

    def tries_left(self) -> int | None:
        """How many wrong PINs it still takes, without using one; None where it does not tell."""
        ...

    def takes(self, pin: str) -> bool:
        """Whether a PIN may look so at all."""
        ...

    def open(self, pin: str) -> None:
        """Show the PIN, once; raises `PinWrong` or `PinBlocked`."""
        ...

    def close(self) -> None:
        """Take back what the PIN has opened."""
        ...

    def sign(self, algorithm: Algorithm, signed: bytes) -> bytes:
        """The signature over these bytes, as JWS has it; after `open`."""
        ...

    def deciphers(self) -> bool:
        """Whether its key may be used to decrypt as well."""
        ...

    def padding(self) -> AsymmetricPadding:
        """How what it is to decrypt with an RSA key has been padded."""
        ...

    def decipher(self, given: bytes) -> bytes:
        """RSA: the text. EC: the secret shared with an uncompressed point; after `open`."""
        ...


class Cards:
    """Every card in reach: those in PC/SC readers with our applet, and those behind PKCS #11 modules."""

    def __init__(self, modules: Sequence[Path] = ()) -> None:
        self._tokens = Tokens(modules)

    @property
    def modules(self) -> list[str]:
        """The names of the modules."""
        return self._tokens.modules

    def listed(self) -> list[Reader]:
        """All readers, with the tokens of modules as readers of their own; raises `NoPcsc` where there are none."""
        tokens = [Reader(name, has_card=True) for name in self._tokens.names()]
        try:
            return [*readers(), *tokens]
        except NoPcsc:
            if tokens:
                return tokens
            raise

    @contextmanager
    def opened(self, reader: str | None) -> Iterator[Card]:
        """The card in a reader, or the first that can be used where none is named; raises a `CardRefusal`.

        What its PIN has opened is closed again at the end, whatever happens.
        """
        with self._first_usable(reader) as card:
            try:
                yield card
            finally:
                with suppress(CardRefusal):  # it may have been pulled out
                    card.close()

    def nhi_card(self, reader: str | None) -> BasicBlock:
        """What the NHI card says, in this reader or in the first that has one; raises a `CardRefusal`."""
        refused: CardRefusal = NoCard()
        for name in self._filled(reader):
            try:
                with speaking_to(name) as transmit, _own_words():
                    return nhi_card.read_basic_block(transmit)
            except (CardUnknown, CardSilent, NoCard) as other:
                refused = other
        raise refused

    def _first_usable(self, reader: str | None) -> AbstractContextManager[Card]:
        refused: CardRefusal = NoCard()
        for name in self._filled(reader):
            if name in self._tokens.names():
                return self._tokens.opened(name)
            try:
                with speaking_to(name) as transmit, _own_words():
                    if Applet(transmit).select():
                        return _with_applet(name)
                    refused = CardUnknown()
            except (CardUnknown, CardSilent, NoCard) as other:
                refused = other
        raise refused

    def _filled(self, reader: str | None) -> list[str]:
        """The readers to look into, the one named or all with a card."""
        listed = self.listed()
        if not listed:
            raise NoReader
        if reader is None:
            return [one.name for one in listed if one.has_card]
        named = [one for one in listed if one.name == reader]
        if not named:
            raise ReaderGone
        return [one.name for one in named if one.has_card]


@contextmanager
def _with_applet(reader: str) -> Iterator[Card]:
    with speaking_to(reader) as transmit, _own_words():
        found = Applet(transmit)
        if not found.select():
            raise CardUnknown
        yield AppletCard(found)


@contextmanager
def _own_words() -> Iterator[None]:
    """What cards answer wrongly, in the words of the agent."""
    try:
        yield
    except AnswerMalformed:
        raise CardSilent from None
    except (NotOurCard, nhi_card.NotAnNhiCard):
        raise CardUnknown from None
    except applet.PinWrong as wrong:
        raise PinWrong(left=wrong.left) from None
    except applet.PinBlocked:
        raise PinBlocked from None


class AppletCard:
    """A card with our simulated applet, selected."""

    tried: Mapping[str, str] = {
        "open-module": f"PC/SC, SELECT {applet.AID.hex(' ').upper()}",
        "open-session": "VERIFY 00 20 00 01",
        "card-version": "GET DATA 01 01",
        "card-type": "GET DATA 01 02",
        "holder": "GET DATA 01 03",
        "serial": "GET DATA 01 04",
        "validity": "GET DATA 01 05",
        "sign": "PSO 9E 9A",
        "verify": "READ BINARY",
        "encrypt": "READ BINARY",
        "decrypt": "PSO 80 86",
        "close-session": "SELECT",
        "close-module": "PC/SC, SCARD_LEAVE_CARD",
    }

    def __init__(self, selected: Applet) -> None:
        self._applet = selected

    def said(self) -> Said:
        """See `Card`, also below."""
        with _own_words():
            return self._applet.said()

    def certificate(self) -> bytes:
        """In pieces of 256 bytes."""
        with _own_words():
            return self._applet.certificate()

    def tries_left(self) -> int:
        """Every card with our applet tells."""
        with _own_words():
            return self._applet.tries_left()

    def takes(self, pin: str) -> bool:
        """Six to eight digits."""
        return pin.isascii() and pin.isdigit() and len(pin) in applet.PIN_LENGTHS

    def open(self, pin: str) -> None:
        """VERIFY."""
        with _own_words():
            self._applet.verify(pin)

    def close(self) -> None:
        """The applet forgets the PIN when it is selected anew."""
        with _own_words():
            self._applet.select()

    def sign(self, algorithm: Algorithm, signed: bytes) -> bytes:
        """Hashed here: the card signs the hash."""
        with _own_words():
            return self._applet.sign(algorithm, digest(algorithm, signed))

    def deciphers(self) -> bool:
        """Every card with our applet does."""
        return True

    def padding(self) -> AsymmetricPadding:
        """OAEP with SHA-256."""
        return OAEP

    def decipher(self, given: bytes) -> bytes:
        """See `Card`."""
        with _own_words():
            return self._applet.decipher(given)
