"""演練用憑證卡應用程式: the applet of OUR simulated cards, one for personnel, institution, citizen and government.

What the real cards of the HCA, the GCA and the MOICA answer is not public: this interface is Caretrail's own, written
down byte by byte in docs/card_applet.md, and no real card speaks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from shared.calendar import TAIPEI
from shared.cards.apdu import (
    ALL,
    CHAINED,
    DATA_UNKNOWN,
    FILE_UNKNOWN,
    LONGEST_DATA,
    PIN_BLOCKED,
    TRIES_LEFT,
    Answer,
    Command,
    exchange,
)
from shared.cards.profiles import CardKind
from shared.cards.token import Algorithm
from shared.refusals import Refusal
from shared.taiwan.dates import parse_roc_date, roc_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.cards.apdu import Transmit

AID = bytes.fromhex("F043415245545241494C01")
"""F0 (a proprietary identifier, registered nowhere), `CARETRAIL`, and the version of the interface."""
SELECT = Command(0x00, 0xA4, 0x04, 0x00, AID)
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
"""How what an RSA key is to decrypt has been padded."""
PIN_LENGTHS = range(6, 9)
PIN_TRIES = 3

GET_DATA = 0xCA
READ_BINARY = 0xB0
VERIFY = 0x20
PERFORM = 0x2A
SIGN = (0x9E, 0x9A)
DECIPHER = (0x80, 0x86)
PIN_REFERENCE = 0x01
TRY_MASK = 0x0F
_LONGEST_CERTIFICATE = 8192
_LENGTH_OF_A_DAY = 7
_LONGEST_LENGTH = 0x7F

KINDS = {CardKind.PERSONNEL: 1, CardKind.INSTITUTION: 2, CardKind.CITIZEN: 3, CardKind.GOVERNMENT: 4}
"""The byte that says which card it is."""
ALGORITHMS = {algorithm: number for number, algorithm in enumerate(Algorithm, 1)}
"""The byte before the hash that is to be signed, by the order in `Algorithm`."""


class Entry(IntEnum):
    """What GET DATA hands out, by its P2; P1 is 01."""

    VERSION = 0x01
    KIND = 0x02
    HOLDER = 0x03
    SERIAL = 0x04
    VALIDITY = 0x05


class HolderTag(IntEnum):
    """The parts of the holder's data, each a tag, a length and UTF-8; what the card does not know is left out."""

    NAME = 0x80
    NAME_EN = 0x81
    SEX = 0x82
    BORN = 0x83
    IDENTIFIER = 0x84
    CATEGORY = 0x85


class NotOurCard(Exception):
    """The card does not answer as this interface says."""


class PinWrong(Exception):
    """That was not the PIN; `left` tries are left."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


class PinBlocked(Exception):
    """No try is left: not even the right PIN opens the card."""


@dataclass(frozen=True)
class Holder:
    """持卡人資料. Empty is what the card does not say; none of it shows in the repr."""

    name: str = field(default="", repr=False)
    name_en: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    """M or F."""
    born_on: date | None = field(default=None, repr=False)
    masked_identifier: str = field(default="", repr=False)
    """身分證字號 with its middle hidden, as A12****789."""
    category: str = ""
    """醫事人員類別, such as A."""


class Applet:
    """The card in a reader, spoken to by one command after another; `select` comes first.

    Everything raises `NotOurCard` where the card answers otherwise than it should, and `AnswerMalformed` where it says
    nothing.
    """

    def __init__(self, transmit: Transmit) -> None:
        self._transmit = transmit

    def select(self) -> bool:
        """Whether the card has this applet. Also takes back what a PIN has opened."""
        answer = exchange(self._transmit, SELECT)
        if not answer.is_done and answer.status not in {FILE_UNKNOWN, DATA_UNKNOWN}:
            raise NotOurCard(f"SELECT is answered with {answer.status:04X}")
        return answer.is_done

    def version(self) -> str:
        """The version of the interface, as 1.0."""
        major, minor = self._entry(Entry.VERSION, 2)
        return f"{major}.{minor}"

    def kind(self) -> CardKind:
        """Which card it is."""
        (number,) = self._entry(Entry.KIND, 1)
        try:
            return next(kind for kind, known in KINDS.items() if known == number)
        except StopIteration:
            raise NotOurCard(f"no kind of card is {number}") from None

    def holder(self) -> Holder:
        """Whose card it is."""
        return parse_holder(self._entry(Entry.HOLDER))

    def serial(self) -> str:
        """卡號."""
        return _ascii(self._entry(Entry.SERIAL))

    def validity(self) -> tuple[datetime, datetime]:
        """The first moment of the first day, and the last of the last, in Taiwan."""
        return parse_validity(self._entry(Entry.VALIDITY, 2 * _LENGTH_OF_A_DAY))

    def certificate(self) -> bytes:
        """The certificate in DER, read 256 bytes at a time."""
        read = b""
        while len(read) <= _LONGEST_CERTIFICATE:
            answer = exchange(
                self._transmit, Command(0x00, READ_BINARY, len(read) >> 8, len(read) & 0xFF, expected=ALL)
            )
            if not answer.is_done:
                raise NotOurCard(f"READ BINARY is answered with {answer.status:04X}")
            read += answer.data
            if len(answer.data) < ALL:
                return read
        raise NotOurCard("the certificate has no end")

    def tries_left(self) -> int:
        """How many wrong PINs the card still takes; asking uses none."""
        answer = exchange(self._transmit, Command(0x00, VERIFY, 0x00, PIN_REFERENCE))
        if answer.status == PIN_BLOCKED:
            return 0
        if answer.status & ~TRY_MASK == TRIES_LEFT:
            return answer.status & TRY_MASK
        raise NotOurCard(f"VERIFY is answered with {answer.status:04X}")

    def verify(self, pin: str) -> None:
        """Show the PIN once; raises `PinWrong` or `PinBlocked`. Never call it again with the same PIN."""
        answer = exchange(self._transmit, Command(0x00, VERIFY, 0x00, PIN_REFERENCE, pin.encode("ascii")))
        if answer.status == PIN_BLOCKED:
            raise PinBlocked
        if answer.status & ~TRY_MASK == TRIES_LEFT:
            left = answer.status & TRY_MASK
            raise PinWrong(left) if left else PinBlocked
        if not answer.is_done:
            raise NotOurCard(f"VERIFY is answered with {answer.status:04X}")

    def sign(self, algorithm: Algorithm, digest: bytes) -> bytes:
        """The signature over a hash, as JWS has it; the PIN has been shown."""
        return self._performed(SIGN, bytes([ALGORITHMS[algorithm]]) + digest)

    def decipher(self, given: bytes) -> bytes:
        """RSA: the text in a ciphertext (OAEP, SHA-256). EC: the secret shared with a point; the PIN has been shown."""
        return self._performed(DECIPHER, given)

    def _performed(self, what: tuple[int, int], data: bytes) -> bytes:
        *before, last = _chain(what, data)
        for command in before:
            if not exchange(self._transmit, command).is_done:
                raise NotOurCard("a part of a command is refused")
        answer = exchange(self._transmit, last)
        if not answer.is_done:
            raise NotOurCard(f"a security operation is answered with {answer.status:04X}")
        return answer.data

    def _entry(self, entry: Entry, length: int | None = None) -> bytes:
        answer: Answer = exchange(self._transmit, Command(0x00, GET_DATA, 0x01, entry, expected=ALL))
        if not answer.is_done:
            raise NotOurCard(f"GET DATA {entry:02X} is answered with {answer.status:04X}")
        if length is not None and len(answer.data) != length:
            raise NotOurCard(f"GET DATA {entry:02X} gives {len(answer.data)} bytes and not {length}")
        return answer.data


def _chain(what: tuple[int, int], data: bytes) -> Iterator[Command]:
    """One command, or several of which all but the last say that more follows."""
    pieces = [data[at : at + LONGEST_DATA] for at in range(0, len(data), LONGEST_DATA)]
    for piece in pieces[:-1]:
        yield Command(CHAINED, PERFORM, *what, piece)
    yield Command(0x00, PERFORM, *what, pieces[-1], ALL)


def parse_holder(given: bytes) -> Holder:
    """The holder's data from its parts; parts that are not known are passed over. Raises `NotOurCard`."""
    parts: dict[int, str] = {}
    rest = given
    while rest:
        if len(rest) < 2 or rest[1] > _LONGEST_LENGTH or len(rest) < 2 + rest[1]:
            raise NotOurCard("a part of the holder's data is cut short")
        tag, text, rest = rest[0], rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
        parts[tag] = _utf8(text)
    sex = parts.get(HolderTag.SEX, "")
    if sex not in {"", "M", "F"}:
        raise NotOurCard("a sex is M or F")
    born = parts.get(HolderTag.BORN, "")
    return Holder(
        name=parts.get(HolderTag.NAME, ""),
        name_en=parts.get(HolderTag.NAME_EN, ""),
        sex=sex,
        born_on=_day(born) if born else None,
        masked_identifier=parts.get(HolderTag.IDENTIFIER, ""),
        category=parts.get(HolderTag.CATEGORY, ""),
    )


def write_holder(holder: Holder) -> bytes:
    """The same as a virtual card holds it; raises `ValueError` where a part has more than 127 bytes."""
    parts = {
        HolderTag.NAME: holder.name,
        HolderTag.NAME_EN: holder.name_en,
        HolderTag.SEX: holder.sex,
        HolderTag.BORN: roc_digits(holder.born_on) if holder.born_on else "",
        HolderTag.IDENTIFIER: holder.masked_identifier,
        HolderTag.CATEGORY: holder.category,
    }
    encoded = {tag: text.encode() for tag, text in parts.items() if text}
    if any(len(text) > _LONGEST_LENGTH for text in encoded.values()):
        raise ValueError("a part has up to 127 bytes")
    return b"".join(bytes([tag, len(text)]) + text for tag, text in encoded.items())


def parse_validity(given: bytes) -> tuple[datetime, datetime]:
    """The two ROC days, `YYYMMDDYYYMMDD`, from the first moment of the one to the last second of the other."""
    first, last = _day(_ascii(given[:_LENGTH_OF_A_DAY])), _day(_ascii(given[_LENGTH_OF_A_DAY:]))
    return datetime.combine(first, time.min, TAIPEI), datetime.combine(last, time(23, 59, 59), TAIPEI)


def write_validity(first: date, last: date) -> bytes:
    """The same as a virtual card holds it."""
    return (roc_digits(first) + roc_digits(last)).encode("ascii")


def _day(text: str) -> date:
    if len(text) != _LENGTH_OF_A_DAY:
        raise NotOurCard("a day has seven digits")
    try:
        return parse_roc_date(text)
    except Refusal:
        raise NotOurCard("there is no such day") from None


def _ascii(given: bytes) -> str:
    text = _utf8(given)
    if not text.isascii():
        raise NotOurCard("other characters than letters and digits")
    return text


def _utf8(given: bytes) -> str:
    try:
        text = given.decode()
    except UnicodeDecodeError:
        raise NotOurCard("no text") from None
    if not text.isprintable():
        raise NotOurCard("characters that nobody can see")
    return text
