"""An exported archive as a source of events: a replay of it needs no live log."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from shared.archive.files import lines_of, refuse_altered
from shared.archive.format import read_manifest
from shared.archive.rows import row_of
from shared.archive.verifier import Archive
from shared.cloudevents import parse
from shared.decoding import json_decoder
from shared.store.log import FactPage, Head, LogPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class NotReplayable(ValueError):
    """The archive does not hold a log from its first event on."""

    def __init__(self, context: str, first: int | None) -> None:
        held = "nothing" if first is None else f"what follows position {first - 1}"
        super().__init__(
            f"of {context} it holds {held}, and rows are folded from the first event on: export the whole log"
        )


class _Time(msgspec.Struct):
    time: datetime


_time = json_decoder(_Time).decode


class ArchivedLog:
    """The log of one context in an archive, as far as that reaches. Each file is compared with its digest once.

    Raises `Unverifiable` and `ArchiveRefused` for what is no archive or was altered, and `NotReplayable`.
    """

    def __init__(self, archive: Path, context: str) -> None:
        self.context = context
        self._archive = archive
        Archive(archive)  # refuses what is half written, of a newer format, or leads outside of itself
        part = read_manifest(archive).contexts.get(context)
        if part is None or part.first != 1:
            raise NotReplayable(context, part.first if part else None)
        self._part = part
        self._checked: set[str] = set()

    def head(self) -> Head:
        """Where it ends."""
        return Head(self._part.last, bytes.fromhex(self._part.hash))

    def incarnation(self) -> str:
        """The life of the log that was exported."""
        return self._part.incarnation

    def facts(self, after: int = 0, until: int | None = None, size: int = 5000) -> Iterator[FactPage]:
        """Pages of `size` events behind position `after`, up to `until` or where it ends: types and data."""
        for first, bodies in self._pages(after, until, size):
            events = map(parse, bodies)
            yield FactPage(first, [(event.type, bytes(event.data)) for event in events])

    def read(self, after: int = 0, until: int | None = None, size: int = 5000) -> Iterator[LogPage]:
        """The same with all that the store keeps of an event."""
        for first, bodies in self._pages(after, until, size):
            rows = map(row_of, bodies)
            yield LogPage(
                first, [(row.type, row.data, row.originator_id, row.originator_version, row.meta) for row in rows]
            )

    def until_time(self, moment: datetime) -> int:
        """The position up to which everything had happened at `moment` (aware); 0 if nothing had."""
        for position, body in enumerate(self._bodies(0), 1):
            if _time(body).time > moment:
                return position - 1
        return self._part.last

    def _pages(self, after: int, until: int | None, size: int) -> Iterator[tuple[int, list[bytes]]]:
        until = self._part.last if until is None else min(until, self._part.last)
        bodies = islice(self._bodies(after), max(0, until - after))
        while page := list(islice(bodies, size)):
            yield after + 1, page
            after += len(page)

    def _bodies(self, after: int) -> Iterator[bytes]:
        """The events behind a position, as they were published."""
        for file in self._part.files:
            if file.last <= after:
                continue
            if file.path not in self._checked:
                refuse_altered(self._archive, file)
                self._checked.add(file.path)
            yield from islice(lines_of(self._archive, file.path), max(0, after - file.first + 1), None)
