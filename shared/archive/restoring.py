"""Makes the logs of an empty installation from an archive, byte for byte.

Each context is restored in one transaction, so that an import that is interrupted leaves it empty or complete. Every
event is made anew from its row and held against its bytes as it is stored.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from shared.archive.alone import be_alone
from shared.archive.files import lines_of
from shared.archive.format import ArchiveRefused, Objection, checkpoints_file, table_file
from shared.archive.rows import NotReproduced, rows_in_chain
from shared.archive.tables import BESIDE_EVENTS, BesideEvents, SettledPage, SignedPosition
from shared.cloudevents import Chain, parse
from shared.decoding import json_decoder
from shared.relay.sequencer import MARK_BYTES, SettledPages, marks_of
from shared.store.epochs import bump_epoch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from shared.archive.format import ContextPart, Manifest
    from shared.blobs import BlobStore
    from shared.postgres import Connection, Database
    from shared.store.append import EventRow

    Watch = Callable[[str, int, int], object]
    """Hears of which context how many events are restored, of how many."""

_HOLDS_ANYTHING = " union all ".join(
    f"(select from {table} limit 1)" for table in ("event", "page", "checkpoint", "reservation", "answer", "counter")
)
_EVENTS = "copy event (originator_id, originator_version, type, data, meta, id) from stdin (format binary)"
_PAGES = "copy page (position_to, epoch, xid, id, hash, marks, at) from stdin"
_PLACE = "select epoch, pg_current_xact_id() from log"
_CHECKPOINT = "insert into checkpoint (position, hash, key_id, signature, at) values (%s, %s, %s, %s, %s)"
_IDENTITY = "select setval(pg_get_serial_sequence('event', 'id'), %s)"
_EVENT_TYPES = ("uuid", "int8", "text", "bytea", "bytea", "int8")
_AT_ONCE = 5000

Row = TypeVar("Row", bound=BesideEvents)


class NotEmpty(RuntimeError):
    """A log is there already: an archive is imported into an empty installation only."""

    def __init__(self, context: str) -> None:
        super().__init__(
            f"the store of {context} is not empty. Nothing was changed. Import into a new installation, or go on with"
            " an import that was interrupted by `--resume`"
        )


def refuse_partial(manifest: Manifest, contexts: Collection[str]) -> None:
    """Raise `ArchiveRefused` unless the archive holds whole logs, of these contexts only."""
    for context, part in manifest.contexts.items():
        if context not in contexts:
            raise ArchiveRefused(Objection.UNKNOWN_CONTEXT, context)
        if not part.is_whole:
            raise ArchiveRefused(Objection.PARTIAL, context)


def restored(manifest: Manifest, targets: Mapping[str, Database]) -> list[str]:
    """The contexts that hold what the archive does already; raises `NotEmpty` where one holds anything else."""
    done = []
    for context, database in targets.items():
        with database.connect(name=f"caretrail import {context}") as connection:
            if _is_empty(connection):
                continue
            part = manifest.contexts.get(context)
            if part is None or not _is_restored(connection, context, part):
                raise NotEmpty(context)
            done.append(context)
    return done


def keep_blobs(archive: Path, manifest: Manifest, blobs: BlobStore) -> None:
    """Keep the blobs of an archive."""
    for file in manifest.files:
        if file.path.startswith("blobs/"):
            with (archive / file.path).open("rb") as content:
                blobs.put(content)


def restore(archive: Path, context: str, part: ContextPart, database: Database, watch: Watch) -> None:
    """Make a context's log and what lies beside its events, all of it or nothing, and begin a new epoch.

    Raises `NotEmpty`, `AtWork` and `ArchiveRefused`.
    """
    with (
        database.connect(statement_timeout="0", name=f"caretrail import {context}") as connection,
        connection.transaction(),
    ):
        be_alone(connection, context)
        if not _is_empty(connection):
            raise NotEmpty(context)
        _Events(archive, context, part, connection, watch).restore()
        for table in BESIDE_EVENTS:
            if table is not SettledPage:
                _copy_table(archive, context, connection, table)
        _insert_checkpoints(archive, context, connection)
        connection.execute("update log set incarnation = %s", (part.incarnation,))
        connection.execute("update relay set published = %s", (part.published,))
        if part.last:
            connection.execute(_IDENTITY, (part.last,))
        bump_epoch(connection)


class _Page(NamedTuple):
    position_to: int
    epoch: int
    xid: int
    id: int
    hash: bytes
    marks: bytes
    at: datetime


class _Events:
    """The events of a context on their way from the archive into the store, with the pages that they were settled in.

    All of them come to stand in one transaction, where their order is that of their ids: an id is the position.
    """

    def __init__(self, archive: Path, context: str, part: ContextPart, connection: Connection, watch: Watch) -> None:
        [(self._epoch, self._xid)] = connection.execute(_PLACE).fetchall()
        self._archive = archive
        self._context = context
        self._part = part
        self._connection = connection
        self._watch = watch
        self._chain = Chain(context, part.incarnation)
        self._ends = _rows_of(archive, context, SettledPage)
        self._end = next(self._ends, None)
        self._marks = b""

    def restore(self) -> None:
        """Store all of them; raises `ArchiveRefused`."""
        for file in self._part.files:
            pages: list[_Page] = []
            with self._connection.cursor().copy(_EVENTS) as copy:
                copy.set_types(_EVENT_TYPES)
                for bodies in _batches(lines_of(self._archive, file.path)):
                    first = self._chain.position + 1
                    for position, row in enumerate(self._rows(bodies), first):
                        copy.write_row((*row, position))
                    pages += self._pages(first, bodies)
                    self._watch(self._context, self._chain.position, self._part.last)
            with self._connection.cursor().copy(_PAGES) as copy:
                for page in pages:
                    copy.write_row(page)
        if (self._chain.position, self._chain.hash.hex()) != (self._part.last, self._part.hash) or self._end:
            raise self._damaged(self._chain.position + 1)

    def _rows(self, bodies: list[bytes]) -> list[EventRow]:
        """The rows of the next events, which give these very bytes again."""
        try:
            return rows_in_chain(self._chain, bodies)
        except NotReproduced as other:
            raise self._damaged(other.position) from None

    def _pages(self, first: int, bodies: list[bytes]) -> Iterator[_Page]:
        """The pages that end among these events."""
        marks, before = self._marks + marks_of(bodies), first - 1 - len(self._marks) // MARK_BYTES
        while self._end is not None and self._end.position_to <= self._chain.position:
            position, at = self._end.position_to, self._end.at
            size = (position - before) * MARK_BYTES
            hash_ = bytes.fromhex(parse(bodies[position - first]).hash)
            yield _Page(position, self._epoch, self._xid, position, hash_, marks[:size], at)
            marks, before = marks[size:], position
            self._end = next(self._ends, None)
        self._marks = marks

    def _damaged(self, position: int) -> ArchiveRefused:
        return ArchiveRefused(Objection.DAMAGED, f"{self._context}/{position}")


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(lines, _AT_ONCE)):
        yield batch


def _rows_of(archive: Path, context: str, table: type[Row]) -> Iterator[Row]:
    return map(json_decoder(table).decode, lines_of(archive, table_file(context, table.TABLE)))


def _copy_table(archive: Path, context: str, connection: Connection, table: type[BesideEvents]) -> None:
    columns = ", ".join(table.__struct_fields__)
    with connection.cursor().copy(f"copy {table.TABLE} ({columns}) from stdin (format binary)".encode()) as copy:
        copy.set_types(table.TYPES)
        for row in _rows_of(archive, context, table):
            copy.write_row(msgspec.structs.astuple(row))


def _insert_checkpoints(archive: Path, context: str, connection: Connection) -> None:
    decode = json_decoder(SignedPosition).decode
    lines = (archive / checkpoints_file(context)).read_bytes().splitlines()
    signed = map(decode, lines)
    values = [
        (one.position, bytes.fromhex(one.hash), one.key_id, bytes.fromhex(one.signature), one.at) for one in signed
    ]
    connection.cursor().executemany(_CHECKPOINT, values)


def _is_empty(connection: Connection) -> bool:
    return connection.execute(f"select exists ({_HOLDS_ANYTHING})").fetchone() == (False,)


def _is_restored(connection: Connection, context: str, part: ContextPart) -> bool:
    pages = SettledPages(connection, context)
    head = pages.end_of_last_page()
    return (pages.incarnation, head.position, head.hash.hex()) == (part.incarnation, part.last, part.hash)
