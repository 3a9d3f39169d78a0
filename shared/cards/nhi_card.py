"""健保卡: the basic block that an NHI card tells any PC/SC reader, without a PIN or an access module (IDENTITY §4).

These commands and this layout are public and those of real cards. Nothing here proves that whoever holds the card is
its owner, or that the card is no copy: it is one half of a log-in, never the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.cards.apdu import Command, exchange
from shared.refusals import Refusal
from shared.taiwan.dates import parse_roc_date, roc_digits
from shared.taiwan.identifiers import Sex, parse_personal_id

if TYPE_CHECKING:
    from datetime import date

    from shared.cards.apdu import Transmit

AID = bytes.fromhex("D1580000010000000000000000001100")
SELECT = Command(0x00, 0xA4, 0x04, 0x00, AID)
READ_BASIC_BLOCK = Command(0x00, 0xCA, 0x11, 0x00, b"\x00\x00")
READ_CARD_NUMBER = Command(0x00, 0xCA, 0x00, 0x00, b"\x00\x00", 256)
BLOCK_LENGTH = 57
CARD_NUMBER_LENGTH = 12

_CARD_NUMBER = slice(0, 12)
_NAME = slice(12, 32)
_IDENTIFIER = slice(32, 42)
_BORN = slice(42, 49)
_SEX = slice(49, 50)
_ISSUED = slice(50, 57)
_NAME_LENGTH = 20
_PADDING = b"\x00 "
_WIDE_BLANK = "\u3000"
_BIG5 = "cp950"  # with the characters that Windows has added, as names are typed on it
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}


class NotAnNhiCard(Exception):
    """The card does not answer as an NHI card does."""


@dataclass(frozen=True)
class BasicBlock:
    """健保卡基本資料. What identifies the holder never shows in its repr."""

    card_number: str = field(repr=False)
    """卡號: 12 digits."""
    name: str = field(repr=False)
    identifier: str = field(repr=False)
    """身分證字號 or 統一證號."""
    born_on: date = field(repr=False)
    sex: Sex
    issued_on: date


def read_basic_block(transmit: Transmit) -> BasicBlock:
    """What the card in the reader says; raises `NotAnNhiCard`, and `AnswerMalformed` where it says nothing."""
    if not exchange(transmit, SELECT).is_done:
        raise NotAnNhiCard("the card knows no such application")
    answer = exchange(transmit, READ_BASIC_BLOCK)
    if not answer.is_done:
        raise NotAnNhiCard(f"the basic block is refused with {answer.status:04X}")
    return parse_basic_block(answer.data)


def parse_basic_block(block: bytes) -> BasicBlock:
    """The basic block in its 57 bytes: Big5 names padded with NUL or blanks, ROC dates. Raises `NotAnNhiCard`."""
    if len(block) != BLOCK_LENGTH:
        raise NotAnNhiCard(f"the basic block has {len(block)} bytes and not {BLOCK_LENGTH}")
    try:
        issued_on = parse_roc_date(_digits(block[_ISSUED]))
        return BasicBlock(
            card_number=_digits(block[_CARD_NUMBER]),
            name=_name(block[_NAME]),
            identifier=parse_personal_id(block[_IDENTIFIER].decode("ascii"), on=issued_on).number,
            born_on=parse_roc_date(_digits(block[_BORN])),
            sex=_SEXES[block[_SEX].decode("ascii")],
            issued_on=issued_on,
        )
    except (Refusal, KeyError, ValueError) as fault:
        # Not chained: the original would carry what is on the card into tracebacks.
        raise NotAnNhiCard(f"the basic block cannot be read ({type(fault).__name__})") from None


def write_basic_block(block: BasicBlock) -> bytes:
    """The same in 57 bytes, as a virtual card holds it; raises `ValueError` where the name does not fit in Big5."""
    name = block.name.encode(_BIG5)
    if len(name) > _NAME_LENGTH:
        raise ValueError(f"a name has up to {_NAME_LENGTH} bytes of Big5")
    sex = {kind: letter for letter, kind in _SEXES.items()}[block.sex]
    ahead = block.card_number.encode("ascii") + name.ljust(_NAME_LENGTH, b"\x00") + block.identifier.encode("ascii")
    return ahead + f"{roc_digits(block.born_on)}{sex}{roc_digits(block.issued_on)}".encode("ascii")


def _digits(given: bytes) -> str:
    text = given.decode("ascii")
    if not text.isdigit():
        raise ValueError("other characters than digits")
    return text


def _name(given: bytes) -> str:
    """Without its padding; neither a NUL nor a blank is ever the second byte of a character."""
    text = given.rstrip(_PADDING).decode(_BIG5).strip(_WIDE_BLANK)
    if not text or not text.replace(_WIDE_BLANK, " ").isprintable():
        raise ValueError("no name")
    return text
