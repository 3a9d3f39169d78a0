"""A model folded from the beginning of a log, into a table or row by row, by whichever code knows how."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from shared.read_models import collector
from shared.read_models.arrays import encode_json
from shared.read_models.digest import Digest, Rejected, Run
from shared.read_models.filling import Filling, read_ahead, unreported
from shared.read_models.fold import fold_of
from shared.read_models.projection import catch_up
from shared.read_models.replay.scratch import Definition
from shared.read_models.tables import Rows
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from shared.postgres import Connection
    from shared.read_models.filling import Progress
    from shared.read_models.model import Key, ReadModel
    from shared.read_models.source import Source

MEMORY = 800 << 20
"""Bytes that rows may take at a time: with what else a process needs, less than a gigabyte."""

_SEALED = f"{Sealed.__module__}.{Sealed.__qualname__}"
_PAGE = 5_000
_DIGEST_BYTES = 8


class Step(NamedTuple):
    """A row after an event: `digest` stands for its values, and is empty where there is no row."""

    position: int
    key: Key
    digest: bytes


class Folder(Protocol):
    """Folds one model's rows out of a log."""

    definition: Definition

    @property
    def parked(self) -> int:
        """How many events it had to leave so far."""

    def fill(self, connection: Connection, table: str, until: int, progress: Progress = unreported) -> None:
        """Make a table of the rows as of a position. Raises `UnknownEventType`."""

    def follow(self, connection: Connection, table: str, after: int, until: int) -> None:
        """Bring that table from one position to a later one."""

    def steps(self, keys: Collection[Key], columns: Sequence[str], until: int) -> Iterator[Step]:
        """How these columns of these rows came to be, event by event, up to a position."""


class OwnCode:
    """Folds by this release's code; `skipped` are positions to leave out."""

    def __init__(self, model: ReadModel[Any], source: Source, skipped: frozenset[int], memory: int = MEMORY) -> None:
        self.definition = Definition(model.table.name, model.fingerprint(), hidden_columns(model))
        self.rejected: list[Rejected] = []
        self._model = model
        self._source = source
        self._skipped = skipped
        self._memory = memory

    @property
    def parked(self) -> int:
        """How many events it had to leave so far."""
        return len(self.rejected)

    def fill(self, connection: Connection, table: str, until: int, progress: Progress = unreported) -> None:
        """Make a table of the rows as of a position. Raises `UnknownEventType`."""
        rows = Rows(self._model.table, table)
        filling = Filling(
            self._model, self._source, rows, skipped=self._skipped, progress=progress, memory=self._memory
        )
        self.rejected = filling.fill(connection, until)

    def follow(self, connection: Connection, table: str, after: int, until: int) -> None:
        """Bring that table from one position to a later one."""
        rows = Rows(self._model.table, table)
        catch_up(
            self._model,
            connection,
            self._source,
            rows,
            after=after,
            until=until,
            skipped=self._skipped,
            rejected=self.rejected,
        )

    def steps(self, keys: Collection[Key], columns: Sequence[str], until: int) -> Iterator[Step]:
        """How these columns of these rows came to be, event by event, up to a position."""
        digest = Digest(self._model, self._skipped, frozenset(keys).__contains__, self._source)
        fold = fold_of(self._model)
        for page in read_ahead(self._source.facts(until=until, size=_PAGE)):
            with collector.paused():
                ready = digest.ready(Run(*page))
            for one in ready:
                position, event, touched = one
                if isinstance(event, Rejected):
                    continue
                if changed := fold.touched(event, touched):
                    fold.take([one])
                for key in changed:
                    yield Step(position, key, _digest(fold.rows.get(key), columns))


def _digest(row: Any, columns: Sequence[str]) -> bytes:
    if row is None:
        return b""
    values = [getattr(row, column) for column in columns]
    return blake2b(encode_json(values), digest_size=_DIGEST_BYTES).digest()


def hidden_columns(model: ReadModel[Any]) -> tuple[str, ...]:
    """The columns that hold something about people, opened or sealed: a difference in them is told, never a value."""
    table = model.table
    sealed = [column.name for column in table.columns if column.json is not None and _SEALED in _shape(column.json)]
    return tuple(dict.fromkeys([*table.personal, *sealed]))


def _shape(of: Any) -> str:
    return repr(msgspec.inspect.type_info(of))
