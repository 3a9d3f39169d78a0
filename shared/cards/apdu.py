"""What a reader and a card say to each other (ISO/IEC 7816-4): a command, and an answer that ends with a status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Transmit = Callable[[bytes], bytes]
    """Hands one command to the card, and gives what it answers."""

DONE = 0x9000
FILE_UNKNOWN = 0x6A82
DATA_UNKNOWN = 0x6A88
PIN_NEEDED = 0x6982
PIN_BLOCKED = 0x6983
NOT_FOR_THIS = 0x6985
WRONG_DATA = 0x6A80
WRONG_PLACE = 0x6B00
WRONG_LENGTH = 0x6700
INSTRUCTION_UNKNOWN = 0x6D00
CLASS_UNKNOWN = 0x6E00
MORE_TO_COME = 0x61
"""The first half of a status whose second half says how many bytes may be fetched."""
OTHER_LENGTH = 0x6C
"""The first half of a status whose second half says how many bytes to ask for."""
TRIES_LEFT = 0x63C0
"""A wrong PIN: the last half byte says how many tries are left."""
CHAINED = 0x10
"""The bit of the class that says: the data goes on in the next command."""

ALL = 256
"""As many bytes as a short answer holds, written 00."""
LONGEST_DATA = 255
_HEADER = 4
_MOST_PARTS = 64


class CommandMalformed(ValueError):
    """These bytes are no short command."""


class AnswerMalformed(ValueError):
    """The card answered nothing, or what no card may answer."""


@dataclass(frozen=True)
class Command:
    """One short command: up to 255 bytes of data, an answer of up to `expected` (None: of nothing but a status)."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int | None = None

    def encoded(self) -> bytes:
        """As it goes to the card."""
        data = bytes([len(self.data)]) + self.data if self.data else b""
        length = b"" if self.expected is None else bytes([self.expected % ALL])
        return bytes([self.cla, self.ins, self.p1, self.p2]) + data + length


@dataclass(frozen=True)
class Answer:
    """What the card said: data, and two bytes of status."""

    data: bytes
    status: int

    @property
    def is_done(self) -> bool:
        """Whether the card has done what it was told."""
        return self.status == DONE

    def encoded(self) -> bytes:
        """As it comes from the card."""
        return self.data + self.status.to_bytes(2)


def parse_command(given: bytes) -> Command:
    """The command in these bytes, in any of the four short forms; raises `CommandMalformed`."""
    if len(given) < _HEADER:
        raise CommandMalformed("a command begins with four bytes")
    cla, ins, p1, p2 = given[:_HEADER]
    rest = given[_HEADER:]
    if len(rest) <= 1:
        return Command(cla, ins, p1, p2, expected=(rest[0] or ALL) if rest else None)
    length, data = rest[0], rest[1 : 1 + rest[0]]
    after = rest[1 + length :]
    if not length or len(data) < length or len(after) > 1:
        raise CommandMalformed("the data is not as long as is said")
    return Command(cla, ins, p1, p2, data, (after[0] or ALL) if after else None)


def parse_answer(given: bytes) -> Answer:
    """What the card answered; raises `AnswerMalformed` where the status is missing, as from a card just taken out."""
    if len(given) < 2:
        raise AnswerMalformed("an answer ends with two bytes of status")
    return Answer(given[:-2], int.from_bytes(given[-2:]))


def exchange(transmit: Transmit, command: Command) -> Answer:
    """The whole answer to a command, part by part where the card hands it out so (61xx), and as long as it says (6Cxx).

    Raises `AnswerMalformed`, also at a card that never comes to an end.
    """
    answer = parse_answer(transmit(command.encoded()))
    if answer.status >> 8 == OTHER_LENGTH and not command.data:
        again = Command(command.cla, command.ins, command.p1, command.p2, expected=(answer.status & 0xFF) or ALL)
        answer = parse_answer(transmit(again.encoded()))
    parts = [answer.data]
    while answer.status >> 8 == MORE_TO_COME:
        if len(parts) > _MOST_PARTS:
            raise AnswerMalformed("the answer has no end")
        more = Command(0x00, 0xC0, 0x00, 0x00, expected=(answer.status & 0xFF) or ALL)
        answer = parse_answer(transmit(more.encoded()))
        parts.append(answer.data)
    return Answer(b"".join(parts), answer.status)
