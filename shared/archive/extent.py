"""What an export takes of each log: from which position to which, and, of a whole log, what lies beside its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from shared.archive.files import compressed, new_file
from shared.archive.format import ContextPart, checkpoints_file, table_file
from shared.archive.recomputed import hash_at
from shared.archive.snapshot import settled
from shared.archive.tables import BESIDE_EVENTS, SignedPosition, rows_of
from shared.cloudevents import FIRST_PREVIOUS
from shared.relay.sequencer import SettledPages

if TYPE_CHECKING:
    from pathlib import Path

    from shared.archive.format import ArchivedFile
    from shared.archive.tables import BesideEvents
    from shared.postgres import Connection, Database

_PUBLISHED = "select published from relay"
_CHECKPOINTS = """
select position, hash, key_id, signature, at from checkpoint where position between %s and %s order by position
"""


class NothingThere(ValueError):
    """The positions that were asked for are not in the log."""

    def __init__(self, context: str, first: int, last: int) -> None:
        super().__init__(f"{context} has positions 1 to {last}, and nothing from {first} on up to where it was to end")


class Selection(msgspec.Struct, frozen=True):
    """What to export: whole logs, or the positions `first` to `last` as far as they are settled."""

    contexts: list[str]
    first: int | None = None
    last: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of each log is wanted."""
        return self.first is None and self.last is None


@dataclass(frozen=True)
class Extent:
    """The part of a log that is to be exported, none of its events written yet, and the files written beside them."""

    part: ContextPart
    files: list[ArchivedFile]


def extent_of(archive: Path, database: Database, context: str, selection: Selection) -> Extent:
    """Settle what is exported of a log, and write what lies beside its events.

    Raises `NotSettled`, `NothingThere` and `NotWritten`.
    """
    if selection.is_whole:
        return _whole(archive, database, context)
    with database.connect(name=f"caretrail export {context}") as connection:
        pages = SettledPages(connection, context)
        head = pages.end_of_last_page().position
        first, last = selection.first or 1, min(selection.last or head, head)
        if first > last:
            raise NothingThere(context, first, head)
        previous = hash_at(database, context, first - 1)
        part = _part(connection, pages.incarnation, first, last, previous)
        return Extent(part, [_write_checkpoints(archive, connection, context, part)])


def _whole(archive: Path, database: Database, context: str) -> Extent:
    with settled(database, context) as connection:
        pages = SettledPages(connection, context)
        part = _part(connection, pages.incarnation, 1, pages.end_of_last_page().position, FIRST_PREVIOUS)
        files = [_write_checkpoints(archive, connection, context, part)]
        files += [_write_table(archive, connection, context, table) for table in BESIDE_EVENTS]
        return Extent(msgspec.structs.replace(part, is_whole=True), files)


def _part(connection: Connection, incarnation: str, first: int, last: int, previous: bytes) -> ContextPart:
    [(published,)] = connection.execute(_PUBLISHED).fetchall()
    return ContextPart(
        incarnation=incarnation,
        first=first,
        last=last,
        previous_hash=previous.hex(),
        hash=previous.hex(),
        types={},
        files=[],
        published=min(published, last),
        is_whole=False,
    )


def _write_checkpoints(archive: Path, connection: Connection, context: str, part: ContextPart) -> ArchivedFile:
    encode = msgspec.json.Encoder().encode
    with new_file(archive, checkpoints_file(context)) as new:
        for position, hash_, key_id, signature, at in connection.execute(_CHECKPOINTS, (part.first - 1, part.last)):
            new.write(encode(SignedPosition(position, hash_.hex(), key_id, signature.hex(), at)) + b"\n")
    return new.listed


def _write_table(archive: Path, connection: Connection, context: str, table: type[BesideEvents]) -> ArchivedFile:
    encode = msgspec.json.Encoder().encode
    with new_file(archive, table_file(context, table.TABLE)) as new, compressed(new) as sink:
        for row in connection.cursor(binary=True).stream(rows_of(table), size=1000):
            sink.write(encode(table(*row)) + b"\n")
    return new.listed
