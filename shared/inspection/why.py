"""Why is this row so? The events behind it, in order, and what each of them made of every column.

The events that touch the row are found by the index and folded by the model itself, as a rebuild would fold them: what
is told is not what somebody has noted down beside the row, but what the log and the code say. So the answer can be
compared with the live row, and is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from shared.inspection.cells import Cell, cells_of
from shared.inspection.events import Fact, fact_at
from shared.inspection.index import Index, Touch, rows_of, term_of, term_of_person
from shared.inspection.keys import KeyUnknown, form_of, key_in, near, written
from shared.inspection.story import Effect, Episode, Story
from shared.near_names import near_names
from shared.read_models import standing
from shared.read_models.digest import Digest, Rejected, Run
from shared.read_models.tables import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.postgres import Connection
    from shared.read_models.model import Key, ReadModel
    from shared.sealing import SubjectId
    from shared.store.log import Log, LogRow

PAGE = 1_000
"""Events told at a time, unless another number is asked for."""

_CAUSES = 50
"""Causes that touched other rows, of one page: each has to be looked up by itself."""

_PARKED = "select position, error, dropped_at is not null from parked where model = %s and position = any(%s)"


class Why(msgspec.Struct, frozen=True):
    """A row as of a position, and the page of its events that was asked for.

    `position` is as of when; `head` where the log ends; `live` where the live rows stand, None where there are none.
    `equal` tells whether the live row is what its events make of it, None where a page or an earlier moment was asked
    for and so nothing was compared; `differing` are the columns in which it is not. `episodes` has those that are about
    the column, `others` counts those that touched the row and were not; `causes` are events that caused one of them
    and touched other rows.
    """

    context: str
    source: str
    """The context whose log the model folds."""
    model: str
    key: str
    form: str
    column: str | None
    position: int
    head: int
    live: int | None
    exists: bool
    cells: tuple[Cell, ...]
    touched: int
    episodes: tuple[Episode, ...]
    others: int
    causes: tuple[Fact, ...]
    page: int
    pages: int
    equal: bool | None
    differing: tuple[str, ...] = ()


class ColumnUnknown(LookupError):
    """The model has no such column; `columns` are those that look like it, or all."""

    def __init__(self, given: str, columns: Sequence[str]) -> None:
        super().__init__(f"there is no column {given!r}")
        self.given = given
        self.columns = tuple(columns)


class PageUnknown(LookupError):
    """The row has only `pages` pages of events."""

    def __init__(self, pages: int) -> None:
        super().__init__(f"the row has {pages} pages of events")
        self.pages = pages


class Asked(NamedTuple):
    """A row, maybe one of its columns, as of a position; which page of its events (None: the last), of `size` each."""

    key: str
    column: str | None = None
    until: int | None = None
    page: int | None = None
    size: int = PAGE


class Live(NamedTuple):
    """The row as its readers see it at a position; None of both where the model was never built by this release."""

    position: int | None
    row: msgspec.Struct | None


class Inspector:
    """Answers about the rows of one model. `connection` leads to the tables of the context that keeps it."""

    def __init__(self, context: str, model: ReadModel[Any], log: Log, connection: Connection) -> None:
        self._context = context
        self._model = model
        self._table = model.table
        self._log = log
        self._connection = connection
        self.index = Index(rows_of(model), log, connection)

    def why(self, asked: Asked) -> Why:
        """The answer; the index has to be up to date.

        Raises `KeyUnknown`, `KeyAmbiguous`, `ColumnUnknown` and `PageUnknown`.
        """
        columns = [column.name for column in self._table.columns]
        if asked.column is not None and asked.column not in columns:
            raise ColumnUnknown(asked.column, near_names(asked.column, columns))
        key = key_in(self._table, asked.key, self._connection)
        live = self._live(key)
        head = self._log.head().position
        ever = self.index.find([term_of(key)], head)
        if not ever and live.row is None:
            raise KeyUnknown(asked.key, form_of(self._table), near(self._table, asked.key, self._connection))
        wanted = asked.until if asked.until is not None else live.position
        until = head if wanted is None else min(wanted, head)
        pages = _Pages([touch for touch in ever if touch.position <= until], asked.size)
        page = pages.count if asked.page is None else asked.page
        if not 1 <= page <= pages.count:
            raise PageUnknown(pages.count)
        end = until if page == pages.count else pages.end_of(page)
        story = self._story(key, pages.up_to(page), end)
        row = story.run()
        told = [episode for episode in story.episodes if episode.fact.position > pages.end_of(page - 1)]
        shown = [episode for episode in told if episode.is_about(asked.column)]
        compared = page == pages.count and live.position is not None and until == live.position
        differing = self._differing(row, live.row) if compared else ()
        return Why(
            context=self._context,
            source=self._model.context,
            model=self._table.name,
            key=written(key),
            form=form_of(self._table),
            column=asked.column,
            position=until,
            head=head,
            live=live.position,
            exists=row is not None,
            cells=cells_of(self._table, row),
            touched=len(pages.touches),
            episodes=tuple(shown),
            others=len(told) - len(shown),
            causes=self._causes(shown),
            page=page,
            pages=pages.count,
            equal=not differing if compared else None,
            differing=differing,
        )

    def _live(self, key: Key) -> Live:
        """The live row, and the position it is of, as of one moment."""
        name = self._table.name
        with self._connection.transaction():
            self._connection.execute("set transaction isolation level repeatable read")
            found = standing.standing_of(self._connection, name)
            if found is None or found.fingerprint != self._model.fingerprint():
                return Live(None, None)
            return Live(found.position, Rows(self._table).load(self._connection, [key]).get(key))

    def _story(self, key: Key, touches: Sequence[Touch], until: int) -> Story:
        """The events behind these entries, with those by which people in the row were forgotten up to a position."""
        rows = self._rows_at(touches)
        if self._table.personal:
            people = self._people_in([row for _, row in rows])
            forgettings = self.index.find([term_of_person(person) for person in people], until)
            rows = sorted(dict((*rows, *self._rows_at(forgettings))).items())
        parked = self._connection.execute(_PARKED, (self._table.name, [position for position, _ in rows]))
        not_taken = {at: (error, Effect.DROPPED if dropped else Effect.PARKED) for at, error, dropped in parked}
        return Story(self._model, key, rows, not_taken)

    def _people_in(self, rows: Sequence[LogRow]) -> set[SubjectId]:
        """Of whom the row may have had something opened."""
        ready = Digest(self._model).ready(Run(0, rows))
        events = [event for _, event, _ in ready if not isinstance(event, Rejected)]
        return {person for event in events for person in self._model.subjects(event)}

    def _rows_at(self, touches: Sequence[Touch]) -> list[tuple[int, LogRow]]:
        rows = self._log.versions([touch[1:] for touch in touches])
        return [(touch.position, rows[touch.originator_id, touch.version]) for touch in touches]

    def _differing(self, folded: msgspec.Struct | None, live: msgspec.Struct | None) -> tuple[str, ...]:
        names = [column.name for column in self._table.columns]
        return tuple(name for name in names if getattr(folded, name, None) != getattr(live, name, None))

    def _causes(self, episodes: Iterable[Episode]) -> tuple[Fact, ...]:
        """The events of the same log that caused some of these and are not among them."""
        known = {episode.fact.position for episode in episodes}
        positions = [_position_in(self._model.context, episode.fact.cause) for episode in episodes]
        elsewhere = [position for position in dict.fromkeys(positions) if position and position not in known]
        facts = (fact_at(self._log, position) for position in elsewhere[-_CAUSES:])
        return tuple(fact for fact in facts if fact is not None)


@dataclass(frozen=True)
class _Pages:
    """The entries of a row, in pages."""

    touches: Sequence[Touch]
    size: int

    @property
    def count(self) -> int:
        return max(1, -(-len(self.touches) // self.size))

    def up_to(self, page: int) -> Sequence[Touch]:
        return self.touches[: page * self.size]

    def end_of(self, page: int) -> int:
        """The position at which a page ends; 0 before the first."""
        return self.touches[page * self.size - 1].position if page > 0 else 0


def _position_in(context: str, cause: str) -> int | None:
    """The position that a cause names, where it is an event of this context."""
    of, _, position = cause.partition("/")
    return int(position) if of == context and position.isdigit() else None
