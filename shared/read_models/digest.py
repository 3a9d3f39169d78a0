"""Stored events made ready for folding: decoded where the model looks at them, with the rows they touch."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, final
from uuid import UUID  # noqa: TC003 - msgspec reads the annotation at run time

from shared.events import Event, EventDecoder, Forgetting, UnknownEventType, current_version_of, published_by
from shared.trouble import TROUBLE, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from shared.read_models.model import Key, ReadModel
    from shared.read_models.source import Source
    from shared.sealing import SubjectId

    KeysOf = Callable[[Event], Iterable[Key]]


class Run(NamedTuple):
    """Consecutive events of a log: `rows[i]` is at position `first + i` and begins with its type and its data.

    Rows of the log go on with the event's originator and its version; those that a broker brought end there.
    """

    first: int
    rows: Sequence[tuple[Any, ...]]

    def pieces(self, size: int) -> Iterator[Run]:
        """The same events, at most `size` at a time."""
        for start in range(0, len(self.rows), size):
            yield Run(self.first + start, self.rows[start : start + size])

    @property
    def last(self) -> int:
        """The position of the last event; `first - 1` when there is none."""
        return self.first + len(self.rows) - 1


@final
class Rejected(NamedTuple):
    """An event that a model could not take, and why, in words that tell nothing about a person."""

    position: int
    originator_id: UUID
    originator_version: int
    type: str
    error: str


Ready = tuple[int, "Event | Rejected", "tuple[Key, ...]"]
"""A position, the event there or why it cannot be read, and the keys of the rows it touches."""


def rejection(position: int, event: Event | Rejected, error: str) -> Rejected:
    """The note that an event was not taken; one that could not even be read has its own."""
    if isinstance(event, Rejected):
        return event
    return Rejected(position, event.originator_id, event.originator_version, event.TOPIC, error)  # type: ignore[attr-defined]


class Digest:
    """Reads the events that a model looks at out of runs of the log, before anything is folded.

    `skipped` are positions to pass by; `mine` says which keys to look at, where a fold is done in parts. `log` is
    where an event that a broker brought, and that cannot be read, is looked up: its own bytes may not say whose it is.
    """

    def __init__(
        self,
        model: ReadModel[Any],
        skipped: frozenset[int] = frozenset(),
        mine: Callable[[Key], bool] | None = None,
        log: Source | None = None,
    ) -> None:
        self._model = model
        self._log = log
        self._skipped = skipped
        self._keys = model.keys if mine is None else partial(_keys_of_part, model, mine)
        self._readers = {type_name: self._reader(type_name) for type_name in published_by(model.context)}

    def ready(self, run: Run) -> list[Ready]:
        """The events of a run that concern the model, in order; the keys of the people in them are at hand.

        Raises `UnknownEventType` when the log is younger than this code.
        """
        found: list[Ready] = []
        people: set[SubjectId] = set()
        readers, skipped, opens = self._readers, self._skipped, self._model.opens
        for position, row in enumerate(run.rows, run.first):
            try:
                reader = readers[row[0]]
            except KeyError:
                raise UnknownEventType(row[0]) from None
            if reader is None or position in skipped:
                continue
            decode, keys_of = reader
            try:
                event = decode(row[1])
                keys = tuple(keys_of(event))
                if opens:
                    people.update(self._model.subjects(event))
            except TROUBLE:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, this event is at fault: it is parked
                found.append((position, self._unreadable(position, row, error), ()))
            else:
                found.append((position, event, keys))
        if people:
            self._model.opener.prepare(people)
        return found

    def _unreadable(self, position: int, row: tuple[Any, ...], error: Exception) -> Rejected:
        if self._log is not None:
            [page] = self._log.read(position - 1, position, size=1)
            [row] = page.rows
        return Rejected(position, row[2], row[3], row[0], reason(error))

    def _reader(self, type_name: str) -> tuple[Callable[[bytes], Event], KeysOf] | None:
        newest = published_by(self._model.context)[current_version_of(type_name)]
        if newest in self._model.folds:
            return EventDecoder().decoder_of(type_name), self._keys
        if issubclass(newest, Forgetting) and self._model.table.personal:
            return EventDecoder().decoder_of(type_name), _no_keys
        return None


def _no_keys(_: Event) -> Iterable[Key]:
    return ()


def _keys_of_part(model: ReadModel[Any], mine: Callable[[Key], bool], event: Event) -> Iterable[Key]:
    return filter(mine, model.keys(event))
