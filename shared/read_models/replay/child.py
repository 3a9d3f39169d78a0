"""Folds a read model by the code of another revision: a program of its own, run where that revision's code is imported.

It is this release's, and knows of the other only what has long been there: the model, its digest, its fold and its
table. What it folds it asks for, page by page, and what it finds it answers, as messages in MessagePack that are
preceded by their length; `other_code` is at the other end.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec

from shared.events import Event, UnknownEventType, event_name, published, published_by
from shared.postgres import Database
from shared.read_models.arrays import encode_json
from shared.read_models.digest import Digest, Rejected, Run
from shared.read_models.filling import Filling
from shared.read_models.fold import fold_of
from shared.read_models.model import ReadModel
from shared.read_models.projection import catch_up
from shared.read_models.tables import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

_LENGTH = 8
_PAGE = 5_000
_DIGEST_BYTES = 8
_SEALED = "shared.sealing.Sealed"
_KINDS = {
    "uuid": UUID,
    "text": str,
    "int8": int,
    "boolean": bool,
    "date": date,
    "timestamptz": datetime,
    "numeric": Decimal,
}


class _Page(NamedTuple):
    first: int
    rows: list[tuple[Any, ...]]


class _Channel:
    """The other end: one message at a time, whichever thread has it."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._lock = Lock()

    def tell(self, **message: Any) -> None:
        """Say something."""
        with self._lock:
            self._send(message)

    def ask(self, **message: Any) -> Any:
        """Say something that is answered."""
        with self._lock:
            self._send(message)
            return self.hear()

    def hear(self) -> Any:
        """What is said next; None once there is nobody."""
        head = self._incoming.read(_LENGTH)
        return msgspec.msgpack.decode(self._incoming.read(int.from_bytes(head))) if head else None

    def _send(self, message: dict[str, Any]) -> None:
        packed = msgspec.msgpack.encode(message)
        self._outgoing.write(len(packed).to_bytes(_LENGTH) + packed)
        self._outgoing.flush()


class _AskedLog:
    """The log, which the other end reads."""

    def __init__(self, channel: _Channel, context: str) -> None:
        self.context = context
        self._channel = channel

    def facts(self, after: int = 0, until: int | None = None, size: int = _PAGE) -> Iterator[_Page]:
        while (found := self._channel.ask(ask="facts", after=after, until=until, size=size)) is not None:
            page = _Page(*found)
            after = page.first + len(page.rows) - 1
            yield page

    def read(self, after: int = 0, until: int | None = None, size: int = _PAGE) -> Iterator[_Page]:
        while (found := self._channel.ask(ask="read", after=after, until=until, size=size)) is not None:
            first, rows = found
            page = _Page(first, [(row[0], row[1], UUID(row[2]), *row[3:]) for row in rows])
            after = first + len(rows) - 1
            yield page


class _Work:
    """One model, folded as asked."""

    def __init__(self, channel: _Channel, told: dict[str, Any]) -> None:
        kind = _model(told["context"], told["model"])
        self._channel = channel
        self._log: Any = _AskedLog(channel, kind.context)
        self._model = kind(_vault(told["vault"])) if told["vault"] else kind()
        self._database = Database(*told["database"])
        self._skipped = frozenset(told["skipped"])
        self._rejected: list[Rejected] = []
        channel.tell(
            fingerprint=kind.fingerprint(), hidden=_hidden(kind.table), known=sorted(published_by(kind.context))
        )

    def pass_by(self, types: list[str]) -> None:
        """Take these types for events that the model does not look at."""
        for type_name in types:
            facts = {"__doc__": "An event that this revision does not know.", "__annotations__": {}}
            published(type_name)(type(event_name(type_name), (Event,), facts))

    def fill(self, table: str, until: int, memory: int) -> None:
        with self._connection() as connection:
            rows = Rows(self._model.table, table)
            filling = Filling(
                self._model, self._log, rows, skipped=self._skipped, progress=self._progress, memory=memory
            )
            self._rejected = filling.fill(connection, until)

    def follow(self, table: str, after: int, until: int) -> None:
        with self._connection() as connection:
            catch_up(
                self._model,
                connection,
                self._log,
                Rows(self._model.table, table),
                after=after,
                until=until,
                skipped=self._skipped,
                rejected=self._rejected,
            )

    def steps(self, keys: list[list[Any]], columns: list[str], until: int) -> None:
        hints = {column.name: column for column in self._model.table.columns}
        kinds = tuple(_KINDS[hints[name].sql_type] for name in self._model.table.key)
        wanted = {msgspec.convert(key, tuple[kinds], strict=False): at for at, key in enumerate(keys)}  # type: ignore[valid-type]
        digest, fold = Digest(self._model, self._skipped, wanted.__contains__, self._log), fold_of(self._model)
        before: dict[Any, Any] = {}
        for page in self._log.facts(until=until, size=_PAGE):
            found = []
            for one in digest.ready(Run(*page)):
                fold.take([one])
                position, _, touched = one
                # An event that names no row is that of a person who is forgotten: it may empty many.
                for key in touched or [key for key, row in fold.rows.items() if row is not before.get(key)]:
                    row = before[key] = fold.rows.get(key)
                    found.append((position, wanted[key], _digest(row, columns)))
            if found:
                self._channel.tell(steps=found)

    @property
    def parked(self) -> int:
        """How many events were left so far."""
        return len(self._rejected)

    def _connection(self) -> Any:
        return self._database.connect(statement_timeout="0", name="caretrail replay of another revision")

    def _progress(self, stage: str, done: int, total: int) -> None:
        self._channel.tell(progress=(stage, done, total))


def _model(context: str, name: str) -> type[ReadModel[Any]]:
    importlib.import_module(f"services.{context}.bootstrap")
    pending = list(ReadModel.__subclasses__())
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if "table" in vars(kind) and kind.table.name == name and kind.__module__.startswith(f"services.{context}."):
            return kind
    raise LookupError(name)


def _vault(told: dict[str, Any]) -> Any:
    from shared.vault.opening import open_vault  # noqa: PLC0415 - only for models that open

    database = Database(*told["database"])
    return open_vault(database, told["keys"], Path(told["keys_file"]), Path(told["ledger"]), told["cached_keys"])


def _hidden(table: Any) -> list[str]:
    shapes = {column.name: msgspec.inspect.type_info(column.json) for column in table.columns if column.json}
    return [*table.personal, *(name for name, shape in shapes.items() if _SEALED in repr(shape))]


def _digest(row: Any, columns: Sequence[str]) -> bytes:
    if row is None:
        return b""
    values = [getattr(row, column, None) for column in columns]
    return blake2b(encode_json(values), digest_size=_DIGEST_BYTES).digest()


def _reason(error: Exception) -> str:
    """An error by its kind and place; its message might quote values."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name} ({Path(frame.filename).name}:{frame.lineno})"


def main() -> None:
    """Do what is asked until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed must not get between the answers
    channel = _Channel(sys.stdin.buffer, answers)
    try:
        work = _Work(channel, channel.hear())
        deeds: dict[str, Callable[..., None]] = {
            "pass_by": work.pass_by,
            "fill": work.fill,
            "follow": work.follow,
            "steps": work.steps,
        }
        while (asked := channel.hear()) is not None:
            deed = deeds[asked.pop("do")]
            try:
                deed(**asked)
            except UnknownEventType as unknown:
                channel.tell(unknown=unknown.type_name)
            else:
                channel.tell(done=work.parked)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other end says so
        channel.tell(failed=_reason(error))


if __name__ == "__main__":
    main()
