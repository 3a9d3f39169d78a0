"""插卡: the cards that a person can sign with, whichever way they are reached, behind one interface."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from operate.card.readers import Reader, readers, speaking_to
from operate.card.refusals import (
    CardChanged,
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
from shared.cards.agent import CheckLine
from shared.cards.apdu import AnswerMalformed
from shared.cards.applet import Applet, NotOurCard
from shared.cards.token import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding

    from shared.cards.applet import Holder
    from shared.cards.nhi_card import BasicBlock
    from shared.cards.profiles import CardKind
    from shared.cards.token import Algorithm


class Card(Protocol):
    """A card with a certificate and a key; whatever it raises is a `CardRefusal`."""

    tried: Mapping[CheckLine, str]
    """What each line of the environment check asks of it, in the terms of its own interface."""

    def version(self) -> str:
        """The version of its interface; this and all up to `takes` is told before any PIN."""
        ...

    def kind(self) -> CardKind:
        """Which card it is."""
        ...

    def holder(self) -> Holder:
        """Whose card it is."""
        ...

    def serial(self) -> str:
        """卡號."""
        ...

    def validity(self) -> tuple[datetime, datetime]:
        """The first moment at which it is good, and the last."""
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
    def opened(self, reader: str | None, serial: str | None = None) -> Iterator[Card]:
        """The card in a reader, or the first that can be used where none is named; raises a `CardRefusal`.

        Where the `serial` of a card is given, any other is refused before a PIN can be shown to it. What a PIN has
        opened is closed again at the end, whatever happens.
        """
        with ExitStack() as held:
            card = self._first_usable(reader, held)
            if serial is not None and serial != card.serial():
                raise CardChanged
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

    def _first_usable(self, reader: str | None, held: ExitStack) -> Card:
        """Open one reader after the other, until `held` holds a card that can be used."""
        refused: CardRefusal = NoCard()
        tokens = self._tokens.names()
        for name in self._filled(reader):
            try:
                return held.enter_context(self._tokens.opened(name) if name in tokens else _with_applet(name))
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

    tried: Mapping[CheckLine, str] = {
        CheckLine.OPEN_MODULE: f"PC/SC, SELECT {applet.AID.hex(' ').upper()}",
        CheckLine.OPEN_SESSION: "VERIFY 00 20 00 01",
        CheckLine.CARD_VERSION: "GET DATA 01 01",
        CheckLine.CARD_TYPE: "GET DATA 01 02",
        CheckLine.HOLDER: "GET DATA 01 03",
        CheckLine.SERIAL: "GET DATA 01 04",
        CheckLine.VALIDITY: "GET DATA 01 05",
        CheckLine.SIGN: "PSO 9E 9A",
        CheckLine.VERIFY: "READ BINARY",
        CheckLine.ENCRYPT: "READ BINARY",
        CheckLine.DECRYPT: "PSO 80 86",
        CheckLine.CLOSE_SESSION: "SELECT",
        CheckLine.CLOSE_MODULE: "PC/SC, SCARD_LEAVE_CARD",
    }

    def __init__(self, selected: Applet) -> None:
        self._applet = selected

    def version(self) -> str:
        """See `Card`, also below."""
        with _own_words():
            return self._applet.version()

    def kind(self) -> CardKind:
        """GET DATA, as all that is told of the holder."""
        with _own_words():
            return self._applet.kind()

    def holder(self) -> Holder:
        """See `Card`."""
        with _own_words():
            return self._applet.holder()

    def serial(self) -> str:
        """See `Card`."""
        with _own_words():
            return self._applet.serial()

    def validity(self) -> tuple[datetime, datetime]:
        """Whole days in Taiwan."""
        with _own_words():
            return self._applet.validity()

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
        return applet.OAEP

    def decipher(self, given: bytes) -> bytes:
        """See `Card`."""
        with _own_words():
            return self._applet.decipher(given)
