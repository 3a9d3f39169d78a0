"""What a store keeps beside its events, without which an imported log would forget what may exist only once."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import ClassVar
from uuid import UUID  # noqa: TC003 - as above

import msgspec


class BesideEvents(msgspec.Struct, frozen=True):
    """A row of a table of the store; its fields are the columns, in the order in which they are copied."""

    TABLE: ClassVar[str]
    TYPES: ClassVar[tuple[str, ...]]
    """PostgreSQL's, of each column."""


class Reservation(BesideEvents, frozen=True):
    """What exists once, and who has it."""

    TABLE: ClassVar = "reservation"
    TYPES: ClassVar = ("text", "text", "uuid")

    scope: str
    key: str
    holder: UUID


class Answer(BesideEvents, frozen=True):
    """What a command was answered; bytes are base64."""

    TABLE: ClassVar = "answer"
    TYPES: ClassVar = ("text", "bytea", "bytea", "timestamptz")

    key: str
    digest: bytes
    body: bytes
    at: datetime


class Counter(BesideEvents, frozen=True):
    """The last number that was given out in a scope."""

    TABLE: ClassVar = "counter"
    TYPES: ClassVar = ("text", "int8")

    scope: str
    value: int


class SettledPage(BesideEvents, frozen=True):
    """Where one run of positions ended, and when it was settled; its hash and place follow from the events."""

    TABLE: ClassVar = "page"
    TYPES: ClassVar = ("int8", "timestamptz")

    position_to: int
    at: datetime


BESIDE_EVENTS: tuple[type[BesideEvents], ...] = (Reservation, Answer, Counter, SettledPage)


class SignedPosition(msgspec.Struct, frozen=True):
    """A line of checkpoints.ndjson; hash and signature are hex."""

    position: int
    hash: str
    key_id: str
    signature: str
    at: datetime


def rows_of(table: type[BesideEvents]) -> str:
    """The statement that reads all rows of a table, in a settled order."""
    columns = ", ".join(table.__struct_fields__)
    return f"select {columns} from {table.TABLE} order by 1, 2"
