"""Fill an empty table with what a model's fold makes of the log: in memory, by parts when large, then by COPY."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING, Generic

import msgspec

from shared.read_models import collector
from shared.read_models.digest import Digest, Rejected, Run
from shared.read_models.fold import Fold, fold_of
from shared.read_models.model import Row
from shared.read_models.projection import catch_up
from shared.read_models.tables import UNSTORABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.postgres import Connection
    from shared.read_models.model import Key, ReadModel
    from shared.read_models.source import Source
    from shared.read_models.tables import Rows
    from shared.store.log import FactPage

    Progress = Callable[[str, int, int], None]
    """Called with a stage (`folding`, `writing`, `indexing`), what is done of it, and all there is to do."""

MEMORY = 2 << 30
"""Bytes that the rows of one pass over the log may take; more rows mean more passes."""

_PAGE = 5_000
_AT_A_TIME = 200
"""Events decoded before they are folded: as many as stay in the processor's cache, where no keys must be fetched."""

_COPIED_AT_ONCE = 50_000
_SAMPLED_EVENTS = 20_000
_SAMPLED_ROWS = 1_000
_OBJECTS_PER_BYTE = 2
"""How much larger a row is as Python objects than as JSON, measured on rows with sealed values and a timeline."""
_BYTES_PER_ROW = 500
"""What a row costs beside that: its key, its place in the dictionary."""


def unreported(stage: str, done: int, total: int) -> None:
    """Nobody is told of the progress."""


class Filling(Generic[Row]):
    """One table being filled from the beginning of the log.

    `skipped` are positions to leave out; `memory` is the number of bytes that rows may take at a time.
    """

    def __init__(  # noqa: PLR0913 - a table, where it comes from, and the limits
        self,
        model: ReadModel[Row],
        log: Source,
        rows: Rows[Row],
        *,
        skipped: frozenset[int] = frozenset(),
        progress: Progress = unreported,
        memory: int = MEMORY,
    ) -> None:
        self._model = model
        self._log = log
        self._rows = rows
        self._skipped = skipped
        self._progress = progress
        self._memory = memory

    def fill(self, connection: Connection, until: int) -> list[Rejected]:
        """Make the table with its rows as of position `until`, and its indexes; answers the events it had to leave.

        Every step is a short transaction of its own, so that no relay waits for the whole.
        """
        try:
            rejected = self._through_memory(connection, until)
            self._progress("indexing", 0, 1)
            self._rows.create_indexes(connection)
            self._progress("indexing", 1, 1)
        except UNSTORABLE:
            # Which event made the row that PostgreSQL refuses shows only where rows are written batch by batch.
            rejected = self._through_the_database(connection, until)
        return rejected

    def _through_the_database(self, connection: Connection, until: int) -> list[Rejected]:
        rejected: list[Rejected] = []
        self._rows.drop(connection)
        self._rows.create(connection)
        self._rows.create_indexes(connection)
        catch_up(
            self._model,
            connection,
            self._log,
            self._rows,
            after=0,
            until=until,
            skipped=self._skipped,
            rejected=rejected,
        )
        return rejected

    def _through_memory(self, connection: Connection, until: int) -> list[Rejected]:
        parts = self._parts(until)
        rejected: dict[int, Rejected] = {}
        while True:
            found = self._passes(connection, until, parts, self._skipped | rejected.keys())
            rejected |= found
            # One part may have folded an event before another rejected it: fold again without it.
            if parts == 1 or not found:
                return list(rejected.values())

    def _passes(self, connection: Connection, until: int, parts: int, skipped: frozenset[int]) -> dict[int, Rejected]:
        rejected: dict[int, Rejected] = {}
        self._rows.drop(connection)
        self._rows.create(connection)
        with collector.paused():
            for part in range(parts):
                fold = self._fold(until, Digest(self._model, skipped, _share(part, parts), self._log), (part, parts))
                self._write(connection, fold)
                rejected |= {event.position: event for event in fold.rejected}
        return rejected

    def _fold(self, until: int, digest: Digest, part: tuple[int, int]) -> Fold[Row]:
        fold = fold_of(self._model)
        number, parts = part
        at_a_time = _PAGE if self._model.opens else _AT_A_TIME
        for page in read_ahead(self._log.facts(until=until, size=_PAGE)):
            run = Run(*page)
            for piece in run.pieces(at_a_time):
                fold.take(digest.ready(piece))
            self._progress("folding", number * until + run.last, parts * until)
        return fold

    def _write(self, connection: Connection, fold: Fold[Row]) -> None:
        total, done = len(fold.rows), 0
        rows = (row for row in fold.rows.values() if row is not None)
        while chunk := list(islice(rows, _COPIED_AT_ONCE)):
            self._rows.copy_in(connection, chunk)
            done += len(chunk)
            self._progress("writing", done, total)

    def _parts(self, until: int) -> int:
        """How many parts the keys are split into, going by the rows that the first events make."""
        sampled = min(until, _SAMPLED_EVENTS)
        if sampled == 0:
            return 1
        fold = self._fold(sampled, Digest(self._model, self._skipped, log=self._log), (0, 1))
        rows = list(islice((row for row in fold.rows.values() if row is not None), _SAMPLED_ROWS))
        if not rows:
            return 1
        row_size = _BYTES_PER_ROW + sum(len(msgspec.json.encode(row)) for row in rows) * _OBJECTS_PER_BYTE / len(rows)
        return ceil(len(fold.rows) * row_size * (until / sampled) / self._memory)


def _share(part: int, parts: int) -> Callable[[Key], bool] | None:
    return None if parts == 1 else lambda key: hash(key) % parts == part


def read_ahead(pages: Iterator[FactPage]) -> Iterator[FactPage]:
    """The same pages; while one is folded, PostgreSQL prepares the next."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        following = reader.submit(next, pages, None)
        while (page := following.result()) is not None:
            following = reader.submit(next, pages, None)
            yield page
