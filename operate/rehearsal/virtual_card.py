"""演練用虛擬卡片: the programs that answer as cards do. The NHI card's block is the public one, the applet is ours.

A card of the PKI keeps its own count of wrong PINs: the third blocks it, and then not even the right one opens it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from operate.rehearsal.pki import sign_hash
from shared.calendar import taipei_day
from shared.cards import applet, nhi_card
from shared.cards.apdu import (
    ALL,
    CHAINED,
    CLASS_UNKNOWN,
    DATA_UNKNOWN,
    DONE,
    FILE_UNKNOWN,
    INSTRUCTION_UNKNOWN,
    MORE_TO_COME,
    NOT_FOR_THIS,
    PIN_BLOCKED,
    PIN_NEEDED,
    TRIES_LEFT,
    WRONG_DATA,
    WRONG_LENGTH,
    WRONG_PLACE,
    Answer,
    Command,
    CommandMalformed,
    parse_command,
)
from shared.cards.applet import Entry, Holder
from shared.cards.token import key_fits

if TYPE_CHECKING:
    from collections.abc import Callable

    from operate.rehearsal.pki import IssuedCard, Key
    from shared.cards.nhi_card import BasicBlock
    from shared.cards.profiles import CardKind

_SELECT = 0xA4
_GET_RESPONSE = 0xC0
_VERSION = b"\x01\x00"
_SPEAKS_BOTH_PROTOCOLS = bytes([0x80, 0x01])


def _atr(name: bytes) -> bytes:
    """An answer to reset with a name for its historical bytes; it ends with the exclusive or of what follows TS."""
    after = bytes([0x80 | len(name)]) + _SPEAKS_BOTH_PROTOCOLS + name
    return b"\x3b" + after + bytes([reduce(xor, after)])


class VirtualCard(Protocol):
    """What can be put into a virtual reader."""

    @property
    def atr(self) -> bytes:
        """What the card says when it is powered."""
        ...

    def reset(self) -> None:
        """Power was cut: everything but what a chip keeps is forgotten."""

    def answer(self, given: bytes) -> bytes:
        """The answer to one command."""
        ...


def _answered(do: Callable[[Command], Answer], given: bytes) -> bytes:
    try:
        return do(parse_command(given)).encoded()
    except CommandMalformed:
        return Answer(b"", WRONG_LENGTH).encoded()


class _Parts:
    """An answer longer than 256 bytes, handed out part by part."""

    def __init__(self) -> None:
        self._rest = b""

    def clear(self) -> None:
        """Forget what nobody has fetched."""
        self._rest = b""

    def begin(self, data: bytes, expected: int | None) -> Answer:
        """The first part, as much as was asked for; where nothing was, the card says what there is."""
        self._rest = data
        return Answer(b"", self._more()) if expected is None and data else self.fetch(expected or ALL)

    def fetch(self, expected: int) -> Answer:
        """The next part."""
        part, self._rest = self._rest[:expected], self._rest[expected:]
        return Answer(part, self._more() if self._rest else DONE)

    def _more(self) -> int:
        return (MORE_TO_COME << 8) | (len(self._rest) if len(self._rest) < ALL else 0)


class VirtualNhiCard:
    """健保卡 with an invented holder: the public basic block, and nothing else of a real card."""

    atr = _atr(b"NHICARD")

    def __init__(self, block: BasicBlock) -> None:
        self._block = nhi_card.write_basic_block(block)
        self._parts = _Parts()
        self._selected = False

    def reset(self) -> None:
        """Nothing is selected any more."""
        self._selected = False
        self._parts.clear()

    def answer(self, given: bytes) -> bytes:
        """The answer to one command; what it has to tell is fetched with GET RESPONSE, as from a card of T=0."""
        return _answered(self._do, given)

    def _do(self, command: Command) -> Answer:
        if command.ins == _GET_RESPONSE:
            return self._parts.fetch(command.expected or ALL)
        self._parts.clear()
        if command.ins == _SELECT:
            self._selected = command.data == nhi_card.AID
            return Answer(b"", DONE if self._selected else FILE_UNKNOWN)
        if not self._selected:
            return Answer(b"", NOT_FOR_THIS)
        if command == nhi_card.READ_BASIC_BLOCK:
            return self._parts.begin(self._block, command.expected)
        if command == nhi_card.READ_CARD_NUMBER:
            return self._parts.begin(self._block[: nhi_card.CARD_NUMBER_LENGTH], command.expected)
        return Answer(b"", INSTRUCTION_UNKNOWN)


@dataclass
class Chip:
    """What a PKI card keeps without power: its PIN, how often it was mistaken, its key, and what it says."""

    issued: IssuedCard = field(repr=False)
    kind: CardKind
    holder: Holder
    serial: str
    pin: str = field(repr=False)
    tries_left: int = applet.PIN_TRIES


class VirtualPkiCard:
    """A card with our applet (docs/card_applet.md)."""

    atr = _atr(b"CARETRAIL")

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self._parts = _Parts()
        self._forget()

    def reset(self) -> None:
        """Nothing is selected, no PIN has been shown."""
        self._forget()

    def _forget(self) -> None:
        self._selected = self._opened = False
        self._chained = b""
        self._parts.clear()

    def answer(self, given: bytes) -> bytes:
        """The answer to one command."""
        return _answered(self._do, given)

    def _do(self, command: Command) -> Answer:
        if command.cla & ~CHAINED:
            return Answer(b"", CLASS_UNKNOWN)
        if command.ins == _GET_RESPONSE:
            return self._parts.fetch(command.expected or ALL)
        self._parts.clear()
        instructions = {
            _SELECT: self._select,
            applet.GET_DATA: self._get_data,
            applet.READ_BINARY: self._read,
            applet.VERIFY: self._verify,
            applet.PERFORM: self._perform,
        }
        if command.ins not in instructions:
            return Answer(b"", INSTRUCTION_UNKNOWN)
        if command.ins != _SELECT and not self._selected:
            return Answer(b"", NOT_FOR_THIS)
        return instructions[command.ins](command)

    def _select(self, command: Command) -> Answer:
        self._forget()
        self._selected = command.data == applet.AID
        return Answer(b"", DONE if self._selected else FILE_UNKNOWN)

    def _get_data(self, command: Command) -> Answer:
        certificate = self.chip.issued.certificate
        days = (taipei_day(certificate.not_valid_before_utc), taipei_day(certificate.not_valid_after_utc))
        entries = {
            Entry.VERSION: _VERSION,
            Entry.KIND: bytes([applet.KINDS[self.chip.kind]]),
            Entry.HOLDER: applet.write_holder(self.chip.holder),
            Entry.SERIAL: self.chip.serial.encode("ascii"),
            Entry.VALIDITY: applet.write_validity(*days),
        }
        if command.p1 != 0x01 or command.p2 not in set(Entry):
            return Answer(b"", DATA_UNKNOWN)
        return self._parts.begin(entries[Entry(command.p2)], command.expected)

    def _read(self, command: Command) -> Answer:
        at, certificate = command.p1 << 8 | command.p2, self.chip.issued.der
        if at > len(certificate):
            return Answer(b"", WRONG_PLACE)
        return Answer(certificate[at : at + (command.expected or ALL)], DONE)

    def _verify(self, command: Command) -> Answer:
        if (command.p1, command.p2) != (0x00, applet.PIN_REFERENCE):
            return Answer(b"", DATA_UNKNOWN)
        if not self.chip.tries_left:
            return Answer(b"", PIN_BLOCKED)
        if not command.data:
            return Answer(b"", TRIES_LEFT | self.chip.tries_left)
        if len(command.data) not in applet.PIN_LENGTHS:
            return Answer(b"", WRONG_LENGTH)
        self._opened = command.data == self.chip.pin.encode("ascii")
        self.chip.tries_left = applet.PIN_TRIES if self._opened else self.chip.tries_left - 1
        if self._opened:
            return Answer(b"", DONE)
        return Answer(b"", TRIES_LEFT | self.chip.tries_left if self.chip.tries_left else PIN_BLOCKED)

    def _perform(self, command: Command) -> Answer:
        data = self._chained + command.data
        self._chained = b""
        if command.cla & CHAINED:
            self._chained = data
            return Answer(b"", DONE)
        if not self._opened:
            return Answer(b"", PIN_NEEDED)
        operations = {applet.SIGN: _signed, applet.DECIPHER: _deciphered}
        operation = operations.get((command.p1, command.p2))
        if operation is None:
            return Answer(b"", DATA_UNKNOWN)
        try:
            found = operation(self.chip.issued.key, data)
        except (ValueError, IndexError, UnsupportedAlgorithm):
            return Answer(b"", WRONG_DATA)
        return self._parts.begin(found, command.expected)


def _signed(key: Key, data: bytes) -> bytes:
    """The signature over a hash, behind the byte that says which algorithm."""
    algorithm = next((known for known, number in applet.ALGORITHMS.items() if number == data[0]), None)
    if algorithm is None or not key_fits(key.public_key(), algorithm):
        raise ValueError("not an algorithm of this key")
    return sign_hash(key, algorithm, data[1:])


def _deciphered(key: Key, data: bytes) -> bytes:
    """RSA: what was encrypted (OAEP, SHA-256). EC: the secret shared with an uncompressed point."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.decrypt(data, applet.OAEP)
    return key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(key.curve, data))
